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

	// forgetScan bounds how many records one call of Forget looks at for each that it may
	// remove.
	forgetScan = 4
)

// keyWalk walks through the records of keys that do not stand with a hold; see holdKeyWalk. An index by
// age would be one more to write with each of them. Instead each call walks on through a part of the
// records, in the order of their keys, and begins again at the end: all are looked at again and
// again, and a record is removed when its turn comes.
type keyWalk struct {
	last []byte // key that was looked at last
}

// Forget implements booking.Store.
func (s *Store) Forget(ctx context.Context, before time.Time, limit int) (removed int, err error) {
	s.forgetting.Lock()
	defer s.forgetting.Unlock()
	removed, err = s.keyWalk.forget(ctx, s.db, before, limit)
	if err != nil {
		return removed, err
	}
	ofHolds, err := s.holdKeyWalk.forget(ctx, s.db, before, limit-removed)
	return removed + ofHolds, err
}

func (w *keyWalk) forget(ctx context.Context, db *groupcommit.DB, before time.Time, limit int) (int, error) {
	var old [][]byte
	seen, last := 0, w.last
	err := db.Read(ctx, func(conn *sqlite.Conn) error {
		return query(conn, oldKeys,
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
	if err := removeKeys(ctx, db, old); err != nil {
		return 0, err
	}
	if w.last = last; len(old) < limit && seen < forgetScan*limit {
		w.last = nil
	}
	return len(old), nil
}

func removeKeys(ctx context.Context, db *groupcommit.DB, keys [][]byte) error {
	if len(keys) == 0 {
		return nil
	}
	return db.Write(ctx, groupcommit.Backlog, func(conn *sqlite.Conn) error {
		for _, key := range keys {
			if _, err := exec(conn, forgetKey, func(p *params) { p.bytes(key) }); err != nil {
				return err
			}
		}
		return nil
	})
}
