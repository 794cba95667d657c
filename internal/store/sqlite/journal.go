package sqlite

import (
	"context"
	"errors"
	"fmt"
	"time"

	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/groupcommit"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
)

// Journal is a local.Journal in the store's file. It is safe for concurrent use.
type Journal struct {
	db      *groupcommit.DB
	started chan struct{}
}

var _ local.Joiner = (*Journal)(nil)

func newJournal(db *groupcommit.DB) *Journal {
	return &Journal{db: db, started: make(chan struct{}, 1)}
}

// Started implements local.Journal.
func (j *Journal) Started() <-chan struct{} { return j.started }

func (j *Journal) signalStarted() {
	select {
	case j.started <- struct{}{}:
	default:
	}
}

// PutDefinition implements local.Journal.
func (j *Journal) PutDefinition(ctx context.Context, machine, hash string, source []byte) error {
	return j.db.Write(ctx, groupcommit.Urgent, func(conn *sqlite.Conn) error {
		_, err := exec(conn, "INSERT INTO definitions (machine, hash, source) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
			func(p *params) { p.text(machine).text(hash).bytes(source) })
		return err
	})
}

// Definition implements local.Journal.
func (j *Journal) Definition(ctx context.Context, machine, hash string) (source []byte, err error) {
	err = j.db.Read(ctx, func(conn *sqlite.Conn) error {
		found, err := queryOne(conn, "SELECT source FROM definitions WHERE machine = ? AND hash = ?",
			func(p *params) { p.text(machine).text(hash) },
			func(c *columns) error {
				source = c.bytes()
				return nil
			})
		if err == nil && !found {
			err = fmt.Errorf("definition %s of %s: %w", hash, machine, workflow.ErrStateMachineDoesNotExist)
		}
		return err
	})
	return source, err
}

// Create implements local.Journal.
func (j *Journal) Create(ctx context.Context, r local.Record) (local.Record, error) {
	var stored local.Record
	err := j.db.Write(ctx, groupcommit.Backlog, func(conn *sqlite.Conn) error {
		created, err := insertExecution(conn, r)
		if err != nil {
			return err
		}
		if !created {
			if stored, err = readExecution(conn, r.ExecutionID); err != nil {
				return err
			}
			return workflow.ErrExecutionAlreadyExists
		}
		stored = local.Record{ExecutionID: r.ExecutionID, Definition: r.Definition, Status: workflow.Running,
			Input: append([]byte(nil), r.Input...), StartedAt: r.StartedAt.UTC()}
		return nil
	})
	if !errors.Is(err, workflow.ErrExecutionAlreadyExists) {
		j.signalStarted() // also when the answer of the commit was lost: it may be there
	}
	return stored, err
}

// Append implements local.Journal.
func (j *Journal) Append(ctx context.Context, e local.Entry) error {
	events := encodeEvents(e.Events)
	priority := groupcommit.Backlog
	if e.Urgent {
		priority = groupcommit.Urgent
	}
	return j.db.Write(ctx, priority, func(conn *sqlite.Conn) error { return appendEntry(conn, e, events) })
}

// appendEntry is Append in a transaction, with the events of the entry encoded.
func appendEntry(conn *sqlite.Conn, e local.Entry, events []byte) error {
	number, err := appendTo(conn, e)
	if err != nil || len(e.Events) == 0 {
		return err
	}
	_, err = exec(conn, "INSERT INTO history (execution, last, events) VALUES (?, ?, ?)", func(p *params) {
		p.int(number).int(e.Events[len(e.Events)-1].ID).bytes(events)
	})
	return err
}

// appendTo moves the execution of the entry on and answers its number. Where the entry says
// which that is, it is not searched by its name.
func appendTo(conn *sqlite.Conn, e local.Entry) (number int64, err error) {
	if e.Row != 0 {
		if advanced, err := advanceExecution(conn, e.Row, e); err != nil || advanced {
			return e.Row, err
		}
	}
	if number, err = appendable(conn, e); err != nil {
		return 0, err
	}
	_, err = advanceExecution(conn, number, e)
	return number, err
}

// Load implements local.Journal.
func (j *Journal) Load(ctx context.Context, id workflow.ExecutionID) (x local.Record, err error) {
	err = j.db.Read(ctx, func(conn *sqlite.Conn) (err error) {
		x, err = readExecution(conn, id)
		return err
	})
	return x, err
}

const (
	dueExecutions = "SELECT machine, name, due FROM executions WHERE lane = ? AND due <= ? ORDER BY due LIMIT ?"
	// startedExecutions are due in lane Backlog: created, and not advanced.
	startedExecutions = `SELECT machine, name, due, length(input), number, definition, started_at, CASE WHEN length(input) <= ?4 THEN input END
		FROM executions WHERE lane = ?1 AND due <= ?2 ORDER BY due LIMIT ?3`
	nextExecution   = "SELECT due FROM executions WHERE lane = ? ORDER BY due LIMIT 1"
	countExecutions = "SELECT count(*) FROM executions WHERE lane = ?"
)

// Due implements local.Journal.
func (j *Journal) Due(ctx context.Context, lane local.Lane, now time.Time, limit int) ([]local.Due, error) {
	var due []local.Due
	sql, created := dueExecutions, lane == local.Backlog
	if created {
		sql = startedExecutions
	}
	err := j.db.Read(ctx, func(conn *sqlite.Conn) error {
		due = nil
		return query(conn, sql,
			func(p *params) {
				p.int(int64(lane)).time(now).int(int64(limit))
				if created {
					p.int(local.SmallInput)
				}
			},
			func(c *columns) (bool, error) {
				d := local.Due{ExecutionID: workflow.ExecutionID{Machine: c.text(), Name: c.text()}, At: c.time()}
				if created && c.int() <= local.SmallInput {
					d.Created = &local.Record{ExecutionID: d.ExecutionID, Row: c.int(), Definition: c.text(),
						Status: workflow.Running, StartedAt: c.time(), Input: c.bytes()}
				}
				due = append(due, d)
				return true, nil
			})
	})
	return due, err
}

// NextDue implements local.Journal.
func (j *Journal) NextDue(ctx context.Context) (at time.Time, ok bool, err error) {
	err = j.db.Read(ctx, func(conn *sqlite.Conn) (err error) {
		ok, err = queryOne(conn, nextExecution, func(p *params) { p.int(int64(local.Deadlines)) }, func(c *columns) error {
			at = c.time()
			return nil
		})
		return err
	})
	return at, ok, err
}

// Count implements local.Journal. It walks the lane's part of the index.
func (j *Journal) Count(ctx context.Context, lane local.Lane) (n int64, err error) {
	err = j.db.Read(ctx, func(conn *sqlite.Conn) error {
		_, err := queryOne(conn, countExecutions, func(p *params) { p.int(int64(lane)) }, func(c *columns) error {
			n = c.int()
			return nil
		})
		return err
	})
	return n, err
}
