package sqlite

import (
	"fmt"

	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
)

// insertExecution stores a new execution, in lane Backlog and due at once; false when
// its name is taken.
func insertExecution(conn *sqlite.Conn, r local.Record) (created bool, err error) {
	n, err := exec(conn, `INSERT INTO executions (machine, name, definition, seq, status, lane, due, started_at, input)
		VALUES (?, ?, ?, 0, 'RUNNING', ?, ?, ?, ?) ON CONFLICT (name, machine) DO NOTHING`,
		func(p *params) {
			p.text(r.Machine).text(r.Name).text(r.Definition).int(int64(local.Backlog)).time(r.StartedAt).time(r.StartedAt).optBytes(r.Input)
		})
	return n > 0, err
}

const executionByName = `SELECT number, definition, seq, status, started_at, stopped_at, error, cause, input, output, state
	FROM executions WHERE machine = ? AND name = ?`

func readExecution(conn *sqlite.Conn, id workflow.ExecutionID) (local.Record, error) {
	x := local.Record{ExecutionID: id}
	found, err := queryOne(conn, executionByName, func(p *params) { p.text(id.Machine).text(id.Name) }, func(c *columns) error {
		x.Row, x.Definition, x.Seq, x.Status = c.int(), c.text(), c.int(), workflow.Status(c.text())
		x.StartedAt, x.StoppedAt = c.time(), c.time()
		x.Error, x.Cause = c.text(), c.text()
		x.Input, x.Output, x.State = c.bytes(), c.bytes(), c.bytes()
		return nil
	})
	if err == nil && !found {
		err = unknownExecution(id)
	}
	return x, err
}

func unknownExecution(id workflow.ExecutionID) error {
	return fmt.Errorf("%s of %s: %w", id.Name, id.Machine, workflow.ErrExecutionDoesNotExist)
}

// appendable answers the number of the execution that the entry may be appended to.
func appendable(conn *sqlite.Conn, e local.Entry) (number int64, err error) {
	var seq int64
	var status workflow.Status
	found, err := queryOne(conn, "SELECT number, seq, status FROM executions WHERE machine = ? AND name = ?",
		func(p *params) { p.text(e.Machine).text(e.Name) },
		func(c *columns) error {
			number, seq, status = c.int(), c.int(), workflow.Status(c.text())
			return nil
		})
	switch {
	case err != nil:
		return 0, err
	case !found:
		return 0, unknownExecution(e.ExecutionID)
	case seq != e.Seq || status.Ended():
		return 0, local.ErrConflict
	}
	return number, nil
}

// advanceExecution appends the entry to the execution of the number, and answers false,
// having changed nothing, if that is another one or not where the entry goes on from.
func advanceExecution(conn *sqlite.Conn, number int64, e local.Entry) (advanced bool, err error) {
	n, err := exec(conn, `UPDATE executions SET seq = ?, status = ?, lane = ?, due = ?, stopped_at = ?, error = ?, cause = ?, output = ?, state = ?
		WHERE number = ? AND seq = ? AND status = 'RUNNING' AND name = ? AND machine = ?`,
		func(p *params) {
			p.int(e.Seq + 1).text(string(e.Status))
			ended := e.Status.Ended()
			if ended || e.Due.IsZero() {
				p.skip().skip()
			} else {
				p.int(int64(e.Lane)).time(e.Due)
			}
			if ended {
				p.time(e.At)
			} else {
				p.skip()
			}
			p.optText(e.Error).optText(e.Cause).optBytes(e.Output).optBytes(e.State).int(number).int(e.Seq).text(e.Name).text(e.Machine)
		})
	return n > 0, err
}
