package sqlite

import (
	"context"

	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/groupcommit"
	"github.com/vacancy/vacancy/internal/workflow/local"
)

// offered is a joint entry for the write of a task, and the file that it belongs to.
type offered struct {
	db    *groupcommit.DB
	joint *local.Joint
}

type offeredKey struct{}

// Join implements local.Joiner: the next [Store.Apply] under the context carries the entry.
func (j *Journal) Join(ctx context.Context, joint *local.Joint) context.Context {
	return context.WithValue(ctx, offeredKey{}, offered{j.db, joint})
}

// writeJoint runs a write of a step, and with it appends the entry that the context offers,
// if it does.
func (s *Store) writeJoint(ctx context.Context, write func(*sqlite.Conn) error) error {
	o, _ := ctx.Value(offeredKey{}).(offered)
	if o.db != s.db || !o.joint.Begin() {
		return s.db.Write(ctx, priority(ctx), write)
	}
	events := encodeEvents(o.joint.Entry.Events)
	refused := false
	outcome := local.JointUnknown
	defer func() { o.joint.End(outcome) }() // also when write panics
	err := s.db.Write(ctx, priority(ctx), func(conn *sqlite.Conn) error {
		err := write(conn)
		if refused = err != nil; refused {
			return err
		}
		return appendEntry(conn, o.joint.Entry, events)
	})
	switch {
	case err == nil:
		outcome = local.JointCommitted
	case refused:
		outcome = local.JointNotWritten
	}
	return err
}
