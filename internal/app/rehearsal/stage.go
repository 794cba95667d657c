package rehearsal

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/notification"
	"github.com/vacancy/vacancy/internal/payment/simulated"
	"github.com/vacancy/vacancy/internal/saga"
	"github.com/vacancy/vacancy/internal/saga/batch"
	"github.com/vacancy/vacancy/internal/saga/order"
	"github.com/vacancy/vacancy/internal/saga/trip"
	"github.com/vacancy/vacancy/internal/step"
	"github.com/vacancy/vacancy/internal/store/sqlite"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/integration"
	"github.com/vacancy/vacancy/internal/workflow/trial"
)

// stage is everything that the steps of an execution touch.
type stage struct {
	ports        app.Ports // what the services stand on
	store        *sqlite.Store
	gateway      *simulated.Gateway
	outbox       *notification.Memory
	reservations *booking.Service
	orders       *order.Service
	imports      *batch.Service
	trips        *trip.Service
	tasks        trial.Task

	start time.Time
	mu    sync.Mutex
	x     *trial.Execution // once it runs
	began booking.WorkflowStart
	ids   map[string]int
}

// newStage sets the stage at a time, in memory.
func newStage(ctx context.Context, start time.Time, window time.Duration) (*stage, error) {
	store, err := sqlite.OpenMemory(ctx, sqlite.Options{})
	if err != nil {
		return nil, err
	}
	s := emptyStage(start)
	s.store = store
	s.gateway = simulated.New(simulated.NewMemory(), simulated.Options{
		Now: s.now,
		// The gateway answers at once, with the time at which it would have.
		Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	})
	return s, s.stand(app.Ports{
		Store: store, Gateway: s.gateway, Batches: store.Imports(), TripStore: store.Trips(),
		OrderPorts: app.OrderPorts{OrderStore: store.Orders(), Cards: simulated.NewCards([]byte("rehearsal"))},
	}, window)
}

func emptyStage(start time.Time) *stage {
	return &stage{outbox: notification.NewMemory(), start: start.UTC(), ids: map[string]int{}}
}

// stand makes the services on a backend's ports.
func (s *stage) stand(p app.Ports, window time.Duration) (err error) {
	s.ports = p
	holds := booking.DefaultConfig()
	if window > 0 {
		holds.PaymentWindow = window
	}
	silent := slog.New(slog.DiscardHandler)
	s.reservations = booking.NewService(p.Store, p.Gateway, s, s.now, s.newID, holds, silent)
	if s.orders, err = s.newOrders(); err != nil {
		return err
	}
	injection, err := saga.NewInjection(saga.Development, 0, nil)
	if err != nil {
		return err
	}
	s.imports = s.newImports(injection)
	s.trips = s.newTrips(injection)
	s.wire()
	return nil
}

// wire makes the tasks that call the services.
func (s *stage) wire() {
	s.tasks = trial.Steps(integration.New(step.New(s.services()),
		map[string]workflow.Handler{"arn:aws:states:::sns:publish": notification.Publisher(s.outbox, s.now)}, slog.New(slog.DiscardHandler)))
}

// services are what the steps call.
func (s *stage) services() step.Services {
	return step.Services{Reservations: s.reservations, Orders: s.orders, Imports: s.imports, Trips: s.trips}
}

// enter makes the execution known; its clock is the stage's from then on.
func (s *stage) enter(x *trial.Execution) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.x = x
}

func (s *stage) execution() *trial.Execution {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.x
}

func (s *stage) now() time.Time {
	if x := s.execution(); x != nil {
		return x.Now()
	}
	return s.start
}

// newID makes ids that a person can tell apart: "res_1".
func (s *stage) newID(kind string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ids[kind]++
	return fmt.Sprintf("%s_%d", kind, s.ids[kind])
}

// Start notes the execution that the domain wants started. It is booking.Workflow's.
func (s *stage) Start(_ context.Context, start booking.WorkflowStart) error {
	s.began = start
	return nil
}

// Wake passes the domain's wake-up on to the execution. It is booking.Workflow's.
func (s *stage) Wake(ctx context.Context, token string, output json.RawMessage) error {
	x := s.execution()
	if x == nil {
		return booking.ErrNobodyWaits
	}
	if output == nil {
		output = json.RawMessage("{}")
	}
	if x.SendTaskSuccess(ctx, token, output) != nil {
		return booking.ErrNobodyWaits
	}
	return nil
}

// Running is booking.Workflow's; only the sweeper asks, and none runs here.
func (s *stage) Running(context.Context, string) (bool, error) { return true, nil }
