package booking

import "time"

// StoreGatewayRef notes the gateway's id of a PENDING payment, before the payer is shown
// anything of it. The first one stays.
type StoreGatewayRef struct {
	On
	PaymentID  string
	GatewayRef string
}

func (i StoreGatewayRef) Decide(b Booking) (Booking, bool, error) {
	r := b.Reservation
	if i.stale(r) || r.Payment == nil || r.Payment.ID != i.PaymentID {
		return b, false, notHeld(r)
	}
	if r.Payment.GatewayRef != "" || r.Payment.Status != Pending || i.GatewayRef == "" {
		return b, false, nil
	}
	r.withPayment().GatewayRef = i.GatewayRef
	return Booking{Reservation: r}, true, nil
}

// NoteEvent changes nothing: it is applied with the idempotency record of a gateway's event
// that had no effect, so that the event is known when it comes again.
type NoteEvent struct{ On }

func (i NoteEvent) Decide(b Booking) (Booking, bool, error) { return b, false, nil }

// ReclaimApartment: reservation PAID and nobody moved out, apartment VACANT → PAID again.
// It mends what no transaction here leaves behind, a copy restored from a backup, say.
type ReclaimApartment struct{ On }

// NeedsApartment: the apartment changes.
func (i ReclaimApartment) NeedsApartment() bool { return true }

func (i ReclaimApartment) Decide(b Booking) (Booking, bool, error) {
	r := &b.Reservation
	switch {
	case i.stale(*r) || r.Status != ReservationPaid || r.has(MovedOut):
		return b, false, notHeld(*r)
	case b.hasApartment() && (b.Apartment.Status == ApartmentPaid || b.Apartment.Status == Occupied):
		return b, false, nil
	case b.Apartment.Status != Vacant:
		return b, false, notVacant(b.Apartment)
	}
	b.Apartment.Epoch++
	r.Epoch = b.Apartment.Epoch
	b.Apartment.Status, b.Apartment.ReservationID = ApartmentPaid, r.ID
	b.Apartment.HoldExpiresAt, b.Apartment.UpdatedAt = time.Time{}, i.Now
	r.record(ApartmentReclaimed, i.Now, i.By, 0, "")
	return b, true, nil
}

// FreeApartment: reservation ended without being PAID, the apartment still with it →
// VACANT. It mends what ReclaimApartment does, the other way round.
type FreeApartment struct{ On }

// NeedsApartment: the apartment changes.
func (i FreeApartment) NeedsApartment() bool { return true }

func (i FreeApartment) Decide(b Booking) (Booking, bool, error) {
	r := &b.Reservation
	if r.Status.Live() || r.Status == ReservationPaid {
		return b, false, Refuse(ReservationNotHeld, "the reservation is %s and keeps its apartment", r.Status)
	}
	if b.Apartment.ReservationID != r.ID || b.Apartment.Status == Vacant {
		return b, false, nil
	}
	b.Apartment.Status, b.Apartment.ReservationID = Vacant, ""
	b.Apartment.HoldExpiresAt, b.Apartment.UpdatedAt = time.Time{}, i.Now
	r.record(ApartmentFreed, i.Now, i.By, 0, "")
	return b, true, nil
}
