package bench

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"
)

// killedUnder is how many holds are placed just before the kill, so that it hits a log
// that is not empty.
const killedUnder = 2000

// measureWaiting measures what executions cost that wait for their payment: memory of
// the server, and the time until it is ready after a kill.
func measureWaiting(ctx context.Context, o Options, dir string) (*Waiting, error) {
	idle, err := measureIdle(ctx, o, filepath.Join(dir, "idle"))
	if err != nil {
		return nil, err
	}
	full := filepath.Join(dir, "full")
	apartments, err := fill(ctx, o, full, o.Waiting+killedUnder)
	if err != nil {
		return nil, err
	}
	if err := wait(ctx, o, full, apartments[:o.Waiting]); err != nil {
		return nil, err
	}
	w := &Waiting{Executions: o.Waiting + killedUnder, IdleBytes: idle}
	if err := w.killAndReturn(ctx, o, full, apartments[o.Waiting:]); err != nil {
		return nil, err
	}
	w.BytesPerExecution = float64(w.ResidentBytes-w.IdleBytes) / float64(w.Executions)
	return w, nil
}

// measureIdle measures a server with nothing in its store.
func measureIdle(ctx context.Context, o Options, dir string) (int64, error) {
	s, err := startServer(ctx, o, dir)
	if err != nil {
		return 0, err
	}
	resident, err := s.resident(ctx, o.Settle)
	return resident, errors.Join(err, s.stop())
}

// resident answers the server's resident memory once it was left alone for a while.
func (s *server) resident(ctx context.Context, settle time.Duration) (int64, error) {
	if err := sleep(ctx, settle); err != nil {
		return 0, err
	}
	return residentBytes(s.command.Process.Pid)
}

// wait places a hold on each apartment, and returns when every execution waits.
func wait(ctx context.Context, o Options, dir string, apartments []string) error {
	d, err := open(ctx, dir)
	if err != nil {
		return err
	}
	o.Progress.Begin("holds that will wait", len(apartments))
	_, err = drive(ctx, o.Callers, time.Hour, func(i int) (caller, error) {
		call, err := d.placer(apartments)(i)
		return func(ctx context.Context, n int64) error {
			err := call(ctx, n)
			if err == nil {
				o.Progress.Step(1)
			}
			return err
		}, err
	})
	o.Progress.End()
	if err == nil {
		err = d.awaitPayments(ctx, o, len(apartments))
	}
	return errors.Join(err, d.close())
}

// killAndReturn measures a server with everything waiting, kills it while it works and
// starts it again, twice: after the kill and after an orderly stop.
func (w *Waiting) killAndReturn(ctx context.Context, o Options, dir string, apartments []string) error {
	defer o.begin("memory, a kill and two starts", 2*o.Settle)()
	s, err := startServer(ctx, o, dir)
	if err != nil {
		return err
	}
	if w.ResidentBytes, err = s.resident(ctx, o.Settle); err != nil {
		return errors.Join(err, s.kill())
	}
	if err := s.placeHolds(ctx, o, dir, apartments); err != nil {
		return errors.Join(err, s.kill())
	}
	if err := s.kill(); err != nil {
		return err
	}
	if s, err = startServer(ctx, o, dir); err != nil {
		return err
	}
	w.ReadyAfterKill = milliseconds(s.ready)
	if err := s.stop(); err != nil {
		return err
	}
	if s, err = startServer(ctx, o, dir); err != nil {
		return err
	}
	w.ReadyAfterStop = milliseconds(s.ready)
	return s.stop()
}

// placeHolds places a hold on each apartment through HTTP.
func (s *server) placeHolds(ctx context.Context, o Options, dir string, apartments []string) error {
	token, err := o.Token(dir)
	if err != nil {
		return err
	}
	_, err = drive(ctx, o.Callers, time.Hour, func(int) (caller, error) {
		c, err := dial(s.address(), "/graphql", token)
		if err != nil {
			return nil, err
		}
		return c.reserver(apartments), nil
	})
	return err
}

// inTemporary runs a measurement in a directory of its own, which it takes away again.
func inTemporary[T any](ctx context.Context, o Options, measure func(context.Context, Options, string) (T, error)) (T, error) {
	dir, err := os.MkdirTemp(o.Dir, "vacancy-bench-")
	if err != nil {
		var none T
		return none, err
	}
	result, err := measure(ctx, o, dir)
	return result, errors.Join(err, os.RemoveAll(dir))
}
