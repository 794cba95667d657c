package bench

import (
	"context"
	"errors"
	"strconv"
	"time"
)

// Past is what placing a hold costs with many finished reservations in the file, beside
// what it cost before.
type Past struct {
	Finished int  `json:"finished"` // reservations that came to their end in between
	Before   Load `json:"before"`
	After    Load `json:"after"`
}

// measurePast measures holds through the service on one file, before and after many
// reservations have been placed, cancelled and come to the end of their workflow.
func measurePast(ctx context.Context, o Options, dir string) (*Past, error) {
	each := int(o.Duration.Seconds()*serviceCeiling) + o.Callers
	apartments, err := fill(ctx, o, dir, 2*each+o.Callers)
	if err != nil {
		return nil, err
	}
	d, err := open(ctx, dir)
	if err != nil {
		return nil, err
	}
	p, err := d.measurePast(ctx, o, apartments[:each], apartments[each:2*each], apartments[2*each:])
	return p, errors.Join(err, d.close())
}

func (d *deployment) measurePast(ctx context.Context, o Options, before, after, between []string) (*Past, error) {
	p := &Past{Finished: o.Past}
	first, err := d.placeHolds(ctx, o, before)
	if err != nil {
		return nil, err
	}
	p.Before = first.Load
	if err := d.makePast(ctx, o, between); err != nil {
		return nil, err
	}
	end := o.begin("holds through the service, with a past", o.Duration)
	p.After, err = drive(ctx, o.Callers, o.Duration, d.placer(after))
	end()
	return p, err
}

// makePast places and cancels holds, each caller on an apartment of its own, and
// returns when their executions have ended.
func (d *deployment) makePast(ctx context.Context, o Options, apartments []string) error {
	o.Progress.Begin("reservations placed and cancelled", o.Past)
	defer o.Progress.End()
	ended := d.Runner.Stats().Succeeded
	_, err := drive(ctx, o.Callers, 24*time.Hour, func(i int) (caller, error) {
		return func(ctx context.Context, n int64) error {
			if n >= int64(o.Past) {
				return errEnough
			}
			r, err := d.Reservations.ReserveApartment(ctx, tenant, apartments[i], "past-"+strconv.FormatInt(n, 10))
			if err == nil {
				_, err = d.Reservations.CancelReservation(ctx, tenant, r.ID)
			}
			return errors.Join(err, d.keepUp(ctx, n-(d.Runner.Stats().Succeeded-ended)))
		}, nil
	})
	for shown := int64(0); err == nil && shown < int64(o.Past); {
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
