package storetest

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/carrier"
	"github.com/vacancy/vacancy/internal/notification"
	"github.com/vacancy/vacancy/internal/payment/simulated"
	"github.com/vacancy/vacancy/internal/saga"
	"github.com/vacancy/vacancy/internal/saga/order"
	"github.com/vacancy/vacancy/internal/step"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/integration"
	"github.com/vacancy/vacancy/internal/workflow/trial"
)

// orderWorld is a store under test with everything around it that runs orders: the domain
// service, the steps and the definition, a simulated gateway, and a carrier that answers as
// the test says. Executions run in virtual time; the clock is that of the one that is
// furthest, so that many can run at once.
type orderWorld struct {
	t       testing.TB
	store   order.Store
	gateway *simulated.Gateway
	service *order.Service
	steps   step.Table
	outbox  *notification.Memory
	tasks   trial.Task
	machine *asl.Machine

	mu      sync.Mutex
	clock   time.Time
	starts  map[string]booking.WorkflowStart
	running map[string]*trial.Execution
	tokens  map[string]*trial.Execution
	answers map[string]carrierAnswer // by order
	ids     int
}

// carrierAnswer is what the carrier answers, and when after it was asked; "" never.
type carrierAnswer struct {
	answer order.ShipmentStatus
	after  time.Duration
}

const shipmentTimeout = time.Hour

func newOrderWorld(t testing.TB, store order.Store) *orderWorld {
	t.Helper()
	w := &orderWorld{t: t, store: store, outbox: notification.NewMemory(), clock: begin, starts: map[string]booking.WorkflowStart{},
		running: map[string]*trial.Execution{}, tokens: map[string]*trial.Execution{}, answers: map[string]carrierAnswer{}}
	w.gateway = simulated.New(simulated.NewMemory(), simulated.Options{Now: w.now, Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }})
	injection, err := saga.NewInjection(saga.Development, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	silent := slog.New(slog.DiscardHandler)
	w.service = order.NewService(order.Ports{Store: store, Gateway: w.gateway, Cards: simulated.NewCards([]byte("test")), Carrier: answering{w: w},
		Workflow: w, Injection: injection, Now: w.now, NewID: func(kind string) string { return w.id(kind) }, Log: silent},
		order.Config{ShipmentTimeout: shipmentTimeout})
	w.steps = step.New(step.Services{Orders: w.service})
	w.tasks = trial.Steps(integration.New(w.steps, map[string]workflow.Handler{"arn:aws:states:::sns:publish": notification.Publisher(w.outbox, w.now)}, silent))
	w.machine = definition(t, "order")
	return w
}

func (w *orderWorld) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.clock
}

// pass sets the clock forward.
func (w *orderWorld) pass(to time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if to.After(w.clock) {
		w.clock = to
	}
}

func (w *orderWorld) id(kind string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ids++
	return fmt.Sprintf("%s_%s_%d", kind, strings.NewReplacer("/", "-", "#", "-").Replace(lastPart(w.t.Name())), w.ids)
}

func lastPart(name string) string { return name[strings.LastIndex(name, "/")+1:] }

// Start implements booking.Workflow: it notes the execution, for run.
func (w *orderWorld) Start(_ context.Context, s booking.WorkflowStart) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, known := w.starts[s.Name]; !known {
		w.starts[s.Name] = s
	}
	return nil
}

// Wake implements booking.Workflow.
func (w *orderWorld) Wake(ctx context.Context, token string, _ json.RawMessage) error {
	w.mu.Lock()
	x := w.tokens[token]
	w.mu.Unlock()
	if x == nil || x.SendTaskSuccess(ctx, token, json.RawMessage("{}")) != nil {
		return booking.ErrNobodyWaits
	}
	return nil
}

// Running implements booking.Workflow.
func (w *orderWorld) Running(_ context.Context, name string) (bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.running[name] != nil, nil
}

// answering is the carrier: it answers as the test says of the order.
type answering struct {
	carrier.Manual
	w *orderWorld
}

func (c answering) Ship(ctx context.Context, s order.Shipment) error {
	c.w.mu.Lock()
	a, x := c.w.answers[s.OrderID], c.w.running[executionOf(ctx)]
	c.w.mu.Unlock()
	if a.answer != "" && x != nil {
		x.After(a.after, func() {
			c.w.pass(x.Now())
			_, _ = c.w.service.AnswerShipment(context.Background(), booking.BySystem, s.OrderID, a.answer) // refused when nobody waits any more
		})
	}
	return nil
}

func executionOf(ctx context.Context) string {
	task, _ := workflow.TaskFromContext(ctx)
	return task.Name
}

var orderTenant = booking.Principal{ID: "tenant", Role: booking.Tenant}

// place places an order; its execution is to be run.
func (w *orderWorld) place(r order.Request, a carrierAnswer) order.Order {
	w.t.Helper()
	if r.OrderID == "" {
		r.OrderID = w.id("ord")
	}
	w.mu.Lock()
	w.answers[r.OrderID] = a
	w.mu.Unlock()
	o, err := w.service.Place(context.Background(), orderTenant, r)
	if err != nil {
		w.t.Fatalf("Place = %v", err)
	}
	return o
}

// run runs an execution that was started to its end; around, if any, stands around each task.
func (w *orderWorld) run(name string, around func(next trial.Task) trial.Task) trial.Result {
	w.t.Helper()
	w.mu.Lock()
	start, known := w.starts[name]
	w.mu.Unlock()
	if !known {
		w.t.Fatalf("the execution %s was not started", name)
	}
	tasks := w.tasks
	if around != nil {
		tasks = around(tasks)
	}
	random := uint64(1)
	result, err := trial.Run(context.Background(), trial.Config{
		ID: workflow.ExecutionID{Machine: "order", Name: name}, Definition: w.machine, Input: start.Input, Now: w.now(),
		Rand: func() uint64 { random = random*6364136223846793005 + 1442695040888963407; return random },
		Run: func(ctx context.Context, x *trial.Execution, c asl.Command) (json.RawMessage, error) {
			w.mu.Lock()
			w.running[name] = x
			if c.Token != "" {
				w.tokens[c.Token] = x
			}
			w.mu.Unlock()
			w.pass(x.Now())
			return tasks(ctx, x, c)
		},
	})
	w.mu.Lock()
	delete(w.running, name)
	w.mu.Unlock()
	if err != nil {
		w.t.Fatalf("the execution %s: %v", name, err)
	}
	return result
}

func (w *orderWorld) order(id string) order.Order {
	w.t.Helper()
	o, err := w.store.Order(context.Background(), id)
	if err != nil {
		w.t.Fatalf("Order(%s) = %v", id, err)
	}
	return o
}

// kept is what the merchant has of an order's money. Money that was taken twice fails the test.
func (w *orderWorld) kept(id string) int64 {
	w.t.Helper()
	totals, err := w.gateway.Totals(context.Background(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	var kept int64
	captures := 0
	for _, t := range totals {
		kept += t.Kept()
		captures += t.Captures
	}
	if captures > 1 {
		w.t.Errorf("order %s was charged %d times", id, captures)
	}
	return kept
}

// told are the kinds of the notifications of an execution.
func (w *orderWorld) told(execution string) string {
	w.t.Helper()
	all, err := w.outbox.List(context.Background(), 1<<20)
	if err != nil {
		w.t.Fatal(err)
	}
	var kinds []string
	for _, n := range all {
		if strings.HasPrefix(n.ID, "order/"+execution+"/") {
			kinds = append(kinds, string(n.Kind))
		}
	}
	return strings.Join(kinds, " ")
}
