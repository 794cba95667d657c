package main

import (
	"context"
	"io"
	"math/rand/v2"
	"os"
	"time"

	"github.com/google/uuid"
)

// program is what a command knows of the world: nothing else in this package reads
// the environment, the clock or chance.
type program struct {
	in  io.Reader
	out io.Writer // what was asked for
	err io.Writer // progress, reasons

	getenv func(string) (string, bool)
	now    func() time.Time
	wait   func(context.Context, time.Duration) error // until the time has passed or ctx ends
	newKey func() string                              // an idempotency key or a name, unique
	rand   func() uint64                              // uniform; no secret is made of it

	global globalFlags
	// environment are the flags that a VACANCY_… variable gave.
	environment map[string]bool
	ready       bool // the command line was understood; what fails now is no usage error
}

func newProgram(in io.Reader, out, err io.Writer) *program {
	return &program{in: in, out: out, err: err, getenv: os.LookupEnv, now: time.Now, wait: waitOnClock, newKey: uuid.NewString, rand: rand.Uint64}
}

// run runs one command line and answers the exit code.
func (p *program) run(ctx context.Context, args []string) int {
	root := newRoot(p)
	root.SetArgs(args)
	root.SetIn(p.in)
	root.SetOut(p.out)
	root.SetErr(p.err)
	command, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitDone
	}
	return p.fail(ctx, command, err)
}

func waitOnClock(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
