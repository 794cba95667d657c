package bench

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"time"
)

// Past is what placing a hold costs in a file with many finished reservations, beside
// what it costs in one with none.
type Past struct {
	Finished int  `json:"finished"` // reservations that have come to their end
	Before   Load `json:"before"`   // with none
	After    Load `json:"after"`
}

// measurePast measures holds through the service on two files, one of which many reservations have
// been placed in before, cancelled and come to the end of their workflow. Nothing else is in either: the holds of
// a first measurement would be a part of what a second one measures.
func measurePast(ctx context.Context, o Options, dir string) (*Past, error) {
	before, err := measureHoldsAfter(ctx, o, filepath.Join(dir, "without"), 0)
	if err != nil {
		return nil, err
	}
	after, err := measureHoldsAfter(ctx, o, filepath.Join(dir, "with"), o.Past)
	if err != nil {
		return nil, err
	}
	return &Past{Finished: o.Past, Before: before, After: after}, nil
}

// measureHoldsAfter closes the file between the past and what is measured, which so begins with an empty
// log and nothing to write, as it does without a past.
func measureHoldsAfter(ctx context.Context, o Options, dir string, past int) (Load, error) {
	apartments, err := fill(ctx, o, dir, int(o.Duration.Seconds()*serviceCeiling)+2*o.Callers)
	if err == nil && past > 0 {
		_, err = deployed(ctx, dir, func(d *deployment) (struct{}, error) {
			return struct{}{}, d.makePast(ctx, o, past, apartments[:o.Callers])
		})
	}
	if err != nil {
		return Load{}, err
	}
	return deployed(ctx, dir, func(d *deployment) (Load, error) {
		defer o.begin(fmt.Sprintf("holds through the service, with %d finished", past), o.Duration)()
		return drive(ctx, o.Callers, o.Duration, d.placer(apartments[o.Callers:]))
	})
}

// makePast places and cancels so many holds, each caller on an apartment of its own, and
// returns when their executions have ended.
func (d *deployment) makePast(ctx context.Context, o Options, past int, apartments []string) error {
	o.Progress.Begin("reservations placed and cancelled", past)
	defer o.Progress.End()
	ended := d.Runner.Stats().Succeeded
	_, err := drive(ctx, o.Callers, 24*time.Hour, func(i int) (caller, error) {
		return func(ctx context.Context, n int64) error {
			if n >= int64(past) {
				return errEnough
			}
			r, err := d.Reservations.ReserveApartment(ctx, tenant, apartments[i], "past-"+strconv.FormatInt(n, 10))
			if err == nil {
				_, err = d.Reservations.CancelReservation(ctx, tenant, r.ID)
			}
			return errors.Join(err, d.keepUp(ctx, n-(d.Runner.Stats().Succeeded-ended)))
		}, nil
	})
	for shown := int64(0); err == nil && shown < int64(past); {
		done := d.Runner.Stats().Succeeded - ended
		o.Progress.Step(int(done - shown))
		shown = done
		err = sleep(ctx, 20*time.Millisecond)
	}
	return err
}

// keepUp pauses a caller while too many executions are behind.
func (d *deployment) keepUp(ctx context.Context, behind int64) error {
	if behind < 4*largestBacklog {
		return nil
	}
	return sleep(ctx, 20*time.Millisecond)
}
