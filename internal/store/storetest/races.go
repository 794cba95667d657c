package storetest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// race runs f in n goroutines at once and waits for all.
func race(n int, f func(i int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-start
			f(i)
		})
	}
	close(start)
	wg.Wait()
}

// RunRace lets callers reserve one apartment at once, so many rounds: each has exactly
// one winner, and everybody else is told who is in the way. Run runs it with few rounds.
func RunRace(t *testing.T, open Factory, callers, rounds int) {
	s := newSuite(t, open, 1)
	a := s.offer()
	for round := range rounds {
		now := begin.Add(time.Duration(round) * time.Second)
		holds := make([]booking.PlaceHold, callers)
		for i := range holds {
			holds[i] = s.hold(a.ID, now)
		}
		var winners atomic.Int64
		var winner atomic.Pointer[booking.Reservation]
		race(callers, func(i int) {
			r, err := s.store.PlaceHold(t.Context(), holds[i])
			switch {
			case err == nil:
				winners.Add(1)
				winner.Store(&r)
			case booking.CodeOf(err) != booking.ApartmentNotVacant:
				t.Errorf("PlaceHold = %v", err)
			}
		})
		if winners.Load() != 1 {
			t.Fatalf("round %d has %d winners", round, winners.Load())
		}
		r := *winner.Load()
		if got := s.apartment(a.ID); got.ReservationID != r.ID || got.Epoch != int64(round+1) {
			t.Fatalf("round %d: %s won, the apartment is with %s, epoch %d", round, r.ID, got.ReservationID, got.Epoch)
		}
		if round%2 == 0 { // else the next round takes over at the deadline
			s.apply(booking.ReleaseHold{On: on(r, now), Reason: booking.ReleaseCancelled})
		} else {
			s.apply(booking.ExtendHold{On: on(r, now.Add(1)), MaxExtensions: 1, MaxWindows: 3})
			s.apply(booking.ReleaseHold{On: on(r, now), Reason: booking.ReleaseFailed})
		}
	}
}

var raceTests = []test{
	{"Race/OneApartmentOneWinner", func(s *suite) { RunRace(s.T, s.open, 16, 20) }},
	{"Race/OneTakeover", func(s *suite) {
		a := s.offer()
		old := s.place(s.hold(a.ID, begin))
		for range 10 {
			var winners atomic.Int64
			holds := make([]booking.PlaceHold, 16)
			for i := range holds {
				holds[i] = s.hold(a.ID, old.HoldExpiresAt)
			}
			race(len(holds), func(i int) {
				if _, err := s.store.PlaceHold(s.Context(), holds[i]); err == nil {
					winners.Add(1)
				} else if booking.CodeOf(err) != booking.ApartmentNotVacant {
					s.Errorf("PlaceHold = %v", err)
				}
			})
			if winners.Load() != 1 || s.reservation(old.ID).Status != booking.Expired {
				s.Fatalf("%d takeovers, the old hold is %s", winners.Load(), s.reservation(old.ID).Status)
			}
			old = s.reservation(s.apartment(a.ID).ReservationID)
		}
	}},
	{"Race/OneKeyOneEffect", func(s *suite) {
		for round := range 10 {
			key := fmt.Sprint("key of round ", round)
			a := s.offer()
			holds := make([]booking.PlaceHold, 16)
			for i := range holds {
				holds[i] = s.hold(a.ID, begin)
				holds[i].Idempotency.Key = key
			}
			answers := make([]string, len(holds))
			race(len(holds), func(i int) {
				r, err := s.store.PlaceHold(s.Context(), holds[i])
				if err != nil {
					s.Errorf("PlaceHold = %v", err)
				}
				answers[i] = r.ID
			})
			for _, id := range answers {
				if id != answers[0] {
					s.Errorf("one key is answered %s and %s", answers[0], id)
				}
			}
			if got := s.apartment(a.ID); got.Epoch != 1 {
				s.Errorf("one key, %d holds", got.Epoch)
			}
		}
	}},
	{"Race/PayCancelExtendExpire", func(s *suite) {
		for range 20 {
			r := s.place(s.hold(s.offer().ID, begin))
			s.apply(booking.BeginPayment{On: on(r, begin), Method: "pm_ok"})
			contenders := []string{"authorize", "cancel", "extend", "expire", "fail", "authorize", "claim"}
			took := make([]bool, len(contenders))
			race(len(contenders), func(i int) {
				now := r.HoldExpiresAt.Add(time.Duration(i%3-1) * time.Millisecond)
				_, err := s.store.Apply(s.Context(), intend(contenders[i], on(r, now)), nil)
				if err != nil && booking.CodeOf(err) == "" {
					s.Errorf("%s = %v", contenders[i], err)
				}
				took[i] = err == nil
			})
			b := s.both(r.ID)
			for _, complaint := range broken(b) {
				s.Errorf("after %v: %s", took, complaint)
			}
			if b.Reservation.Status == booking.Confirming && b.Reservation.Payment.Status != booking.Authorized {
				s.Errorf("claimed without an authorization: %+v", b.Reservation.Payment)
			}
		}
	}},
}
