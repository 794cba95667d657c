package storetest

import (
	"fmt"
	"slices"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// dueAre answers a complaint unless exactly these holds are due.
func (s *suite) dueAre(now time.Time, want ...string) error {
	var ids []string
	due, err := s.store.DueHolds(s.Context(), now, booking.DueCursor{}, 100)
	for _, d := range due {
		ids = append(ids, d.ReservationID)
	}
	if err == nil && !slices.Equal(ids, want) {
		err = fmt.Errorf("due at %s are %v, want %v", now, ids, want)
	}
	return err
}

// sweepIs waits until a sweep answers exactly these reservations, in any order.
func (s *suite) sweepIs(what string, sweep func(limit int) ([]booking.Reservation, error), want ...string) {
	s.Helper()
	slices.Sort(want)
	s.eventually(what, func() error {
		found, err := sweep(100)
		var ids []string
		for _, r := range found {
			ids = append(ids, r.ID)
			if d := diff(r, s.reservation(r.ID)); d != "" {
				return fmt.Errorf("%s is answered otherwise than stored: %s", r.ID, d)
			}
		}
		slices.Sort(ids)
		if err == nil && !slices.Equal(ids, want) {
			err = fmt.Errorf("got %v, want %v", ids, want)
		}
		return err
	})
}

func (s *suite) unsettled(limit int) ([]booking.Reservation, error) {
	return s.store.Unsettled(s.Context(), limit)
}

var sweepTests = []test{
	{"DueHolds/EarliestFirstAfterACursor", func(s *suite) {
		var ids []string
		for i := range 9 { // three deadlines, three holds each
			ids = append(ids, s.place(s.hold(s.offer().ID, begin.Add(time.Duration(i/3)*time.Second))).ID)
		}
		deadline := begin.Add(window)
		s.eventually("due", func() error { return s.dueAre(deadline.Add(-1)) })
		s.eventually("due", func() error { return s.dueAre(deadline, ids[:3]...) })
		s.eventually("due", func() error { return s.dueAre(deadline.Add(time.Second), ids[:6]...) })
		s.eventually("due", func() error { return s.dueAre(deadline.Add(time.Hour), ids...) })
		for _, limit := range []int{1, 2, 4} {
			var got []string
			cursor := booking.DueCursor{}
			for {
				due, err := s.store.DueHolds(s.Context(), deadline.Add(time.Hour), cursor, limit)
				if err != nil || len(due) > limit {
					s.Fatalf("DueHolds = %d, %v", len(due), err)
				}
				for _, d := range due {
					got = append(got, d.ReservationID)
					cursor = booking.DueCursor{Deadline: d.Deadline, ReservationID: d.ReservationID}
				}
				if len(due) < limit {
					break
				}
			}
			s.same("the pages together", got, ids)
		}
	}},
	{"DueHolds/SayWhatToWake", func(s *suite) {
		r := s.place(s.hold(s.offer().ID, begin))
		due := func(token string) func() error {
			return func() error {
				got, err := s.store.DueHolds(s.Context(), r.HoldExpiresAt, booking.DueCursor{}, 10)
				if err == nil {
					if d := diff(got, []booking.DueHold{{ReservationID: r.ID, Deadline: r.HoldExpiresAt, TaskToken: token}}); d != "" {
						err = fmt.Errorf("due differs: %s", d)
					}
				}
				return err
			}
		}
		s.eventually("without a token", due(""))
		s.apply(booking.StoreTaskToken{On: on(r, begin), Token: "token"})
		s.eventually("with a token", due("token"))
	}},
	{"DueHolds/OnlyHeldOnes", func(s *suite) {
		for state := range paths {
			r, _ := s.reach(state)
			held := s.reservation(r.ID).Status == booking.Held
			s.eventually("due after "+state, func() error {
				due, err := s.store.DueHolds(s.Context(), r.HoldExpiresAt.Add(3*window), booking.DueCursor{}, 100)
				listed := slices.ContainsFunc(due, func(d booking.DueHold) bool { return d.ReservationID == r.ID })
				if err == nil && listed != held {
					err = fmt.Errorf("listed %t, held %t", listed, held)
				}
				return err
			})
		}
	}},
	{"NextDeadline", func(s *suite) {
		next := func(after time.Time, want time.Time) {
			s.Helper()
			s.eventually("next deadline", func() error {
				at, ok, err := s.store.NextDeadline(s.Context(), after)
				if err == nil && (ok == want.IsZero() || ok && !at.Equal(want)) {
					err = fmt.Errorf("NextDeadline(%s) = %s, %t, want %s", after, at, ok, want)
				}
				return err
			})
		}
		next(time.Time{}, time.Time{})
		later := s.place(s.hold(s.offer().ID, begin.Add(time.Second)))
		sooner := s.place(s.hold(s.offer().ID, begin))
		next(time.Time{}, sooner.HoldExpiresAt)
		next(sooner.HoldExpiresAt.Add(-1), sooner.HoldExpiresAt)
		next(sooner.HoldExpiresAt, later.HoldExpiresAt)
		next(later.HoldExpiresAt, time.Time{})
		s.apply(booking.ReleaseHold{On: on(sooner, begin), Reason: booking.ReleaseCancelled})
		next(begin, later.HoldExpiresAt)
	}},
	{"ToStart", func(s *suite) {
		toStart := func(limit int) ([]booking.Reservation, error) { return s.store.ToStart(s.Context(), limit) }
		var marked []string
		for range 5 {
			if r := s.place(s.hold(s.offer().ID, begin)); !r.WorkflowStarted {
				marked = append(marked, r.ID)
			}
		}
		s.sweepIs("to start", toStart, marked...)
		if len(marked) == 0 {
			return // this store starts them itself
		}
		if some, err := toStart(2); err != nil || len(some) != 2 {
			s.Errorf("ToStart(2) = %d, %v", len(some), err)
		}
		for _, id := range marked[1:] {
			s.apply(booking.MarkWorkflowStarted{On: booking.On{ReservationID: id, Now: begin}})
		}
		s.sweepIs("to start", toStart, marked[0])
		s.apply(booking.ReleaseHold{On: on(s.reservation(marked[0]), begin), Reason: booking.ReleaseCancelled})
		s.sweepIs("to start, though cancelled: its execution returns the money", toStart, marked[0])
	}},
	{"Unsettled", func(s *suite) {
		var want []string
		for state, settled := range map[string]bool{
			"held": true, "pending": true, "authorized": true, "paid": true, "occupied": true, "vacated": true, "voided": true,
			"refunded":  true,
			"cancelled": false, "expired": false, "confirming": false, "captured": false, "refundOrdered": false, "cancelledPending": false, "cancelledAuthorized": false, "failed": false, "expiredPending": false,
		} {
			if r, _ := s.reach(state); !settled {
				want = append(want, r.ID)
			}
		}
		s.sweepIs("unsettled", s.unsettled, want...)
		if some, err := s.unsettled(3); err != nil || len(some) != 3 {
			s.Errorf("Unsettled(3) = %d, %v", len(some), err)
		}
	}},
}
