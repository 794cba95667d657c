package journaltest

import (
	"context"
	"testing"

	"github.com/vacancy/vacancy/internal/workflow/local"
)

// pointing is a journal whose entries say the row of their execution, as those of a runner
// do, or that of a neighbour, which must do no harm.
type pointing struct {
	local.Journal
	off int64
}

// Create also makes an execution on each side.
func (p pointing) Create(ctx context.Context, r local.Record) (local.Record, error) {
	if _, err := p.Journal.Create(ctx, newRecord("before "+r.Name)); err != nil {
		return local.Record{}, err
	}
	stored, err := p.Journal.Create(ctx, r)
	if err == nil {
		_, err = p.Journal.Create(ctx, newRecord("after "+r.Name))
	}
	return stored, err
}

func (p pointing) Append(ctx context.Context, e local.Entry) error {
	if r, err := p.Load(ctx, e.ExecutionID); err == nil {
		e.Row = r.Row + p.off
	}
	return p.Journal.Append(ctx, e)
}

// runPointing holds Append to the same promises whatever row an entry says.
func runPointing(t *testing.T, open Open) {
	for name, off := range map[string]int64{"ItsRow": 0, "TheNextRow": 1, "TheRowBefore": -1} {
		for _, test := range appendTests {
			t.Run(name+"/"+test.name, func(t *testing.T) {
				j := pointing{open(t), off}
				test.run(t, j)
				for _, d := range due(t, j, local.Backlog, at(0), 100) {
					if r := load(t, j, d.Name); r.Seq != 0 || len(history(t, j, d.Name)) > 0 {
						t.Errorf("%s was moved by an entry of another: %+v", d.Name, r)
					}
				}
				if n := count(t, j, local.Backlog); n%2 != 0 {
					t.Errorf("%d executions are in the backlog: one more or less than those beside the ones that were moved", n)
				}
			})
		}
	}
}
