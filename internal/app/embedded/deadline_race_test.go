package embedded_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/store/sqlite"
)

// Every order of five things, a payment's two halves among them, at every choice of
// moments −1, 0 and +1 ms from the deadline.
func TestEveryOrderAtTheDeadline(t *testing.T) {
	store, err := sqlite.OpenMemory(t.Context(), sqlite.Options{}) // it is about decisions; 10,000 races on a disk take minutes
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	ops, races := []string{"pay", "authorized", "cancel", "extend", "expire", "take over"}, int64(360*28)
	if testing.Short() {
		t.Log("-short: without another tenant's takeover")
		ops, races = ops[:5], 60*21
	}
	cases := make(chan []string)
	var workers sync.WaitGroup
	var ran atomic.Int64
	for range 16 { // they meet in the store's queue
		workers.Go(func() {
			for steps := range cases {
				if t.Failed() {
					continue
				}
				runRace(t, store, steps)
				ran.Add(1)
			}
		})
	}
	for _, order := range permutations(ops) {
		if slices.Index(order, "authorized") < slices.Index(order, "pay") {
			continue
		}
		for _, steps := range atMoments(order) {
			cases <- steps
		}
	}
	close(cases)
	workers.Wait()
	if ran.Load() != races && !t.Failed() {
		t.Errorf("%d races were run, there are %d", ran.Load(), races)
	}
}

// step does one thing, so many milliseconds from the first deadline: "cancel+1".
func (r *race) step(ctx context.Context, step string) {
	i := strings.LastIndexAny(step, "+-")
	var ms int
	if _, err := fmt.Sscanf(step[i:], "%d", &ms); err != nil {
		r.fatal("%v", err)
	}
	r.set(r.held.HoldExpiresAt.Add(time.Duration(ms) * time.Millisecond))
	switch step[:i] {
	case "pay":
		r.pay(ctx)
	case "lost pay":
		r.lose = 2
		r.pay(ctx)
		r.lose = 0
	case "read": // by the execution, which asks the gateway at the deadline
		_, err := r.service.ReadReservation(ctx, r.input(r.held))
		r.say("read", err)
	case "cancel":
		r.cancel(ctx)
	case "extend":
		r.extend(ctx)
	case "expire":
		r.expire(ctx)
	case "take over":
		r.takeOver(ctx)
	}
}

// runRace runs steps such as "cancel+1": what is done, and how many milliseconds from
// the first deadline. What stands between pay and authorized happens while the gateway
// is at work.
func runRace(t *testing.T, store booking.Store, steps []string) {
	t.Helper()
	ctx := t.Context()
	r := newRace(t, store, strings.Join(steps, " "))
	r.hold(ctx)
	for i := 0; i < len(steps); i++ {
		if !strings.HasPrefix(steps[i], "pay") {
			r.step(ctx, steps[i])
			continue
		}
		end := slices.IndexFunc(steps, func(s string) bool { return strings.HasPrefix(s, "authorized") })
		between, reached := steps[i+1:end+1], false
		during := func() {
			reached = true
			for _, step := range between {
				r.step(ctx, step) // "authorized" only moves the clock
			}
		}
		r.inGateway = during
		r.step(ctx, steps[i])
		if !reached { // it was refused before it came to the gateway
			r.inGateway = nil
			during()
		}
		i = end
	}
	r.settle(ctx)
	r.check(ctx)
}

// A pay whose answer was lost is asked again around the deadline, under its key. What it
// is told then holds: the first one may have been authorized in time.
func TestALostPayIsRepeatedAtTheDeadline(t *testing.T) {
	store, err := sqlite.OpenMemory(t.Context(), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	ends := map[booking.ReservationStatus]int{}
	orders := permutations([]string{"lost pay", "pay", "expire", "read"})
	orders = append(orders, permutations([]string{"lost pay", "pay", "expire", "cancel", "read"})...)
	for _, order := range orders {
		if slices.Index(order, "pay") < slices.Index(order, "lost pay") {
			continue
		}
		for _, steps := range atMoments(order) {
			r := newRace(t, store, strings.Join(steps, " "))
			r.hold(t.Context())
			for _, step := range steps {
				r.step(t.Context(), step)
			}
			r.settle(t.Context())
			ends[r.check(t.Context())]++
		}
	}
	if ends[booking.ReservationPaid] == 0 || ends[booking.Expired] == 0 || ends[booking.Cancelled] == 0 {
		t.Errorf("the races came to no more than %v", ends)
	}
}

// The gateway authorizes just before the deadline, and its answer comes at it or after:
// the tenant is told HOLD_EXPIRED, and nothing is kept (design, 10.8). Only if the
// execution has asked the gateway first is the payment honoured.
func TestAnAnswerAtTheDeadlineIsTooLate(t *testing.T) {
	store, err := sqlite.OpenMemory(t.Context(), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	for _, c := range []struct {
		answered time.Duration // from the deadline
		asked    bool          // by the execution, before the answer
		want     booking.ReservationStatus
		told     booking.Code
	}{
		{-time.Millisecond, false, booking.ReservationPaid, ""},
		{0, false, booking.Expired, booking.HoldExpired},
		{time.Millisecond, false, booking.Expired, booking.HoldExpired},
		{0, true, booking.ReservationPaid, ""},
		{time.Millisecond, true, booking.ReservationPaid, ""},
	} {
		r := newRace(t, store, fmt.Sprintf("answered at %s", c.answered))
		r.hold(t.Context())
		r.set(r.deadline.Add(-2 * time.Millisecond))
		r.slow = func() {
			r.set(r.deadline.Add(c.answered))
			if c.asked {
				r.step(t.Context(), fmt.Sprintf("read%+d", c.answered/time.Millisecond))
			}
		}
		_, err := r.service.PayReservation(t.Context(), alice, r.held.ID, "pm_slow", r.held.ID)
		r.say("pay", err)
		r.payErr, r.paid = err, err == nil
		r.settle(t.Context())
		if got := r.check(t.Context()); got != c.want || booking.CodeOf(err) != c.told {
			t.Errorf("answered %s from the deadline, asked before: %v: told %v, and it is %s; want %q and %s", c.answered, c.asked, err, got, c.told, c.want)
		}
	}
}

// The same at once: what the scheduler makes of it.
func TestAtTheDeadlineAllAtOnce(t *testing.T) {
	store, err := sqlite.OpenMemory(t.Context(), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	for round := range 200 {
		for _, ms := range []int{-1, 0, 1} {
			r := newRace(t, store, fmt.Sprintf("round %d, %+d ms", round, ms))
			r.hold(t.Context())
			r.set(r.held.HoldExpiresAt.Add(time.Duration(ms) * time.Millisecond))
			in := r.input(r.held)
			var paid, cancelled, extended, taken atomic.Pointer[booking.Reservation]
			var all sync.WaitGroup
			start := make(chan struct{})
			race := func(answer *atomic.Pointer[booking.Reservation], f func() (booking.Reservation, error)) {
				all.Go(func() {
					<-start
					got, err := f()
					if err == nil {
						answer.Store(&got)
					} else if booking.CodeOf(err) == "" && !errors.Is(err, booking.ErrHoldStillLive) {
						t.Errorf("%s: %v", r.name, err)
					}
				})
			}
			race(&paid, func() (booking.Reservation, error) {
				return r.service.PayReservation(t.Context(), alice, r.held.ID, "pm_ok", "k"+r.held.ID)
			})
			race(&cancelled, func() (booking.Reservation, error) { return r.service.CancelReservation(t.Context(), alice, r.held.ID) })
			race(&extended, func() (booking.Reservation, error) {
				return r.service.ExtendHold(t.Context(), alice, r.held.ID, "e"+r.held.ID)
			})
			race(&taken, func() (booking.Reservation, error) {
				return r.service.ReserveApartment(t.Context(), bob, r.held.ApartmentID, "t"+r.held.ID)
			})
			race(new(atomic.Pointer[booking.Reservation]), func() (booking.Reservation, error) {
				_, err := r.service.ReleaseHold(t.Context(), booking.Release{ExecutionInput: in})
				return booking.Reservation{}, err
			})
			close(start)
			all.Wait()
			r.paid, r.cancelled = paid.Load() != nil, cancelled.Load() != nil
			if e := extended.Load(); e != nil {
				r.deadline = e.HoldExpiresAt
			}
			if b := taken.Load(); b != nil {
				r.taken = *b
			}
			r.settle(t.Context())
			r.check(t.Context())
			if t.Failed() {
				return
			}
		}
	}
}

// permutations answers every order of the items.
func permutations(items []string) [][]string {
	if len(items) == 0 {
		return [][]string{nil}
	}
	var all [][]string
	for i, first := range items {
		rest := slices.Delete(slices.Clone(items), i, i+1)
		for _, tail := range permutations(rest) {
			all = append(all, append([]string{first}, tail...))
		}
	}
	return all
}

// atMoments answers the order at every choice of moments that goes forward in time.
func atMoments(order []string) [][]string {
	var all [][]string
	var choose func(at int, from int, so []string)
	choose = func(at, from int, so []string) {
		if at == len(order) {
			all = append(all, slices.Clone(so))
			return
		}
		for ms := from; ms <= 1; ms++ {
			choose(at+1, ms, append(so, fmt.Sprintf("%s%+d", order[at], ms)))
		}
	}
	choose(0, -1, nil)
	return all
}
