package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/app/gatewayroutes"
	"github.com/vacancy/vacancy/internal/notification"
	"github.com/vacancy/vacancy/internal/payment/simulated"
	"github.com/vacancy/vacancy/internal/step"
	"github.com/vacancy/vacancy/internal/store/sqlite"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
)

// CardKeyFileName is the key of the simulated gateway's vault of cards in the data
// directory: the same card gets the same token as long as it is there.
const CardKeyFileName = "simulated-cards.key"

// sweepEvery is how often the sweeper runs.
const sweepEvery = 3 * time.Second

// App is the wired program on a data directory. Its fields are what stands behind the
// ports of the embedded [app.App].
type App struct {
	*app.App
	Store   *sqlite.Store
	Gateway *simulated.Gateway // nil with another payment gateway
	Runner  *local.Runner
	Outbox  notification.Outbox

	dispatcher *notification.Dispatcher // nil without a receiver
	gateway    io.Closer
	webhook    http.Handler // of the gateway's events; nil if it sends none
	closing    sync.Once
	closed     error
}

// Open opens the data directory and wires the program. Nothing runs before Run. A
// directory that another process has open, that cannot be written or that is damaged
// is an error that says so.
func Open(ctx context.Context, c Config) (*App, error) {
	var err error
	if c.Config, err = c.WithDefaults(); err != nil {
		return nil, err
	}
	definitions := definitions()
	_, hash, err := definitions[app.ReservationMachine].Resolve()
	if err != nil {
		return nil, err
	}
	store, err := sqlite.Open(ctx, c.DataDir, sqlite.Options{
		StartExecutions: &sqlite.StartExecutions{Machine: app.ReservationMachine, Definition: hash},
		Fault:           c.Faults.Store, MaxGroup: c.Faults.MaxGroup,
	})
	if err != nil {
		return nil, err
	}
	payments, err := openGateway(ctx, c)
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	a := &App{Store: store, Outbox: store.Outbox(), gateway: payments.close}
	a.Gateway, _ = payments.Gateway.(*simulated.Gateway)
	if c.Receiver != nil {
		a.dispatcher = notification.NewDispatcher(store.Outbox(), c.Receiver, notification.DispatcherOptions{Now: app.Now, Random: rand.Float64, Log: c.Log})
		a.Outbox = notification.Waking(store.Outbox(), a.dispatcher.Wake)
	}
	a.App, err = app.New(c.Config, app.Ports{
		Store: store, Gateway: payments.Gateway, OrderPorts: app.OrderPorts{OrderStore: store.Orders(), Cards: payments.cards}, Batches: store.Imports(), TripStore: store.Trips(),
		NewRunner: func(steps step.Table) (workflow.Runner, error) {
			var err error
			a.Runner, err = local.New(ctx, local.Config{
				Journal: c.Faults.journal(store.Journal()), Definitions: definitions, Steps: steps, Joint: step.Joint(),
				Services: map[string]workflow.Handler{app.SNSPublish: notification.Publisher(a.Outbox, app.Now)},
				Log:      c.Log, Workers: c.Workers,
			})
			return a.Runner, err
		},
	})
	if err != nil {
		return nil, errors.Join(err, a.Close())
	}
	if c.Gateway == Stripe && len(c.Stripe.WebhookSecrets) > 0 {
		a.webhook = gatewayroutes.StripeEvents(a.App, c.Stripe.WebhookSecrets)
	}
	return a, nil
}

// Run runs executions, the sweeper, the deadline watcher and the deliverer of notifications
// until ctx ends, and then lets finish what is under way. It returns nil when all came to rest.
func (a *App) Run(ctx context.Context) error {
	var group errgroup.Group
	group.Go(func() error { a.SweepEvery(ctx, sweepEvery); return nil })
	group.Go(func() error { a.WatchDeadlines(ctx); return nil })
	group.Go(func() error { a.ExamineEvery(ctx); return nil })
	if a.dispatcher != nil {
		group.Go(func() error { a.dispatcher.Run(ctx); return nil })
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
	a.closing.Do(func() { a.closed = errors.Join(a.gateway.Close(), a.Store.Close()) })
	return a.closed
}
