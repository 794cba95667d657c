package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/notification"
	"github.com/vacancy/vacancy/internal/payment/simulated"
	"github.com/vacancy/vacancy/internal/step"
	"github.com/vacancy/vacancy/internal/store/sqlite"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
)

// GatewayFileName is the simulated gateway's ledger in the data directory. It is a
// file of its own, since a gateway is a third system: it commits by itself.
const GatewayFileName = "simulated-gateway.db"

// App is the wired program on one machine: SQLite, the simulated gateway and the
// embedded runner.
type App struct {
	Reservations *booking.Service
	Store        *sqlite.Store
	Gateway      *simulated.Gateway
	Runner       *local.Runner
	Outbox       notification.Outbox

	dispatcher *notification.Dispatcher // nil without a receiver
	log        *slog.Logger
	swept      sweeps
	closing    sync.Once
	closed     error
}

// Open opens the data directory and wires the program. Nothing runs before Run. A
// directory that another process has open, that cannot be written or that is damaged
// is an error that says so.
func Open(ctx context.Context, c Config) (*App, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	definitions := definitions()
	_, hash, err := definitions[reservationMachine].Resolve()
	if err != nil {
		return nil, err
	}
	store, err := sqlite.Open(ctx, c.DataDir, sqlite.Options{
		StartExecutions: &sqlite.StartExecutions{Machine: reservationMachine, Definition: hash},
		Fault:           c.Faults.Store,
	})
	if err != nil {
		return nil, err
	}
	ledger, err := simulated.OpenFile(ctx, filepath.Join(c.DataDir, GatewayFileName), c.Faults.Ledger)
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	gateway := simulated.New(ledger, simulated.Options{Now: now, SlowFor: c.SlowPayment, Fault: c.Faults.Gateway})

	a := &App{Store: store, Gateway: gateway, Outbox: store.Outbox(), log: c.Log}
	if c.Receiver != nil {
		a.dispatcher = notification.NewDispatcher(store.Outbox(), c.Receiver, notification.DispatcherOptions{Now: now, Random: rand.Float64, Log: c.Log})
		a.Outbox = notification.Waking(store.Outbox(), a.dispatcher.Wake)
	}
	executions := &reservationWorkflow{}
	a.Reservations = booking.NewService(store, gateway, executions, now, NewID, c.holds(), c.Log)
	a.Runner, err = local.New(ctx, local.Config{
		Journal: c.Faults.journal(store.Journal()), Definitions: definitions, Steps: step.New(a.Reservations),
		Services: map[string]workflow.Handler{snsPublish: notification.Publisher(a.Outbox, now)},
		Log:      c.Log, Workers: c.Workers,
	})
	if err != nil {
		return nil, errors.Join(err, a.Close())
	}
	executions.runner = a.Runner
	return a, nil
}

// Run runs executions, the sweeper, the deadline watcher and the deliverer of notifications
// until ctx ends, and then lets finish what is under way. It returns nil when all came to rest.
func (a *App) Run(ctx context.Context) error {
	var group errgroup.Group
	loops := []func(context.Context){a.sweep, a.watchDeadlines}
	if a.dispatcher != nil {
		loops = append(loops, a.dispatcher.Run)
	}
	for _, loop := range loops {
		group.Go(func() error { loop(ctx); return nil })
	}
	group.Go(func() error {
		if err := a.Runner.Run(ctx); err != nil {
			return fmt.Errorf("stop the workflow runner: %w", err)
		}
		return nil
	})
	return group.Wait()
}

// Close gives the data directory back. Run must have returned. Closing again answers the same.
func (a *App) Close() error {
	a.closing.Do(func() { a.closed = errors.Join(a.Gateway.Close(), a.Store.Close()) })
	return a.closed
}

func now() time.Time { return time.Now().UTC() }
