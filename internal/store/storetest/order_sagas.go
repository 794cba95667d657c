package storetest

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga/order"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/trial"
)

// OrderFactory answers an empty store and cleans up by t.Cleanup.
type OrderFactory func(t *testing.T) order.Store

// orderScenario is an order and what becomes of it when nothing else fails.
type orderScenario struct {
	name    string
	request order.Request
	carrier carrierAnswer
	ends    order.Status
	failure string // the error that it fails with
	// fails is the state whose task fails, before its effect or after; "" none is made to.
	fails string
	after bool
}

var soon = carrierAnswer{order.Sent, time.Second}

func total() *booking.Money { return &booking.Money{Amount: 10_000, Currency: "USD"} }

func card(number order.CardNumber) *order.CardNumber { return &number }

func whole() order.Request {
	return order.Request{Total: total(), Card: card("123-1234"), Address: "123 st"}
}

func orderScenarios() []orderScenario {
	all := []orderScenario{
		{name: "fulfilled", request: whole(), carrier: soon, ends: order.Fulfilled},
		{name: "no total", request: order.Request{Card: card("123-1234"), Address: "123 st"}, ends: order.Failed, failure: "TotalMissing"},
		{name: "no card", request: order.Request{Total: total(), Address: "123 st"}, ends: order.Failed, failure: "CardMissing"},
		{name: "declined", request: order.Request{Total: total(), Card: card("4000 0000 0000 0002"), Address: "123 st"}, ends: order.Failed, failure: "PaymentDeclined"},
		{name: "capture fails", request: order.Request{Total: total(), Card: card("4000000000000341"), Address: "123 st"}, ends: order.Failed, failure: "PaymentRefused"},
		{name: "answers are lost", request: order.Request{Total: total(), Card: card("pm_capture_timeout_then_ok"), Address: "123 st"}, carrier: soon, ends: order.Fulfilled},
		{name: "no address", request: order.Request{Total: total(), Card: card("123-1234")}, ends: order.Failed, failure: "AddressMissing"},
		{name: "the carrier cancels", request: whole(), carrier: carrierAnswer{order.Cancelled, time.Minute}, ends: order.Failed, failure: "ShipmentCancelled"},
		{name: "the carrier is silent", request: whole(), ends: order.Failed, failure: "ShipmentTimedOut"},
	}
	for _, state := range []string{"CreateOrder", "ProcessPayment", "ProcessShipment", "ReadShipment"} {
		for _, after := range []bool{false, true} {
			name := state + map[bool]string{false: " fails before its effect", true: " fails after its effect"}[after]
			s := orderScenario{name: name, request: whole(), carrier: soon, ends: order.Failed, failure: "Broken", fails: state, after: after}
			if state == "ProcessShipment" {
				s.carrier = carrierAnswer{} // one that has left meanwhile would not be undone
			}
			if state == "ReadShipment" {
				s.ends, s.failure = order.Fulfilled, "" // the shipment has left: it is not undone
			}
			all = append(all, s)
		}
	}
	return all
}

// trouble is what happens to the tasks of one execution besides what its scenario says.
type trouble struct {
	times    map[string]int // by compensation: so many of its attempts fail; never: all of them
	after    bool           // they fail after their effect
	crash    int            // number of the task that a crash interrupts, from 1; 0: none
	crashing crashing
}

type crashing int

const (
	crashBefore crashing = iota // the task was begun, and had no effect yet
	crashAfter                  // it had its effect, and its answer is lost
)

// never: a compensation gives up.
const never = 1000

func (tr trouble) String() string {
	return fmt.Sprintf("compensations failing %v (after their effect: %t), crash at task %d (%d)", tr.times, tr.after, tr.crash, tr.crashing)
}

var compensations = []string{"CancelShipment", "RefundPayment", "DeleteOrder"}

// around lets the trouble happen. states notes the tasks as they are begun.
func (s orderScenario) around(tr trouble, states *[]string) func(trial.Task) trial.Task {
	attempts, n := map[string]int{}, 0
	return func(next trial.Task) trial.Task {
		return func(ctx context.Context, x *trial.Execution, c asl.Command) (json.RawMessage, error) {
			*states = append(*states, c.State)
			n++
			if n == tr.crash {
				broken := ctx
				if tr.crashing == crashBefore {
					var cancel context.CancelFunc
					broken, cancel = context.WithCancel(ctx)
					cancel()
				}
				_, _ = next(broken, x, c) // nobody hears of it
			}
			broken := workflow.Error{Name: "Broken", Cause: "made to fail"}
			attempts[c.State]++
			switch fails := attempts[c.State] <= tr.times[c.State]; {
			case fails && !tr.after, c.State == s.fails && !s.after:
				return nil, broken
			case fails, c.State == s.fails:
				if _, err := next(ctx, x, c); err != nil {
					return nil, err
				}
				return nil, broken
			}
			return next(ctx, x, c)
		}
	}
}

// RunOrderEnumeration runs each step failing, each of its compensations failing 0, 1, 2, 3
// and all times, and a crash before and after each task. Whatever happens, all of an order
// is there, or none, or what is left is listed; the ledger is right, and nothing is silent.
// With -short only one compensation fails at a time.
func RunOrderEnumeration(t *testing.T, open OrderFactory) {
	for _, s := range orderScenarios() {
		t.Run(s.name, func(t *testing.T) {
			w := newOrderWorld(t, open(t))
			runs := 0
			run := func(tr trouble) []string {
				runs++
				return w.enumerated(s, tr)
			}
			quiet := run(trouble{})
			undo := slices.DeleteFunc(slices.Clone(compensations), func(c string) bool { return !slices.Contains(quiet, c) })
			for _, times := range failing(undo, !testing.Short()) {
				for _, after := range []bool{false, true} {
					run(trouble{times: times, after: after})
				}
			}
			for _, times := range failing(undo, false) {
				tasks := len(run(trouble{times: times}))
				for crash := 1; crash <= tasks; crash++ {
					for _, how := range []crashing{crashBefore, crashAfter} {
						run(trouble{times: times, crash: crash, crashing: how})
					}
				}
			}
			t.Logf("%d runs", runs)
		})
	}
}

// failing lists how often each compensation fails: all combinations, or one at a time.
func failing(undo []string, product bool) []map[string]int {
	counts := []int{0, 1, 2, 3, never}
	all := []map[string]int{{}}
	for _, c := range undo {
		var more []map[string]int
		for _, times := range all {
			for _, n := range counts {
				if n > 0 && len(times) > 0 && !product {
					continue
				}
				with := map[string]int{}
				for k, v := range times {
					with[k] = v
				}
				if n > 0 {
					with[c] = n
				}
				more = append(more, with)
			}
		}
		all = more
	}
	return all
}

// enumerated runs one order with trouble, checks how it ended, and answers the tasks that ran.
func (w *orderWorld) enumerated(s orderScenario, tr trouble) (states []string) {
	w.t.Helper()
	o := w.place(s.request, s.carrier)
	r := w.run(o.ID, s.around(tr, &states))
	fail := func(format string, args ...any) {
		w.t.Helper()
		w.t.Errorf("%s: %s\ntasks: %s", tr, fmt.Sprintf(format, args...), strings.Join(states, " "))
	}
	if wrong := w.wrong(o.ID, o.ID, r); wrong != "" {
		fail("%s", wrong)
	}
	ended := w.order(o.ID)
	gaveUp := false
	for compensation, n := range tr.times {
		// After its effect it finds it done the next time: then nothing is left, however
		// often its answer is lost.
		gaveUp = gaveUp || n == never && !tr.after && w.had(ended, compensation)
	}
	want := s.ends
	if gaveUp && want == order.Failed {
		want = order.NeedsAttention
	}
	if ended.Status != want {
		fail("it ended %s, want %s", ended.Status, want)
	}
	if f := ended.Failure; ended.Status != order.Fulfilled && (f == nil || f.Error != s.failure) {
		fail("it failed because of %v, want %s", f, s.failure)
	}
	inReverse(states, fail)
	if late := w.late(o.ID); late != "" {
		fail("%s", late)
	}
	if ended.Status == order.NeedsAttention {
		w.resumed(o.ID, fail)
	}
	return states
}

// had reports whether there was something for the compensation to undo: it is there still.
func (w *orderWorld) had(o order.Order, compensation string) bool {
	return slices.ContainsFunc(o.Remaining(), func(s order.Step) bool { return s.Compensation() == compensation })
}

// inReverse: whatever fails, compensations run in reverse order, each until it is done or has
// given up, and no forward step after the first of them.
func inReverse(states []string, fail func(string, ...any)) {
	at := -1
	for _, state := range states {
		n := slices.Index(compensations, state)
		switch {
		case n >= 0 && n < at:
			fail("%s ran after %s", state, compensations[at])
		case n >= 0:
			at = n
		case at >= 0 && !strings.HasPrefix(state, "Notify") && state != "CloseOrder":
			fail("%s ran after %s", state, compensations[at])
		}
	}
}

// resumed resumes an order that needs attention, with nothing failing any more.
func (w *orderWorld) resumed(id string, fail func(string, ...any)) {
	w.t.Helper()
	o, err := w.service.Resume(context.Background(), booking.Principal{ID: "operator", Role: booking.Operator}, id)
	if err != nil {
		fail("Resume = %v", err)
		return
	}
	name := o.Execution.Name(id)
	r := w.run(name, nil)
	if wrong := w.wrong(id, name, r); wrong != "" {
		fail("resumed: %s", wrong)
	}
	if ended := w.order(id); ended.Status != order.Failed {
		fail("resumed, it is %s with %v", ended.Status, ended.NotUndone)
	}
}

// RunOrdersAtOnce runs many orders of every kind at once, with tasks failing, being
// interrupted and repeated at random: each ends whole or empty, or lists what is left.
func RunOrdersAtOnce(t *testing.T, open OrderFactory, orders int) {
	w := newOrderWorld(t, open(t))
	scenarios := orderScenarios()
	ended := make([]order.Status, orders)
	var running sync.WaitGroup
	for n := range orders {
		random := rand.New(rand.NewPCG(uint64(n), 4711)) // #nosec G404 -- a test that can be repeated
		s := scenarios[n%len(scenarios)]
		o := w.place(s.request, s.carrier)
		running.Go(func() {
			r := w.run(o.ID, unreliable(random))
			if wrong := w.wrong(o.ID, o.ID, r); wrong != "" {
				t.Errorf("%s: %s", s.name, wrong)
			}
			if late := w.late(o.ID); late != "" {
				t.Errorf("%s: %s", s.name, late)
			}
			ended[n] = w.order(o.ID).Status
		})
	}
	running.Wait()
	count := map[order.Status]int{}
	for _, status := range ended {
		count[status]++
	}
	t.Logf("%v", count)
	if orders >= 100 && (count[order.Fulfilled] == 0 || count[order.Failed] == 0 || count[order.NeedsAttention] == 0) {
		t.Errorf("not every end occurred: %v", count)
	}
}

// unreliable makes tasks fail before and after their effects, and run twice.
func unreliable(random *rand.Rand) func(trial.Task) trial.Task {
	return func(next trial.Task) trial.Task {
		return func(ctx context.Context, x *trial.Execution, c asl.Command) (json.RawMessage, error) {
			broken := workflow.Error{Name: "ServiceUnavailable", Cause: "made to fail"}
			if c.Resource == "arn:aws:states:::sns:publish" || c.State == "CloseOrder" {
				return next(ctx, x, c)
			}
			switch draw := random.Float64(); {
			case draw < 0.25:
				return nil, broken
			case draw < 0.4:
				_, _ = next(ctx, x, c)
				return nil, broken
			case draw < 0.5:
				_, _ = next(ctx, x, c)
			case draw < 0.75 && slices.Contains(compensations, c.State):
				return nil, workflow.Error{Name: "Broken", Cause: "made to fail"}
			}
			return next(ctx, x, c)
		}
	}
}
