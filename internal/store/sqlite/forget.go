package sqlite

import (
	"context"
	"time"

	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/groupcommit"
)

const (
	oldKeys = `SELECT i.key, i.at < ? AND r.status IS NOT 'HELD' AND r.status IS NOT 'CONFIRMING'
		FROM idempotency i LEFT JOIN reservations r ON r.id = i.result_id
		WHERE i.key > ? ORDER BY i.key LIMIT ?`
	forgetKey = "DELETE FROM idempotency WHERE key = ?"

	oldHoldKeys = `SELECT idempotency_key, placed_at < ? AND status <> 'HELD' AND status <> 'CONFIRMING'
		FROM reservations WHERE idempotency_key > ? ORDER BY idempotency_key LIMIT ?`
	forgetHoldKey = "UPDATE reservations SET idempotency_key = NULL, fingerprint = NULL WHERE idempotency_key = ?"

	// forgetScan bounds how many records one call of Forget looks at for each that it may
	// remove.
	forgetScan = 4
)

// keyWalk walks through the records of keys that stand in one place. An index by age would be
// one more to write with each hold. Instead each call walks on through a part of the records, in
// the order of their keys, and begins again at the end: all are looked at again and
// again, and a record is removed when its turn comes.
type keyWalk struct {
	old    string // answers key, and whether it may be removed, from a key on
	remove string
	last   []byte // key that was looked at last
}

// Forget implements booking.Store.
func (s *Store) Forget(ctx context.Context, before time.Time, limit int) (removed int, err error) {
	s.forgetting.Lock()
	defer s.forgetting.Unlock()
	for i := range s.keys {
		n, err := s.keys[i].forget(ctx, s.db, before, limit-removed)
		if removed += n; err != nil {
			return removed, err
		}
	}
	return removed, nil
}

func (w *keyWalk) forget(ctx context.Context, db *groupcommit.DB, before time.Time, limit int) (int, error) {
	var old [][]byte
	seen, last := 0, w.last
	err := db.Read(ctx, func(conn *sqlite.Conn) error {
		return query(conn, w.old,
			func(p *params) { p.time(before).bytes(w.last).int(int64(forgetScan * limit)) },
			func(c *columns) (bool, error) {
				seen++
				last = c.bytes()
				if c.bool() {
					old = append(old, last)
				}
				return len(old) < limit, nil
			})
	})
	if err != nil {
		return 0, err
	}
	if err := w.removeAll(ctx, db, old); err != nil {
		return 0, err
	}
	if w.last = last; len(old) < limit && seen < forgetScan*limit {
		w.last = nil
	}
	return len(old), nil
}

func (w *keyWalk) removeAll(ctx context.Context, db *groupcommit.DB, keys [][]byte) error {
	if len(keys) == 0 {
		return nil
	}
	return db.Write(ctx, groupcommit.Backlog, func(conn *sqlite.Conn) error {
		for _, key := range keys {
			if _, err := exec(conn, w.remove, func(p *params) { p.bytes(key) }); err != nil {
				return err
			}
		}
		return nil
	})
}
