package journaltest

import (
	"fmt"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
)

// RunDurable checks that a journal finds everything again after it was closed
// and opened on the same data. open answers the journal in dir and how to close
// it; it must not register a close of its own by t.Cleanup.
func RunDurable(t *testing.T, open func(t *testing.T, dir string) (j local.Journal, closeJournal func())) {
	t.Run("Durable/EverythingIsFoundAgain", func(t *testing.T) {
		dir := t.TempDir()
		const n = 40
		j, closeJournal := open(t, dir)
		if err := j.PutDefinition(t.Context(), "reservation", "h", []byte("{}")); err != nil {
			t.Fatalf("PutDefinition = %v", err)
		}
		race(n, func(i int) {
			name := fmt.Sprint(i)
			if _, err := j.Create(t.Context(), newRecord(name)); err != nil {
				t.Errorf("Create = %v", err)
				return
			}
			if i%4 == 0 {
				return // stays in the backlog
			}
			e := entry(name, 0)
			e.Events = events(1, 3)
			e.Lane, e.Due = local.Lane(i%2*2), at(time.Duration(i)*time.Second)
			if i%4 == 1 {
				e.Status, e.Output = workflow.Succeeded, []byte(`{"done":true}`)
			}
			if err := j.Append(t.Context(), e); err != nil {
				t.Errorf("Append = %v", err)
			}
		})
		before := snapshot(t, j, n)
		closeJournal()

		j, closeJournal = open(t, dir)
		defer closeJournal()
		same(t, "after opening it again, the journal", snapshot(t, j, n), before)
		if source, err := j.Definition(t.Context(), "reservation", "h"); err != nil || string(source) != "{}" {
			t.Errorf("Definition = %q, %v", source, err)
		}
		mustAppend(t, j, entry("0", 0)) // and it goes on
		mustAppend(t, j, entry("2", 1))
	})
}

// content is all that a journal answers about some executions.
type content struct {
	Records   []local.Record
	Histories [][]workflow.HistoryEvent
	Lanes     [3][]local.Due
	Counts    [3]int64
	NextDue   time.Time
	Listed    []string
}

func snapshot(t *testing.T, j local.Journal, n int) content {
	t.Helper()
	var c content
	for i := range n {
		name := fmt.Sprint(i)
		c.Records = append(c.Records, load(t, j, name))
		c.Histories = append(c.Histories, history(t, j, name))
	}
	for lane := range c.Lanes {
		if local.Lane(lane) != local.Backlog { // all of it is due at one instant, in any order
			c.Lanes[lane] = due(t, j, local.Lane(lane), at(time.Hour), n)
		}
		c.Counts[lane] = count(t, j, local.Lane(lane))
	}
	var err error
	if c.NextDue, _, err = j.NextDue(t.Context()); err != nil {
		t.Fatalf("NextDue = %v", err)
	}
	c.Listed = pages(t, j, workflow.ListFilter{Limit: 7}, nothing)
	return c
}
