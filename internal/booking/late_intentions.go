package booking

import "time"

// ReacquireHold: reservation EXPIRED, its payment PENDING in the store and authorized at the
// gateway, apartment VACANT → apartment RESERVED, epoch+1; reservation CONFIRMING with that
// epoch, at the old price; payment AUTHORIZED. From then on the money can be captured, as
// after ClaimForCapture. Refused with APARTMENT_NOT_VACANT or RESERVATION_NOT_HELD: then the
// money goes back.
type ReacquireHold struct {
	On
	PaymentID string
	// Authorization is the gateway's answer.
	Authorization GatewayPayment
}

// NeedsApartment: the apartment changes with the hold.
func (i ReacquireHold) NeedsApartment() bool { return true }

func (i ReacquireHold) Decide(b Booking) (Booking, bool, error) {
	r := &b.Reservation
	if r.Payment == nil || r.Payment.ID != i.PaymentID {
		return b, false, notHeld(*r)
	}
	if r.reacquired() && (r.Status == Confirming || r.Status == ReservationPaid) {
		return b, false, nil
	}
	switch {
	case i.stale(*r), r.Status != Expired, r.reacquired():
		return b, false, notHeld(*r)
	case r.Payment.Status != Pending || i.Authorization.Status != Authorized:
		return b, false, Refuse(ReservationNotHeld, "the payment is %s here and %s at the gateway; there is no money to take the apartment with", r.Payment.Status, i.Authorization.Status)
	case b.Apartment.Status != Vacant:
		return b, false, notVacant(b.Apartment)
	}
	p := r.withPayment()
	p.Status, p.AuthorizedAt = Authorized, i.Authorization.AuthorizedAt
	if p.AuthorizedAt.IsZero() {
		p.AuthorizedAt = i.Now
	}
	if i.Authorization.Ref != "" {
		p.GatewayRef = i.Authorization.Ref
	}
	b.Apartment.Epoch++
	b.Apartment.Status, b.Apartment.ReservationID = Reserved, r.ID
	b.Apartment.HoldExpiresAt, b.Apartment.UpdatedAt = r.HoldExpiresAt, i.Now
	r.Status, r.Epoch, r.EndedAt = Confirming, b.Apartment.Epoch, time.Time{}
	r.record(PaymentWasAuthorized, i.Now, i.By, p.Amount.Amount, "after the hold had ended")
	r.record(HoldReacquired, i.Now, i.By, 0, "the apartment was still vacant")
	return b, true, nil
}

// NoteLateMoney writes down, once, that the gateway holds money for a payment that is still
// PENDING here although its reservation has ended. It decides nothing: from then on the
// reservation tells that there is money to see to, and an event that brought the news is
// stored with it. On any other payment it changes nothing; RESERVATION_NOT_HELD on a
// reservation that is live or PAID.
type NoteLateMoney struct {
	On
	PaymentID string
}

func (i NoteLateMoney) Decide(b Booking) (Booking, bool, error) {
	r := b.Reservation
	switch {
	case r.Status.Live(), r.Status == ReservationPaid, r.Payment == nil || r.Payment.ID != i.PaymentID, i.stale(r):
		return b, false, notHeld(r)
	case r.Payment.Status != Pending, r.has(PaymentArrivedLate):
		return b, false, nil
	}
	r.record(PaymentArrivedLate, i.Now, i.By, r.Payment.Amount.Amount, "")
	return Booking{Reservation: r}, true, nil
}
