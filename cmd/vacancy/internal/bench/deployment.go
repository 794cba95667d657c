package bench

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/app/embedded"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/workflow/local"
)

// paymentWindow of the holds that are not to end while they are measured.
const paymentWindow = 24 * time.Hour

var tenant = booking.Principal{ID: "bench", Role: booking.Tenant}

// deployment is the wired program, running.
type deployment struct {
	*embedded.App
	stop context.CancelFunc
	done chan error
}

func open(ctx context.Context, dir string) (*deployment, error) {
	a, err := embedded.Open(ctx, embedded.Config{DataDir: dir, Config: app.Config{PaymentWindow: paymentWindow, Limits: app.NoLimits()}})
	if err != nil {
		return nil, err
	}
	running, stop := context.WithCancel(ctx)
	d := &deployment{App: a, stop: stop, done: make(chan error, 1)}
	go func() { d.done <- a.Run(running) }()
	return d, nil
}

func (d *deployment) close() error {
	d.stop()
	return errors.Join(<-d.done, d.App.Close())
}

// deployed answers what f makes of a data directory while it is open.
func deployed[T any](ctx context.Context, dir string, f func(*deployment) (T, error)) (made T, err error) {
	d, err := open(ctx, dir)
	if err != nil {
		return made, err
	}
	made, err = f(d)
	return made, errors.Join(err, d.close())
}

// fill makes so many vacant apartments in a data directory that nobody has open, and
// answers their ids.
func fill(ctx context.Context, o Options, dir string, n int) ([]string, error) {
	a, err := embedded.Open(ctx, embedded.Config{DataDir: dir})
	if err != nil {
		return nil, err
	}
	o.Progress.Begin("apartments to reserve", n)
	defer o.Progress.End()
	ids := make([]string, 0, n)
	for len(ids) < n {
		batch := listings(len(ids), min(1000, n-len(ids)))
		outcomes, err := a.Reservations.ImportApartments(ctx, batch)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("make apartments: %w", err), a.Close())
		}
		for _, outcome := range outcomes {
			ids = append(ids, outcome.ID)
		}
		o.Progress.Step(len(outcomes))
	}
	return ids, a.Close()
}

// listings makes listings spread over states, cities, sizes and prices as real ones are.
func listings(first, n int) []booking.Apartment {
	states := []string{"TX", "CA", "VA", "NC", "CO", "FL", "MD", "MA", "OH", "GA"}
	out := make([]booking.Apartment, n)
	for i := range out {
		number := first + i
		bedrooms := number % 5
		out[i] = booking.Apartment{SourceID: "bench-" + strconv.Itoa(number), Listing: booking.Listing{
			Title: "Apartment " + strconv.Itoa(number), State: states[number%len(states)], City: "City " + strconv.Itoa(number%97),
			Bedrooms: &bedrooms, RentPeriod: booking.Monthly,
			Price: booking.Money{Amount: int64(40_000 + number*7919%300_000), Currency: "USD"},
		}}
	}
	return out
}

// awaitPayments waits until every execution of so many waits for its payment. To count them
// takes longer the more there are, so it spends a twentieth of its time at it, so as not to be
// what is measured.
func (d *deployment) awaitPayments(ctx context.Context, o Options, executions int) error {
	o.Progress.Begin("executions on their way to AwaitPayment", executions)
	defer o.Progress.End()
	for shown := 0; ; {
		began := time.Now()
		waiting, err := d.Store.Journal().Count(ctx, local.Deadlines)
		if err != nil {
			return err
		}
		o.Progress.Step(int(waiting) - shown)
		if shown = int(waiting); shown >= executions {
			return nil
		}
		if err := sleep(ctx, max(20*time.Millisecond, 19*time.Since(began))); err != nil {
			return err
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
