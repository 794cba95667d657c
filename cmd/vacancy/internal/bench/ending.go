package bench

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// firstDeadline is how long after the first hold is placed the first of them ends: by
// then all should be placed, and their executions wait for the payment.
func firstDeadline(holds int) time.Duration {
	const slowest = 1500 // holds a second
	return 2*time.Second + time.Duration(holds)*time.Second/slowest
}

// errTooSlow: holds ended before all of them were placed.
var errTooSlow = errors.New("placing the holds took longer than until the first of them ended; measure fewer (--holds)")

// hold is one that is to end at a deadline.
type hold struct {
	id       string
	deadline time.Time
}

// measureEnding measures how late holds are reverted whose deadlines are spread evenly
// over a time. A machine that is too busy to place them in time gets more of it.
func measureEnding(ctx context.Context, o Options, dir string, over time.Duration) (l *Lateness, err error) {
	start := firstDeadline(o.Holds)
	for attempt := range 4 {
		l, err = measureEndingOnce(ctx, o, filepath.Join(dir, strconv.Itoa(attempt)), start<<attempt, over)
		if !errors.Is(err, errTooSlow) {
			break
		}
	}
	return l, err
}

func measureEndingOnce(ctx context.Context, o Options, dir string, start, over time.Duration) (*Lateness, error) {
	apartments, err := fill(ctx, o, dir, o.Holds)
	if err != nil {
		return nil, err
	}
	return deployed(ctx, dir, func(d *deployment) (*Lateness, error) { return d.letEnd(ctx, o, apartments, start, over) })
}

func (d *deployment) letEnd(ctx context.Context, o Options, apartments []string, start, over time.Duration) (*Lateness, error) {
	first := time.Now().Add(start)
	holds := make([]hold, len(apartments))
	for i := range holds {
		deadline := first.Add(time.Duration(i) * over / time.Duration(len(holds)))
		holds[i] = hold{booking.ReservationKind + "_bench" + strconv.Itoa(i), deadline.Truncate(time.Microsecond)}
	}
	placing, stop := context.WithDeadlineCause(ctx, first, errTooSlow)
	defer stop()
	_, err := drive(placing, o.Callers, start, func(int) (caller, error) {
		return func(ctx context.Context, n int64) error {
			if n >= int64(len(holds)) {
				return errEnough
			}
			return d.holdUntil(ctx, apartments[n], holds[n])
		}, nil
	})
	if err == nil {
		err = d.awaitPayments(placing, o, len(holds))
	}
	if context.Cause(placing) == errTooSlow { //nolint:errorlint // it is the very cause given above
		return nil, errTooSlow
	}
	if err != nil {
		return nil, err
	}
	if err := sleep(ctx, time.Until(first)); err != nil {
		return nil, err
	}
	return d.seeReverted(ctx, o, holds)
}

// holdUntil places a hold that ends at a moment. The service knows windows only, so
// this speaks to the store, which starts the execution all the same.
func (d *deployment) holdUntil(ctx context.Context, apartmentID string, h hold) error {
	now := d.Reservations.Now().Truncate(time.Microsecond)
	_, err := d.Store.PlaceHold(ctx, booking.PlaceHold{
		ApartmentID: apartmentID, ReservationID: h.id, TenantID: tenant.ID, Now: now, Window: h.deadline.Sub(now),
		Idempotency: booking.Idempotency{Principal: tenant.ID, Operation: "reserveApartment", Key: h.id, Fingerprint: "bench", At: now, ResultID: h.id},
	})
	return err
}

// seeReverted looks at the store until every hold is reverted there, durably, and
// notes when it saw each. It spends a fifth of its time looking, so as not to be what
// it measures.
func (d *deployment) seeReverted(ctx context.Context, o Options, holds []hold) (*Lateness, error) {
	o.Progress.Begin("holds ending", len(holds))
	defer o.Progress.End()
	late := make([]time.Duration, 0, len(holds))
	var due []hold // and not seen reverted yet
	for len(late) < len(holds) {
		began := time.Now()
		for next := len(late) + len(due); next < len(holds) && !holds[next].deadline.After(began); next++ {
			due = append(due, holds[next])
		}
		left := due[:0]
		for some := range slices.Chunk(due, 256) {
			ended, err := d.reverted(ctx, some)
			if err != nil {
				return nil, err
			}
			now := time.Now()
			for _, h := range some {
				if ended[h.id] {
					late = append(late, now.Sub(h.deadline))
				} else {
					left = append(left, h)
				}
			}
		}
		o.Progress.Step(len(due) - len(left))
		due = left
		if err := sleep(ctx, max(time.Millisecond, 4*time.Since(began))); err != nil {
			return nil, err
		}
	}
	slices.Sort(late)
	return &Lateness{Holds: len(late), P50: milliseconds(quantile(late, 0.5)), P99: milliseconds(quantile(late, 0.99)), Last: milliseconds(quantile(late, 1))}, nil
}

// reverted answers which of the holds the store has reverted.
func (d *deployment) reverted(ctx context.Context, holds []hold) (map[string]bool, error) {
	ids := make([]string, len(holds))
	for i, h := range holds {
		ids[i] = h.id
	}
	stored, err := d.Store.ReservationsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	ended := make(map[string]bool, len(stored))
	for _, r := range stored {
		ended[r.ID] = r.Status == booking.Expired
	}
	return ended, nil
}
