package storetest

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// holdFor is hold by a tenant of that name within limits.
func (s *suite) holdFor(tenant, apartmentID string, now time.Time, limits booking.HoldLimits) booking.PlaceHold {
	p := s.hold(apartmentID, now)
	p.TenantID, p.Idempotency.Principal, p.Limits = tenant, tenant, limits
	return p
}

// refusedHold checks that a hold is refused by a limit and leaves nothing behind.
func (s *suite) refusedHold(what string, p booking.PlaceHold) {
	s.Helper()
	before := s.apartment(p.ApartmentID)
	_, err := s.store.PlaceHold(s.Context(), p)
	s.refused(what, err, booking.HoldLimitReached)
	s.same("the apartment of a refused hold", s.apartment(p.ApartmentID), before)
	_, err = s.store.Reservation(s.Context(), p.ReservationID)
	s.refused("the reservation that was refused", err, booking.NotFound)
	if past, err := s.store.Recall(s.Context(), p.Idempotency); past != nil || err != nil {
		s.Errorf("%s: a refused hold is remembered: %+v, %v", what, past, err)
	}
}

var twoHolds = booking.HoldLimits{Live: 2}

var holdLimitTests = []test{
	{"HoldLimit/SoManyAtOnce", func(s *suite) {
		s.place(s.holdFor("ann", s.offer().ID, begin, twoHolds))
		s.place(s.holdFor("ann", s.offer().ID, begin, twoHolds))
		a := s.offer()
		s.refusedHold("a third hold", s.holdFor("ann", a.ID, begin, twoHolds))
		s.place(s.holdFor("bob", a.ID, begin, twoHolds))
		s.place(s.holdFor("ann", s.offer().ID, begin, booking.HoldLimits{})) // where there is no limit
	}},
	{"HoldLimit/WhatEndsIsGivenBack", func(s *suite) {
		for name, end := range map[string]func(r booking.Reservation){
			"cancelled": func(r booking.Reservation) {
				s.apply(booking.ReleaseHold{On: on(r, begin), Reason: booking.ReleaseCancelled})
			},
			"failed": func(r booking.Reservation) {
				s.apply(booking.ReleaseHold{On: on(r, begin), Reason: booking.ReleaseFailed})
			},
			"paid":     s.confirm,
			"occupied": func(r booking.Reservation) { s.confirm(r); s.apply(booking.Occupy{On: on(r, begin)}) },
			"refunded": func(r booking.Reservation) { s.confirm(r); s.apply(booking.RefundReservation{On: on(r, begin)}) },
			"cancelled twice": func(r booking.Reservation) {
				for range 2 {
					s.apply(booking.ReleaseHold{On: on(r, begin), Reason: booking.ReleaseCancelled})
				}
			},
		} {
			r := s.place(s.holdFor(name, s.offer().ID, begin, twoHolds))
			s.place(s.holdFor(name, s.offer().ID, begin, twoHolds))
			s.refusedHold("a third hold", s.holdFor(name, s.offer().ID, begin, twoHolds))
			end(r)
			s.place(s.holdFor(name, s.offer().ID, begin, twoHolds))
			s.refusedHold("one "+name+" gives back one, not two: another hold", s.holdFor(name, s.offer().ID, begin, twoHolds))
		}
	}},
	{"HoldLimit/ConfirmingCounts", func(s *suite) {
		r := s.place(s.holdFor("ann", s.offer().ID, begin, twoHolds))
		s.place(s.holdFor("ann", s.offer().ID, begin, twoHolds))
		s.pay(r)
		s.apply(booking.ClaimForCapture{On: on(r, begin)})
		s.refusedHold("a third hold while one is captured", s.holdFor("ann", s.offer().ID, begin, twoHolds))
	}},
	{"HoldLimit/WhatLapsesIsGivenBack", func(s *suite) {
		r := s.place(s.holdFor("ann", s.offer().ID, begin, booking.HoldLimits{Live: 1}))
		s.refusedHold("a second hold", s.holdFor("ann", s.offer().ID, begin, booking.HoldLimits{Live: 1}))
		s.apply(booking.ReleaseHold{On: on(r, r.HoldExpiresAt), Reason: booking.ReleaseExpired})
		s.place(s.holdFor("ann", s.offer().ID, r.HoldExpiresAt, booking.HoldLimits{Live: 1}))
	}},
	{"HoldLimit/TakeoverGivesBack", func(s *suite) {
		a, one := s.offer(), booking.HoldLimits{Live: 1}
		old := s.place(s.holdFor("ann", a.ID, begin, one))
		s.place(s.holdFor("bob", a.ID, old.HoldExpiresAt, one))
		r := s.place(s.holdFor("ann", s.offer().ID, old.HoldExpiresAt, one))
		s.refusedHold("another of bob's", s.holdFor("bob", s.offer().ID, old.HoldExpiresAt, one))
		s.refusedHold("another of ann's", s.holdFor("ann", s.offer().ID, old.HoldExpiresAt, one))
		// Their own lapsed hold is no obstacle.
		again := s.place(s.holdFor("ann", r.ApartmentID, r.HoldExpiresAt, one))
		s.refusedHold("another after their own takeover", s.holdFor("ann", s.offer().ID, r.HoldExpiresAt, one))
		s.apply(booking.ReleaseHold{On: on(again, r.HoldExpiresAt), Reason: booking.ReleaseCancelled})
		s.place(s.holdFor("ann", s.offer().ID, r.HoldExpiresAt, one))
	}},
	{"HoldLimit/AReplayIsAnswered", func(s *suite) {
		p := s.holdFor("ann", s.offer().ID, begin, booking.HoldLimits{Live: 1, Budget: time.Minute})
		r := s.place(p)
		again := p
		again.ReservationID = s.id("res")
		again.Idempotency.ResultID = again.ReservationID
		if got, err := s.store.PlaceHold(s.Context(), again); err != nil || got.ID != r.ID {
			s.Errorf("the same key at the limit answers %q, %v, want %s", got.ID, err, r.ID)
		}
	}},
	{"HoldLimit/OfManyAtOnceSoManyWin", func(s *suite) {
		for round := range 5 {
			tenant := fmt.Sprint("tenant of round ", round)
			holds := make([]booking.PlaceHold, 12)
			for i := range holds {
				holds[i] = s.holdFor(tenant, s.offer().ID, begin, twoHolds)
			}
			var winners atomic.Int64
			race(len(holds), func(i int) {
				if _, err := s.store.PlaceHold(s.Context(), holds[i]); err == nil {
					winners.Add(1)
				} else if booking.CodeOf(err) != booking.HoldLimitReached {
					s.Errorf("PlaceHold = %v", err)
				}
			})
			if winners.Load() != 2 {
				s.Fatalf("round %d: %d holds of one tenant, want 2", round, winners.Load())
			}
		}
	}},
	{"HoldBudget/MinutesOfADay", func(s *suite) {
		budget := booking.HoldLimits{Budget: 3 * time.Minute}
		// A minute each, the payment window of the suite: also one that ends at once.
		r := s.place(s.holdFor("ann", s.offer().ID, begin, budget))
		s.apply(booking.ReleaseHold{On: on(r, begin), Reason: booking.ReleaseCancelled})
		s.place(s.holdFor("ann", s.offer().ID, begin, budget))
		third := s.place(s.holdFor("ann", s.offer().ID, begin, budget))
		s.refusedHold("a hold beyond the budget", s.holdFor("ann", s.offer().ID, begin, budget))
		s.place(s.holdFor("bob", s.offer().ID, begin, budget))
		// What is paid for takes nothing.
		s.confirm(third)
		s.place(s.holdFor("ann", s.offer().ID, begin, budget))
		s.refusedHold("another hold beyond the budget", s.holdFor("ann", s.offer().ID, begin, budget))
		midnight := begin.Truncate(24 * time.Hour).Add(24 * time.Hour)
		s.refusedHold("a hold at the end of the day", s.holdFor("ann", s.offer().ID, midnight.Add(-1), budget))
		s.place(s.holdFor("ann", s.offer().ID, midnight, budget))
	}},
	{"HoldBudget/UnusedTimeIsGivenBack", func(s *suite) {
		budget := booking.HoldLimits{Budget: 10 * time.Minute}
		long := func(a *booking.Apartment) { a.PaymentWindow = 30 * time.Minute }
		r := s.place(s.holdFor("ann", s.offer(long).ID, begin, budget)) // which may be longer than the budget
		s.refusedHold("a hold beyond the budget", s.holdFor("ann", s.offer().ID, begin, budget))
		s.apply(booking.ReleaseHold{On: on(r, begin.Add(8*time.Minute+1)), Reason: booking.ReleaseCancelled}) // 9 begun
		s.place(s.holdFor("ann", s.offer().ID, begin.Add(9*time.Minute), budget))
		s.refusedHold("a hold beyond the budget", s.holdFor("ann", s.offer().ID, begin.Add(9*time.Minute), budget))
	}},
	{"HoldBudget/ExtendingTakesOfIt", func(s *suite) {
		budget := booking.HoldLimits{Budget: 3 * time.Minute}
		r := s.place(s.holdFor("ann", s.offer().ID, begin, budget))
		s.apply(booking.ExtendHold{On: on(r, begin.Add(30*time.Second)), MaxExtensions: 2, MaxWindows: 3})
		s.place(s.holdFor("ann", s.offer().ID, begin.Add(30*time.Second), budget)) // 2 minutes begun, and 1
		s.refusedHold("a hold beyond the budget", s.holdFor("ann", s.offer().ID, begin.Add(30*time.Second), budget))
	}},
	{"HoldBudget/ATakeoverEndsTheOldHold", func(s *suite) {
		a, budget := s.offer(), booking.HoldLimits{Budget: 2 * time.Minute}
		old := s.place(s.holdFor("ann", a.ID, begin, budget))
		s.place(s.holdFor("bob", a.ID, old.HoldExpiresAt.Add(10*time.Minute), budget))
		s.place(s.holdFor("ann", s.offer().ID, old.HoldExpiresAt.Add(10*time.Minute), budget)) // the old one lasted a minute
		s.refusedHold("a hold beyond the budget", s.holdFor("ann", s.offer().ID, old.HoldExpiresAt.Add(10*time.Minute), budget))
	}},
}
