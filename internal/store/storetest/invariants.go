package storetest

import (
	"fmt"

	"github.com/vacancy/vacancy/internal/booking"
)

// broken answers which invariants of the design (section 3) a reservation and its
// apartment break: what holds at every moment, whatever happened before.
func broken(b booking.Booking) (all []string) {
	r, a := b.Reservation, b.Apartment
	tell := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	has := a.ReservationID == r.ID && a.Epoch == r.Epoch
	if r.Status.Live() && (a.Status != booking.Reserved || !has || !a.HoldExpiresAt.Equal(r.HoldExpiresAt)) {
		tell("invariant 1: a live hold, and the apartment is %s with %q, epoch %d", a.Status, a.ReservationID, a.Epoch)
	}
	if a.Status == booking.Reserved && has && !r.Status.Live() {
		tell("invariant 1: the apartment is RESERVED by a reservation that is %s", r.Status)
	}
	if (a.Status == booking.Vacant || a.Status == booking.Withdrawn) && (a.ReservationID != "" || !a.HoldExpiresAt.IsZero()) {
		tell("invariant 1: the apartment is %s and with %q until %s", a.Status, a.ReservationID, a.HoldExpiresAt)
	}
	payment := booking.PaymentStatus("")
	if r.Payment != nil {
		payment = r.Payment.Status
	}
	captured := payment == booking.Captured
	switch {
	case r.Status == booking.ReservationPaid && (!captured || r.Payment.Amount != r.Price):
		tell("invariant 2: PAID, and the payment is %q", payment)
	case captured && r.Status != booking.ReservationPaid && r.Status != booking.Confirming && r.Status != booking.ReservationRefunded:
		tell("invariant 2: %s with money captured that no refund was ordered for", r.Status)
	case r.Status == booking.Confirming && payment != booking.Authorized && !captured:
		tell("invariant 2: being captured, and the payment is %q", payment)
	}
	if cap := r.PlacedAt.Add(3 * r.Window); r.HoldExpiresAt.After(cap) {
		tell("invariant 3: held until %s, past three windows", r.HoldExpiresAt)
	}
	return all
}
