package journaltest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
)

// race runs f in n goroutines at once and waits for all.
func race(n int, f func(i int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-start
			f(i)
		})
	}
	close(start)
	wg.Wait()
}

var concurrencyTests = []test{
	{"Race/OneCreatorWins", func(t *testing.T, j local.Journal) {
		const racers = 32
		for round := range 10 {
			name := fmt.Sprint("round ", round)
			var won atomic.Int64
			race(racers, func(i int) {
				r := newRecord(name)
				r.Input = fmt.Appendf(nil, "%d", i)
				_, err := j.Create(t.Context(), r)
				switch {
				case err == nil:
					won.Add(1)
				case !errors.Is(err, workflow.ErrExecutionAlreadyExists):
					t.Errorf("Create = %v", err)
				}
			})
			if won.Load() != 1 {
				t.Fatalf("%d of %d creators of one name won", won.Load(), racers)
			}
		}
	}},
	{"Race/OneAppendWinsEachSeq", func(t *testing.T, j local.Journal) {
		const racers, rounds = 16, 20
		mustCreate(t, j, newRecord("a"))
		for seq := range int64(rounds) {
			var won atomic.Int64
			race(racers, func(i int) {
				e := entry("a", seq)
				e.Urgent = i%2 == 0
				e.Events = events(seq+1, seq+1)
				err := j.Append(t.Context(), e)
				switch {
				case err == nil:
					won.Add(1)
				case !errors.Is(err, local.ErrConflict):
					t.Errorf("Append = %v", err)
				}
			})
			if won.Load() != 1 {
				t.Fatalf("%d of %d appends at seq %d won", won.Load(), racers, seq)
			}
		}
		if r := load(t, j, "a"); r.Seq != rounds {
			t.Errorf("Seq = %d, want %d", r.Seq, rounds)
		}
		same(t, "the history", history(t, j, "a"), events(1, rounds))
	}},
	{"Race/ManyExecutions", func(t *testing.T, j local.Journal) {
		const executions, steps = 64, 8
		race(executions, func(i int) {
			name := fmt.Sprint(i)
			if _, err := j.Create(t.Context(), newRecord(name)); err != nil {
				t.Errorf("Create = %v", err)
				return
			}
			for seq := range int64(steps) {
				e := entry(name, seq)
				e.Urgent = i%2 == 0
				e.Events = events(2*seq+1, 2*seq+2)
				e.Due = at(time.Duration(i) * time.Second)
				if err := j.Append(t.Context(), e); err != nil {
					t.Errorf("Append = %v", err)
					return
				}
				r, err := j.Load(t.Context(), id(name)) // a writer reads its own writes
				if err != nil || r.Seq != seq+1 {
					t.Errorf("Load after Append = seq %d, %v; want %d", r.Seq, err, seq+1)
				}
			}
		})
		var want []string
		for i := range executions {
			name := fmt.Sprint(i)
			want = append(want, name)
			same(t, "the history of "+name, history(t, j, name), events(1, 2*steps))
		}
		same(t, "what is due", names(due(t, j, local.Deadlines, at(time.Hour), 2*executions)), want)
	}},
}
