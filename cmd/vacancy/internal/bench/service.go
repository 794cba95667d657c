package bench

import (
	"context"
	"sync/atomic"
	"time"
)

// Holds a second that apartments are made for: more than can be placed.
const (
	serviceCeiling   = 35_000
	sustainedCeiling = 12_000
)

// placer makes callers that each place holds on apartments of their own. An apartment
// is reserved once, so its id does as the key of the order.
func (d *deployment) placer(apartments []string) func(int) (caller, error) {
	return func(int) (caller, error) {
		return func(ctx context.Context, n int64) error {
			if n >= int64(len(apartments)) {
				return errEnough
			}
			_, err := d.Reservations.ReserveApartment(ctx, tenant, apartments[n], apartments[n])
			return err
		}, nil
	}
}

// measureService measures holds through the service alone, and how long it then takes
// until every execution waits for its payment.
func measureService(ctx context.Context, o Options, dir string) (*Service, error) {
	apartments, err := fill(ctx, o, dir, int(o.Duration.Seconds()*serviceCeiling)+o.Callers)
	if err != nil {
		return nil, err
	}
	return deployed(ctx, dir, func(d *deployment) (*Service, error) { return d.placeHolds(ctx, o, apartments) })
}

func (d *deployment) placeHolds(ctx context.Context, o Options, apartments []string) (*Service, error) {
	end := o.begin("holds through the service", o.Duration)
	load, err := drive(ctx, o.Callers, o.Duration, d.placer(apartments))
	end()
	if err != nil {
		return nil, err
	}
	stopped := time.Now()
	backlog, err := d.Runner.Backlog(ctx)
	if err != nil {
		return nil, err
	}
	if err := d.awaitPayments(ctx, o, load.Calls); err != nil {
		return nil, err
	}
	return &Service{Load: load, Backlog: backlog, Drained: milliseconds(time.Since(stopped))}, nil
}

// largestBacklog is how many executions may be started and not advanced while the
// sustained rate is measured.
const largestBacklog = 500

// lookEvery paces looks at the backlog, by who watches it and by callers who pause. A
// backlog as large as it may be lasts for many of them, and to look costs little that way.
const lookEvery = 4 * time.Millisecond

// measureSustained measures the rate at which holds can be placed for ever: callers
// pause while there is a backlog, and the time counts until the last execution waits
// for its payment.
func measureSustained(ctx context.Context, o Options, dir string) (*Sustained, error) {
	apartments, err := fill(ctx, o, dir, int(o.Duration.Seconds()*sustainedCeiling)+o.Callers)
	if err != nil {
		return nil, err
	}
	return deployed(ctx, dir, func(d *deployment) (*Sustained, error) { return d.placeSustained(ctx, o, apartments) })
}

func (d *deployment) placeSustained(ctx context.Context, o Options, apartments []string) (*Sustained, error) {
	var paused atomic.Bool
	watching, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		for sleep(watching, lookEvery) == nil {
			if backlog, err := d.Runner.Backlog(watching); err == nil {
				paused.Store(backlog > largestBacklog)
			}
		}
	}()
	place := d.placer(apartments)
	end := o.begin("holds without a backlog", o.Duration)
	began := time.Now()
	load, err := drive(ctx, o.Callers, o.Duration, func(i int) (caller, error) {
		call, err := place(i)
		return func(ctx context.Context, n int64) error {
			for paused.Load() {
				if err := sleep(ctx, lookEvery); err != nil {
					return err
				}
			}
			return call(ctx, n)
		}, err
	})
	end()
	if err != nil {
		return nil, err
	}
	if err := d.awaitPayments(ctx, o, load.Calls); err != nil {
		return nil, err
	}
	return &Sustained{Holds: load.Calls, PerSecond: float64(load.Calls) / time.Since(began).Seconds()}, nil
}
