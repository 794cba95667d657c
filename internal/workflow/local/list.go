package local

import (
	"context"
	"fmt"
	"strconv"

	"github.com/vacancy/vacancy/internal/workflow"
)

// maxPage is the longest page of a list or a history.
const maxPage = 1000

// History implements workflow.Runner. The cursor is the id of the last event.
func (r *Runner) History(ctx context.Context, id workflow.ExecutionID, after string, limit int) (workflow.HistoryPage, error) {
	if limit <= 0 || limit > maxPage {
		limit = maxPage
	}
	var from int64
	if after != "" {
		var err error
		from, err = strconv.ParseInt(after, 10, 64)
		if err != nil || from < 0 {
			return workflow.HistoryPage{}, fmt.Errorf("history of %q: %w: %q is none of a history", id.Name, workflow.ErrInvalidCursor, after)
		}
	}
	events, err := r.cfg.Journal.History(ctx, id, from, limit+1)
	if err != nil {
		return workflow.HistoryPage{}, err
	}
	page := workflow.HistoryPage{Events: events}
	if len(events) > limit {
		page.Events = events[:limit]
		page.Next = strconv.FormatInt(events[limit-1].ID, 10)
	}
	return page, nil
}

// List implements workflow.Runner. The executions come without input and output;
// Describe has them.
func (r *Runner) List(ctx context.Context, filter workflow.ListFilter) (workflow.Page, error) {
	page, err := r.cfg.Journal.List(ctx, filter)
	if err != nil {
		return workflow.Page{}, err
	}
	for i := range page.Executions {
		x := &page.Executions[i]
		x.ARN = r.executionARN(x.ExecutionID)
	}
	return page, nil
}
