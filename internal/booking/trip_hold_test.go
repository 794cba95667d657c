package booking

import (
	"slices"
	"testing"
	"time"
)

// TestTripHoldTable holds the intentions of trips to the table of the design (section 6):
// in each combination of reservation, apartment, moment and trip.
func TestTripHoldTable(t *testing.T) {
	type situation struct {
		status   ReservationStatus
		now      time.Time
		occupied bool
		trip     string // whose hold it is
	}
	in := func(s situation, statuses ...ReservationStatus) bool { return slices.Contains(statuses, s.status) }
	ours := func(s situation) bool { return s.trip == "t1" }
	inTime := func(s situation) bool { return s.now.Before(deadline) }
	table := map[string]struct {
		make    func(On) Intention
		allowed func(situation) bool
		ends    map[ReservationStatus]ReservationStatus
	}{
		"ClaimForTrip": {func(on On) Intention { return ClaimForTrip{On: on, TripID: "t1"} },
			func(s situation) bool { return ours(s) && in(s, Held) && inTime(s) },
			map[ReservationStatus]ReservationStatus{Held: Confirming}},
		"ConfirmForTrip": {func(on On) Intention { return ConfirmForTrip{On: on, TripID: "t1"} },
			func(s situation) bool { return ours(s) && in(s, Confirming) },
			map[ReservationStatus]ReservationStatus{Confirming: ReservationPaid}},
		"ReleaseForTrip": {func(on On) Intention { return ReleaseForTrip{On: on, TripID: "t1"} },
			func(s situation) bool {
				return ours(s) && (in(s, Held, Confirming) || in(s, ReservationPaid) && !s.occupied)
			},
			map[ReservationStatus]ReservationStatus{Held: ReservationFailed, Confirming: ReservationFailed, ReservationPaid: ReservationRefunded}},
		// Nobody else ends, pays for or gives back what belongs to a trip.
		"BeginPayment": {func(on On) Intention { return BeginPayment{On: on, Method: "pm_ok"} },
			func(s situation) bool { return s.trip == "" && in(s, Held) && inTime(s) }, nil},
		"ReleaseHold, cancelled": {func(on On) Intention { return ReleaseHold{On: on, Reason: ReleaseCancelled} },
			func(s situation) bool { return s.trip == "" && in(s, Held) }, nil},
		"ReleaseHold, failed": {func(on On) Intention { return ReleaseHold{On: on, Reason: ReleaseFailed} },
			func(s situation) bool { return s.trip == "" && in(s, Held) }, nil},
		"RefundReservation": {func(on On) Intention { return RefundReservation{On: on} },
			func(s situation) bool { return s.trip == "" && in(s, ReservationPaid) && !s.occupied }, nil},
		// But it lapses as every hold does.
		"ReleaseHold, expired": {func(on On) Intention { return ReleaseHold{On: on, Reason: ReleaseExpired} },
			func(s situation) bool { return in(s, Held) && !inTime(s) }, nil},
	}
	for name, row := range table {
		for _, status := range []ReservationStatus{Held, Confirming, ReservationPaid, Expired, Cancelled, ReservationFailed, ReservationRefunded} {
			for _, now := range []time.Time{deadline.Add(-time.Millisecond), deadline} {
				for _, occupied := range []bool{false, true} {
					for _, trip := range []string{"", "t1", "t2"} {
						s := situation{status, now, occupied, trip}
						b := placedBooking(t)
						b.Reservation.Status, b.Reservation.TripID = status, trip
						b.Reservation = b.Reservation.AsPlaced() // a lodging has no payment of its own
						if occupied {
							b.Apartment.Status = Occupied
						}
						next, changed, err := row.make(On{ReservationID: "r", Epoch: 7, Now: now, By: "t"}).Decide(b)
						if changed != row.allowed(s) {
							t.Errorf("%s on %+v: changed %t (%v), want %t", name, s, changed, err, row.allowed(s))
						}
						if want, listed := row.ends[status]; changed && listed && next.Reservation.Status != want {
							t.Errorf("%s on %+v ends %s, want %s", name, s, next.Reservation.Status, want)
						}
						if changed && name == "ReleaseForTrip" && next.Apartment.Status != Vacant {
							t.Errorf("%s on %+v leaves the apartment %s", name, s, next.Apartment.Status)
						}
						if stale := row.make(On{ReservationID: "r", Epoch: 6, Now: now, By: "t"}); changed {
							if _, changed, _ := stale.Decide(b); changed {
								t.Errorf("%s of another epoch acts on %+v", name, s)
							}
						}
					}
				}
			}
		}
	}
}
