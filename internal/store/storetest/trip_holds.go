package storetest

import (
	"fmt"
	"slices"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// holdForTrip makes the intention to hold an apartment as the lodging of a trip.
func (s *suite) holdForTrip(apartmentID, tripID string) booking.PlaceHold {
	p := s.hold(apartmentID, begin)
	p.TripID = tripID
	return p
}

// tripHoldTests are about holds that belong to a trip's execution (design, 6).
var tripHoldTests = []test{
	{"TripHolds/AreStoredAsSuchAndStartNoExecution", func(s *suite) {
		a := s.offer()
		p := s.holdForTrip(a.ID, "trip_1")
		r := s.place(p)
		if r.TripID != "trip_1" || !r.WorkflowStarted || r.Status != booking.Held {
			s.Errorf("placed %+v", r)
		}
		s.same("the stored one", s.reservation(r.ID), r)
		s.same("the one placed again", s.place(p), r)
		plain := s.place(s.hold(s.offer().ID, begin))
		s.eventually("to start", func() error {
			marked, err := s.store.ToStart(s.Context(), 100)
			if slices.ContainsFunc(marked, func(m booking.Reservation) bool { return m.ID == r.ID }) {
				err = fmt.Errorf("the trip's hold is to be started")
			}
			if !plain.WorkflowStarted && len(marked) == 0 {
				err = fmt.Errorf("nothing is to be started")
			}
			return err
		})
	}},
	{"TripHolds/AreConfirmedAndReleased", func(s *suite) {
		for _, path := range [][]string{{"release"}, {"claim", "release"}, {"claim", "confirm", "release"}, {"claim", "confirm"}} {
			a := s.offer()
			r := s.place(s.holdForTrip(a.ID, "trip_1"))
			for _, step := range path {
				at := on(r, begin.Add(time.Second))
				switch step {
				case "claim":
					s.apply(booking.ClaimForTrip{On: at, TripID: "trip_1"})
				case "confirm":
					s.apply(booking.ConfirmForTrip{On: at, TripID: "trip_1"})
				case "release":
					s.apply(booking.ReleaseForTrip{On: at, TripID: "trip_1"})
				}
			}
			status, wanted := booking.Vacant, map[int]booking.ReservationStatus{1: booking.ReservationFailed, 2: booking.ReservationFailed, 3: booking.ReservationRefunded}[len(path)]
			if path[len(path)-1] == "confirm" {
				status, wanted = booking.ApartmentPaid, booking.ReservationPaid
			}
			got := s.both(r.ID)
			if got.Apartment.Status != status || got.Reservation.Status != wanted || got.Reservation.TripID != "trip_1" {
				s.Errorf("after %v the apartment is %s and the reservation %s of %q", path, got.Apartment.Status, got.Reservation.Status, got.Reservation.TripID)
			}
		}
	}},
	{"TripHolds/LapseAndAreTakenOverAsOthers", func(s *suite) {
		a := s.offer()
		r := s.place(s.holdForTrip(a.ID, "trip_1"))
		next := s.hold(a.ID, r.HoldExpiresAt)
		s.place(next)
		if got := s.reservation(r.ID).Status; got != booking.Expired {
			s.Errorf("the lapsed one is %s", got)
		}
		_, err := s.store.Apply(s.Context(), booking.ClaimForTrip{On: on(r, r.HoldExpiresAt), TripID: "trip_1"}, nil)
		s.refused("claiming what has lapsed", err, booking.HoldExpired)
	}},
}
