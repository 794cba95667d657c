package booking

import (
	"context"
	"time"
)

// ClaimForTrip: HELD by this trip, epoch, now < holdExpiresAt → CONFIRMING. From here
// nobody expires the hold, so the gateway may be told to capture the trip's payment. It
// does for a trip what ClaimForCapture does for a reservation's own payment.
type ClaimForTrip struct {
	On
	TripID string
}

func (i ClaimForTrip) Decide(b Booking) (Booking, bool, error) {
	r := &b.Reservation
	switch {
	case i.stale(*r), r.TripID != i.TripID:
		return b, false, notHeld(*r)
	case r.Status == Confirming, r.Status == ReservationPaid:
		return b, false, nil
	case r.Status == Expired, r.Status == Held && !i.Now.Before(r.HoldExpiresAt):
		return b, false, holdExpired(*r)
	case r.Status != Held:
		return b, false, notHeld(*r)
	}
	r.Status = Confirming
	r.record(CaptureClaimed, i.Now, i.By, 0, "paid for with trip "+i.TripID)
	return b, true, nil
}

// ConfirmForTrip: CONFIRMING by this trip, epoch → reservation PAID, apartment PAID. The
// caller knows that the trip's payment, with the line for this reservation, is CAPTURED.
type ConfirmForTrip struct {
	On
	TripID string
}

// NeedsApartment: the apartment changes with the hold.
func (i ConfirmForTrip) NeedsApartment() bool { return true }

func (i ConfirmForTrip) Decide(b Booking) (Booking, bool, error) {
	r := &b.Reservation
	switch {
	case i.stale(*r), r.TripID != i.TripID:
		return b, false, notHeld(*r)
	case r.Status == ReservationPaid:
		return b, false, nil
	case r.Status != Confirming || !b.hasApartment():
		return b, false, notHeld(*r)
	}
	r.Status, r.EndedAt = ReservationPaid, i.Now
	r.record(ReservationConfirmed, i.Now, i.By, r.Price.Amount, "paid for with trip "+i.TripID)
	b.Apartment.Status, b.Apartment.HoldExpiresAt, b.Apartment.UpdatedAt = ApartmentPaid, time.Time{}, i.Now
	return b, true, nil
}

// ReleaseForTrip undoes what a trip did with an apartment: HELD or CONFIRMING by this
// trip → FAILED; PAID → REFUNDED; the apartment VACANT. What has ended already stays as it
// is. Refused with RESERVATION_NOT_HELD while somebody lives there.
type ReleaseForTrip struct {
	On
	TripID string
}

// NeedsApartment: the apartment changes with the hold.
func (i ReleaseForTrip) NeedsApartment() bool { return true }

func (i ReleaseForTrip) Decide(b Booking) (Booking, bool, error) {
	r := &b.Reservation
	switch {
	case i.stale(*r), r.TripID != i.TripID:
		return b, false, notHeld(*r)
	case r.Status.Live():
		r.Status, r.EndedAt = ReservationFailed, i.Now
		r.record(HoldFailed, i.Now, i.By, 0, "trip "+i.TripID+" failed")
	case r.Status != ReservationPaid:
		return b, false, nil
	case b.hasApartment() && b.Apartment.Status == Occupied:
		return b, false, Refuse(ReservationNotHeld, "the apartment is OCCUPIED; vacate it first")
	default:
		r.Status = ReservationRefunded
		r.record(RefundOrdered, i.Now, i.By, r.Price.Amount, "trip "+i.TripID+" failed")
	}
	b.free(i.Now)
	return b, true, nil
}

// TripHold names the hold that a trip has on an apartment.
type TripHold struct {
	TripID        string
	TenantID      string
	ApartmentID   string
	ReservationID string // deterministic from the trip: a repeated step finds its own hold
}

// HoldForTrip places a trip's hold by the rules of ReserveApartment. Repeated, it answers
// the same reservation in its present state. No execution is started: the hold belongs to
// the trip's, and lapses at its deadline unless that claims it.
func (s *Service) HoldForTrip(ctx context.Context, h TripHold) (Reservation, error) {
	idem, err := s.idempotency(Principal{ID: h.TenantID}, "bookTrip", h.ReservationID, h.ApartmentID)
	if err != nil {
		return Reservation{}, err
	}
	idem.ResultID = h.ReservationID
	return s.store.PlaceHold(ctx, PlaceHold{
		ApartmentID: h.ApartmentID, ReservationID: h.ReservationID, TenantID: h.TenantID, TripID: h.TripID,
		Now: idem.At, Window: s.config.PaymentWindow, Limits: s.config.Limits, Idempotency: *idem,
	})
}

// ClaimForTrip claims a trip's hold before its payment is captured; see the intention.
func (s *Service) ClaimForTrip(ctx context.Context, h TripHold, epoch int64) (Reservation, error) {
	return s.apply(ctx, ClaimForTrip{On: s.onTrip(h, epoch), TripID: h.TripID})
}

// ConfirmForTrip confirms a trip's hold after its payment was captured; see the intention.
func (s *Service) ConfirmForTrip(ctx context.Context, h TripHold, epoch int64) (Reservation, error) {
	return s.apply(ctx, ConfirmForTrip{On: s.onTrip(h, epoch), TripID: h.TripID})
}

// ReleaseForTrip gives back what a trip held; see the intention. A trip that holds
// nothing has nothing to give back.
func (s *Service) ReleaseForTrip(ctx context.Context, h TripHold) error {
	_, err := s.apply(ctx, ReleaseForTrip{On: s.onTrip(h, 0), TripID: h.TripID})
	if CodeOf(err) == NotFound {
		return nil
	}
	return err
}

func (s *Service) onTrip(h TripHold, epoch int64) On {
	return On{ReservationID: h.ReservationID, Epoch: epoch, Now: s.now(), By: BySystem}
}

// belongsToTrip is the refusal of what concerns the whole trip.
func belongsToTrip(r Reservation) *Error {
	return Refuse(ReservationNotHeld, "the apartment is the lodging of trip %s; it is paid for, cancelled and refunded with the trip", r.TripID)
}
