package journaltest

import (
	"errors"
	"testing"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
)

var historyTests = []test{
	{"History/RoundTripInOrder", func(t *testing.T, j local.Journal) {
		mustCreate(t, j, newRecord("a"))
		for seq, part := range [][2]int64{{1, 3}, {4, 4}, {5, 4}, {5, 9}} { // the third appends no event
			e := entry("a", int64(seq))
			e.Events = events(part[0], part[1])
			mustAppend(t, j, e)
			for i := range e.Events {
				clear(e.Events[i].Details)
			}
		}
		same(t, "the history", history(t, j, "a"), events(1, 9))
	}},
	{"History/EventWithoutDetails", func(t *testing.T, j local.Journal) {
		mustCreate(t, j, newRecord("a"))
		bare := event(1)
		bare.Details = nil
		e := entry("a", 0)
		e.Events = []workflow.HistoryEvent{bare}
		mustAppend(t, j, e)
		same(t, "the history", history(t, j, "a"), []workflow.HistoryEvent{bare})
	}},
	{"History/Pages", func(t *testing.T, j local.Journal) {
		mustCreate(t, j, newRecord("a"))
		mustCreate(t, j, newRecord("other"))
		for seq := range int64(4) {
			e := entry("a", seq)
			e.Events = events(seq*5+1, seq*5+5)
			mustAppend(t, j, e)
		}
		for _, limit := range []int{1, 3, 5, 7, 20, 100} {
			var got []workflow.HistoryEvent
			for after := int64(0); ; {
				page, err := j.History(t.Context(), id("a"), after, limit)
				if err != nil {
					t.Fatalf("History(after %d, limit %d) = %v", after, limit, err)
				}
				if len(page) > limit {
					t.Fatalf("History(after %d, limit %d) has %d events", after, limit, len(page))
				}
				if len(page) == 0 {
					break
				}
				got = append(got, page...)
				after = page[len(page)-1].ID
			}
			same(t, "the pages together", got, events(1, 20))
		}
		same(t, "another execution's history", history(t, j, "other"), []workflow.HistoryEvent{})
	}},
	{"History/Unknown", func(t *testing.T, j local.Journal) {
		if _, err := j.History(t.Context(), id("a"), 0, 10); !errors.Is(err, workflow.ErrExecutionDoesNotExist) {
			t.Errorf("History = %v, want ErrExecutionDoesNotExist", err)
		}
	}},
}
