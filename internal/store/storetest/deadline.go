package storetest

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// atTheDeadline is what meets at the deadline of a hold whose payment is pending.
var atTheDeadline = []string{"authorize", "cancel", "extend", "expire"}

var deadlineTests = []test{
	{"Deadline/EveryOrder", func(s *suite) {
		orders := permutations(atTheDeadline)
		times := 1
		for range atTheDeadline {
			times *= 3
		}
		scenes := make(chan scene)
		var wg sync.WaitGroup
		for range 32 { // scenes are apart from each other; together they share commits
			wg.Go(func() {
				for c := range scenes {
					s.playOut(c)
				}
			})
		}
		for i, order := range orders {
			for n := i % s.sample; n < times; n += s.sample {
				n := n
				c := scene{order: order, apartment: s.offer()}
				c.hold, c.takeover = s.hold(c.apartment.ID, begin), s.hold(c.apartment.ID, begin.Add(window+2*time.Millisecond))
				for range order {
					c.at = append(c.at, begin.Add(window+time.Duration(n%3-1)*time.Millisecond))
					n /= 3
				}
				scenes <- c
			}
		}
		close(scenes)
		wg.Wait()
	}},
}

// scene is an order of intentions around a deadline, each with the moment at which it
// was made: clocks are read before the store decides, so moments may go backwards.
type scene struct {
	order          []string
	at             []time.Time
	apartment      booking.Apartment
	hold, takeover booking.PlaceHold
}

func (c scene) String() string {
	var steps []string
	for i, name := range c.order {
		steps = append(steps, fmt.Sprintf("%s %+d ms", name, c.at[i].Sub(begin.Add(window)).Milliseconds()))
	}
	return strings.Join(steps, ", ")
}

// playOut plays a scene in the store and in the model, and at its end tries a takeover.
func (s *suite) playOut(c scene) {
	fail := failure{s.T, c}
	w := &walk{suite: s, model: newModel()}
	w.model.apartments[c.apartment.ID] = &modelApartment{status: booking.Vacant}
	r, err := s.store.PlaceHold(s.Context(), c.hold)
	if err != nil {
		fail.Fatalf("PlaceHold = %v", err)
		return
	}
	w.model.place(c.apartment.ID, r.ID, "hold", begin)
	w.reservations = []string{r.ID}
	w.step(fail, "begin", on(r, begin))
	for i, name := range c.order {
		w.step(fail, name, on(r, c.at[i]))
		if complaint := w.compare(); complaint != "" {
			fail.Fatalf("after %s: %s", name, complaint)
		}
	}
	_, code := w.model.place(c.apartment.ID, c.takeover.ReservationID, "takeover", c.takeover.Now)
	if _, err := s.store.PlaceHold(s.Context(), c.takeover); booking.CodeOf(err) != code {
		fail.Fatalf("the takeover = %v, want %q", err, code)
	} else if err == nil {
		w.reservations = append(w.reservations, c.takeover.ReservationID)
	}
	if complaint := w.compare(); complaint != "" {
		fail.Fatalf("after the takeover: %s", complaint)
	}
}

// failure tells which scene failed; scenes run beside the test's own goroutine.
type failure struct {
	t *testing.T
	c scene
}

func (f failure) Fatalf(format string, args ...any) {
	f.t.Errorf("%s: %s", f.c, fmt.Sprintf(format, args...))
}

func permutations(of []string) [][]string {
	if len(of) == 0 {
		return [][]string{nil}
	}
	var all [][]string
	for i := range of {
		rest := append(append([]string(nil), of[:i]...), of[i+1:]...)
		for _, p := range permutations(rest) {
			all = append(all, append([]string{of[i]}, p...))
		}
	}
	return all
}
