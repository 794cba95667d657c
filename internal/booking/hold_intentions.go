package booking

import "time"

// hasApartment reports whether the apartment is still with this reservation's hold.
func (b Booking) hasApartment() bool {
	return b.Apartment.ReservationID == b.Reservation.ID && b.Apartment.Epoch == b.Reservation.Epoch
}

// free makes the apartment VACANT, if it is still with this reservation.
func (b *Booking) free(now time.Time) {
	if !b.hasApartment() {
		return
	}
	b.Apartment.Status, b.Apartment.ReservationID = Vacant, ""
	b.Apartment.HoldExpiresAt, b.Apartment.UpdatedAt = time.Time{}, now
}

// ConfirmReservation: CONFIRMING, epoch, payment CAPTURED → reservation PAID,
// apartment PAID.
type ConfirmReservation struct{ On }

// NeedsApartment: the apartment changes with the hold.
func (i ConfirmReservation) NeedsApartment() bool { return true }

func (i ConfirmReservation) Decide(b Booking) (Booking, bool, error) {
	r := &b.Reservation
	switch {
	case i.stale(*r):
		return b, false, notHeld(*r)
	case r.Status == ReservationPaid:
		return b, false, nil
	case r.Status != Confirming || r.Payment == nil || r.Payment.Status != Captured || !b.hasApartment():
		return b, false, notHeld(*r)
	}
	r.Status, r.EndedAt, r.TaskToken = ReservationPaid, i.Now, ""
	r.record(ReservationConfirmed, i.Now, i.By, 0, "")
	b.Apartment.Status, b.Apartment.HoldExpiresAt, b.Apartment.UpdatedAt = ApartmentPaid, time.Time{}, i.Now
	return b, true, nil
}

// ReleaseReason says why a hold is released.
type ReleaseReason string

const (
	// ReleaseExpired: HELD, epoch, no authorized payment, now ≥ holdExpiresAt → EXPIRED.
	ReleaseExpired ReleaseReason = "EXPIRED"
	// ReleaseCancelled: HELD, epoch → CANCELLED; money there is to be returned.
	ReleaseCancelled ReleaseReason = "CANCELLED"
	// ReleaseFailed: HELD, or CONFIRMING with the capture known to have failed;
	// epoch → FAILED; money there is to be returned.
	ReleaseFailed ReleaseReason = "FAILED"
)

// ReleaseHold ends a hold: the apartment is VACANT again. Releasing what has ended
// already changes nothing, except that cancelling what ended otherwise is refused
// with RESERVATION_NOT_HELD: the tenant should know.
type ReleaseHold struct {
	On
	Reason ReleaseReason
	// CaptureFailed: the gateway said that nothing was and nothing will be captured.
	CaptureFailed bool
	// UnlessPaying leaves alone a hold whose PENDING payment the tenant has begun: the
	// gateway is to be asked about it first.
	UnlessPaying bool
	Note         string
}

// NeedsApartment: the apartment changes with the hold.
func (i ReleaseHold) NeedsApartment() bool { return true }

func (i ReleaseHold) Decide(b Booking) (Booking, bool, error) {
	r := &b.Reservation
	if i.stale(*r) {
		return b, false, notHeld(*r)
	}
	if r.TripID != "" && i.Reason != ReleaseExpired {
		return b, false, belongsToTrip(*r)
	}
	if !r.Status.Live() {
		if i.Reason == ReleaseCancelled && r.Status != Cancelled {
			return b, false, notHeld(*r)
		}
		return b, false, nil
	}
	switch i.Reason {
	case ReleaseExpired:
		if !r.Lapsed(i.Now) || i.UnlessPaying && r.Payment != nil && r.Payment.Status == Pending && r.Payment.Method != "" {
			return b, false, Refuse(ReservationNotHeld, "the hold lasts until %s or is paid for; it has not expired", r.HoldExpiresAt.Format(time.RFC3339Nano))
		}
		r.Status = Expired
		r.record(HoldLapsed, i.Now, i.By, 0, i.Note)
	case ReleaseCancelled:
		if r.Status != Held {
			return b, false, Refuse(ReservationNotHeld, "the payment is being captured; the reservation cannot be cancelled any more")
		}
		r.Status = Cancelled
		r.record(HoldCancelled, i.Now, i.By, 0, i.Note)
	default:
		if r.Status == Confirming && (!i.CaptureFailed || r.Payment != nil && r.Payment.Status == Captured) {
			return b, false, Refuse(ReservationNotHeld, "the payment is being captured; the hold stays until its outcome is known")
		}
		r.Status = ReservationFailed
		r.record(HoldFailed, i.Now, i.By, 0, i.Note)
	}
	r.EndedAt = i.Now
	if i.Reason != ReleaseCancelled { // whoever cancels wakes the execution by the token of this very moment
		r.TaskToken = ""
	}
	b.free(i.Now)
	return b, true, nil
}

// ExtendHold moves the deadline by one payment window: HELD, epoch, now before the
// deadline, within the cap: at most MaxExtensions times, and never later than
// MaxWindows windows after the hold was placed.
type ExtendHold struct {
	On
	MaxExtensions int
	MaxWindows    int
}

// NeedsApartment: the apartment changes with the hold.
func (i ExtendHold) NeedsApartment() bool { return true }

func (i ExtendHold) Decide(b Booking) (Booking, bool, error) {
	r := &b.Reservation
	switch {
	case r.Status == Expired, r.Status == Held && !i.Now.Before(r.HoldExpiresAt):
		return b, false, holdExpired(*r)
	case r.Status != Held || i.stale(*r) || !b.hasApartment():
		return b, false, notHeld(*r)
	case r.Extensions >= i.MaxExtensions:
		return b, false, Refuse(ExtensionLimitReached, "the hold was extended %d times already, which is the most; pay until %s", r.Extensions, r.HoldExpiresAt.Format(time.RFC3339))
	}
	// The new window begins now: an early extension gives no more than a late one.
	deadline := i.Now.Add(r.Window)
	if last := r.PlacedAt.Add(time.Duration(i.MaxWindows) * r.Window); deadline.After(last) {
		deadline = last
	}
	if !deadline.After(r.HoldExpiresAt) {
		return b, false, Refuse(ExtensionLimitReached, "the hold cannot last beyond %s, %d payment windows after it was placed", r.HoldExpiresAt.Format(time.RFC3339), i.MaxWindows)
	}
	r.HoldExpiresAt = deadline
	r.Extensions++
	r.record(HoldExtended, i.Now, i.By, 0, "until "+deadline.Format(time.RFC3339))
	b.Apartment.HoldExpiresAt, b.Apartment.UpdatedAt = deadline, i.Now
	return b, true, nil
}
