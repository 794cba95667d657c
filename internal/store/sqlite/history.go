package sqlite

import (
	"context"
	"encoding/binary"
	"errors"
	"time"

	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/workflow"
)

// eventsFormat is the first byte of a row of history: a format to come has another.
const eventsFormat = 1

// encodeEvents packs the events of one transition: each its id, the previous id, time,
// type and details, integers as varints, texts after their length. Details are kept to
// the byte.
func encodeEvents(events []workflow.HistoryEvent) []byte {
	size := 1
	for _, e := range events {
		size += 40 + len(e.Type) + len(e.Details)
	}
	b := append(make([]byte, 0, size), eventsFormat)
	for _, e := range events {
		b = binary.AppendVarint(b, e.ID)
		b = binary.AppendVarint(b, e.PreviousID)
		b = binary.AppendVarint(b, e.Timestamp.UnixNano())
		b = append(binary.AppendUvarint(b, uint64(len(e.Type))), e.Type...)
		b = append(binary.AppendUvarint(b, uint64(len(e.Details))), e.Details...)
	}
	return b
}

var errEvents = errors.New("a row of history cannot be read")

func decodeEvents(b []byte) (events []workflow.HistoryEvent, err error) {
	if len(b) == 0 || b[0] != eventsFormat {
		return nil, errEvents
	}
	d := decoder{rest: b[1:]}
	for len(d.rest) > 0 && !d.bad {
		e := workflow.HistoryEvent{ID: d.int(), PreviousID: d.int(), Timestamp: time.Unix(0, d.int()).UTC(), Type: string(d.bytes())}
		if details := d.bytes(); len(details) > 0 {
			e.Details = details
		}
		events = append(events, e)
	}
	if d.bad {
		return nil, errEvents
	}
	return events, nil
}

// decoder takes values off a row; bad once there is not what should be there.
type decoder struct {
	rest []byte
	bad  bool
}

func (d *decoder) int() int64 {
	v, n := binary.Varint(d.rest)
	d.pass(n)
	return v
}

func (d *decoder) bytes() []byte {
	size, n := binary.Uvarint(d.rest)
	d.pass(n)
	if size > uint64(len(d.rest)) {
		d.pass(0)
		return nil
	}
	b := append([]byte(nil), d.rest[:size]...)
	d.rest = d.rest[size:]
	return b
}

// pass takes off n bytes; n is not positive where there was no number.
func (d *decoder) pass(n int) {
	if n <= 0 {
		d.bad, d.rest = true, nil
		return
	}
	d.rest = d.rest[n:]
}

const (
	numberOfExecution = "SELECT number FROM executions WHERE machine = ? AND name = ?"
	historyAfter      = "SELECT events FROM history WHERE execution = ? AND last > ? ORDER BY last"
)

// History implements local.Journal.
func (j *Journal) History(ctx context.Context, id workflow.ExecutionID, after int64, limit int) ([]workflow.HistoryEvent, error) {
	var page []workflow.HistoryEvent
	err := j.db.Read(ctx, func(conn *sqlite.Conn) error {
		page = nil
		var number int64
		found, err := queryOne(conn, numberOfExecution, func(p *params) { p.text(id.Machine).text(id.Name) }, func(c *columns) error {
			number = c.int()
			return nil
		})
		if err == nil && !found {
			err = unknownExecution(id)
		}
		if err != nil {
			return err
		}
		return query(conn, historyAfter, func(p *params) { p.int(number).int(after) }, func(c *columns) (bool, error) {
			events, err := decodeEvents(c.bytes())
			for _, e := range events {
				if e.ID > after && len(page) < limit {
					page = append(page, e)
				}
			}
			return err == nil && len(page) < limit, err
		})
	})
	return page, err
}
