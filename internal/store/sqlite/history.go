package sqlite

import (
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/klauspost/compress/s2"
	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/workflow"
)

// The first byte of a row of history says its format.
const (
	eventsPlain  = 1
	eventsPacked = 2 // an S2 block of a plain one: events repeat the input of the states that they tell of
)

// encodeEvents packs the events of one transition: each its id, the previous id, time,
// type and details, integers as varints, texts after their length. Details are kept to
// the byte.
func encodeEvents(events []workflow.HistoryEvent) []byte {
	if len(events) == 0 {
		return nil
	}
	scratch := eventsScratch.Get().(*[2][]byte)
	defer eventsScratch.Put(scratch)
	plain, packed := appendPlain(scratch[0][:0], events), scratch[1]
	if most := s2.MaxEncodedLen(len(plain)); cap(packed) < most {
		packed = make([]byte, most)
	}
	packed = s2.Encode(packed[:cap(packed)], plain)
	if len(plain) <= maxScratch {
		scratch[0], scratch[1] = plain, packed
	}
	if len(packed) >= len(plain) {
		return slices.Clone(plain)
	}
	return append([]byte{eventsPacked}, packed...)
}

// eventsScratch is room to pack in: what is packed is a third of it.
var eventsScratch = sync.Pool{New: func() any { return new([2][]byte) }}

// maxScratch is how much of it is kept: few transitions tell of more.
const maxScratch = 64 << 10

func appendPlain(b []byte, events []workflow.HistoryEvent) []byte {
	b = append(b, eventsPlain)
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
	if len(b) > 0 && b[0] == eventsPacked {
		if b, err = s2.Decode(nil, b[1:]); err != nil {
			return nil, errors.Join(errEvents, err)
		}
	}
	if len(b) == 0 || b[0] != eventsPlain {
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
