package embedded_test

import (
	"slices"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/payment/stripe/stripetest"
	"github.com/vacancy/vacancy/internal/store/sqlite"
)

// notified answers what the tenant was told, in order.
func (s *stage) notified() (kinds []string) {
	s.t.Helper()
	all, err := s.outbox.List(s.t.Context(), 100)
	if err != nil {
		s.fatal("%v", err)
	}
	for _, n := range all {
		kinds = append(kinds, string(n.Kind))
	}
	slices.Reverse(kinds)
	return kinds
}

// timeline counts what has happened to alice's reservation.
func (s *stage) timeline() map[booking.TimelineKind]int {
	s.t.Helper()
	r, err := s.store.Reservation(s.t.Context(), s.held.ID)
	if err != nil {
		s.fatal("%v", err)
	}
	counts := map[booking.TimelineKind]int{}
	for _, e := range r.Timeline {
		counts[e.Kind]++
	}
	return counts
}

// The payer confirms in the moment between the deadline and the closing of the payment. What
// becomes of that money is the policy's to say, the deployment's or the apartment's, whoever
// finds it: the execution, the sweeper, or a webhook after the end.
func TestLateMoney(t *testing.T) {
	for _, found := range []string{"by the execution", "by the sweeper", "by a webhook"} {
		for _, c := range []struct {
			name                  string
			deployment, apartment booking.LateMoney
			taken                 bool // bob has reserved the apartment meanwhile
			paid                  bool
		}{
			{"refund", booking.RefundLate, "", false, false},
			{"reacquire", booking.ReacquireElseRefund, "", false, true},
			{"reacquire, but it is taken", booking.ReacquireElseRefund, "", true, false},
			{"the apartment says reacquire", booking.RefundLate, booking.ReacquireElseRefund, false, true},
			{"the apartment says refund", booking.ReacquireElseRefund, booking.RefundLate, false, false},
			{"nobody says", "", "", false, false},
		} {
			t.Run(found+"/"+c.name, func(t *testing.T) {
				store, err := sqlite.OpenMemory(t.Context(), sqlite.Options{})
				if err != nil {
					t.Fatal(err)
				}
				defer store.Close()
				s := newStage(t, store, c.name, c.deployment, 1)
				s.hold(t.Context())
				if c.apartment != "" {
					if _, err := s.service.ChangeApartment(t.Context(), booking.UpdateListing{ApartmentID: s.apartment.ID, Now: s.now(), LateMoney: &c.apartment}); err != nil {
						t.Fatal(err)
					}
				}
				taken := func() {
					if c.taken {
						if _, err := s.service.ReserveApartment(t.Context(), bob, s.apartment.ID, "bob"); err != nil {
							s.fatal("bob: %v", err)
						}
						s.queue = nil // his execution is not this test's
					}
				}
				r := s.late(found, taken)
				want := map[bool]struct {
					status booking.ReservationStatus
					told   string
				}{true: {booking.ReservationPaid, "paid"}, false: {booking.Expired, "reverted"}}[c.paid]
				if r.Status != want.status {
					s.fatal("it is %s, want %s; %+v", r.Status, want.status, r.Timeline)
				}
				told := s.notified()
				if len(told) == 0 || told[len(told)-1] != want.told || c.paid && found == "by the execution" && len(told) != 1 {
					s.fatal("the tenant was told %v, want %s", told, want.told)
				}
				if n := s.timeline()[booking.HoldReacquired]; (n == 1) != c.paid || r.Price.Amount != 79_000 {
					s.fatal("reacquired %d times, at %s", n, r.Price)
				}
				if names := r.ExecutionNames(); c.paid && !slices.Contains(names, r.ID+"-late") {
					t.Errorf("its executions are %v", names)
				}
				if !c.taken {
					s.check(t.Context(), r)
				}
			})
		}
	}
}

// late has alice's app confirm after the deadline, before the payment is closed.
func (s *stage) late(found string, then func()) booking.Reservation {
	ctx := s.t.Context()
	var secret string
	s.after(time.Second, func() {
		r, err := s.service.PayReservation(ctx, alice, s.held.ID, "", "pay")
		if err != nil {
			s.fatal("%v", err)
		}
		c, err := s.service.Confirmation(ctx, alice, r)
		if err != nil {
			s.fatal("%v", err)
		}
		secret = c.ClientSecret
	})
	paid := false
	confirm := func() {
		if !paid {
			paid = true
			if err := s.server.Pay(secret, stripetest.Visa); err != nil {
				s.fatal("%v", err)
			}
		}
	}
	ended := func() bool {
		r, err := s.store.Reservation(ctx, s.held.ID)
		return err == nil && r.Status == booking.Expired
	}
	switch found {
	case "by the execution", "by the sweeper":
		if found == "by the sweeper" {
			s.queue = nil // the execution is lost, and so is its restart
			s.at = s.at.Add(time.Second)
			s.keepAppointments()
			s.at = s.at.Add(stageWindow + 5*time.Second)
			s.mayLoseEvents = true
			s.delivered = 1000
		}
		s.server.Fail(func(c stripetest.Call) stripetest.Fault {
			if c.Operation == stripetest.Retrieve && ended() { // about to see what is to be given back
				return stripetest.Fault{Slow: func() { then(); then = func() {}; confirm() }}
			}
			return stripetest.Fault{}
		})
	default:
		// Stripe is away when the hold ends, so that nobody can close the payment; the payer
		// confirms, the executions give up, and days later the event is delivered.
		s.server.Fail(func(c stripetest.Call) stripetest.Fault {
			if ended() {
				return stripetest.Fault{Before: stripetest.Lost}
			}
			return stripetest.Fault{}
		})
		s.queue = nil
		s.at = s.at.Add(time.Second)
		s.keepAppointments()
		s.at = s.at.Add(stageWindow + 5*time.Second)
		if _, err := s.service.Sweep(ctx); err != nil {
			s.fatal("%v", err)
		}
		if !ended() {
			s.fatal("the hold has not ended")
		}
		then()
		confirm()
		s.server.Fail(nil)
		s.at = s.at.Add(48 * time.Hour)
		events := s.server.Events()
		s.deliverOne(ctx, events[len(events)-1], 0)
	}
	return s.settle(ctx)
}
