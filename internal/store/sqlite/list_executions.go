package sqlite

import (
	"context"
	"fmt"
	"math"

	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/workflow"
)

const (
	executionsPage    = 100
	executionsMaxPage = 1000
	// executionsRead bounds what one page reads where a filter matches few; it may
	// then hold fewer than were asked for, and Next goes on from there.
	executionsRead = 20_000

	executionsBefore = `SELECT number, machine, name, status, started_at, stopped_at, error, cause FROM executions
		WHERE (started_at, number) < (?, ?) ORDER BY started_at DESC, number DESC LIMIT ?`
)

// List implements local.Journal. Executions come without input and output.
func (j *Journal) List(ctx context.Context, f workflow.ListFilter) (workflow.Page, error) {
	limit := f.Limit
	if limit <= 0 {
		limit = executionsPage
	}
	limit = min(limit, executionsMaxPage)
	started, number := int64(math.MaxInt64), int64(math.MaxInt64)
	if f.After != "" {
		after, ok := parseCursor(executionsOf, f.After)
		if _, err := fmt.Sscanf(after.id, "%d", &number); !ok || err != nil {
			return workflow.Page{}, fmt.Errorf("list executions: %w: %q is none of this list", workflow.ErrInvalidCursor, f.After)
		}
		started = after.value
	}
	var page workflow.Page
	err := j.db.Read(ctx, func(conn *sqlite.Conn) error {
		page = workflow.Page{}
		read, last := 0, ""
		return query(conn, executionsBefore,
			func(p *params) { p.int(started).int(number).int(executionsRead + 1) },
			func(c *columns) (bool, error) {
				number := c.int()
				e := workflow.Execution{ExecutionID: workflow.ExecutionID{Machine: c.text(), Name: c.text()},
					Status: workflow.Status(c.text()), StartedAt: c.time(), StoppedAt: c.time(), Error: c.text(), Cause: c.text()}
				matches := (f.Machine == "" || e.Machine == f.Machine) && (f.Status == "" || e.Status == f.Status)
				if read == executionsRead || matches && len(page.Executions) == limit {
					page.Next = last
					return false, nil
				}
				read++
				if matches {
					page.Executions = append(page.Executions, e)
				}
				last = place{e.StartedAt.UnixNano(), fmt.Sprint(number)}.cursor(executionsOf)
				return true, nil
			})
	})
	return page, err
}
