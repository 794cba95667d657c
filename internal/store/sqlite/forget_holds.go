package sqlite

import (
	"context"
	"time"

	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/groupcommit"
)

const (
	oldHoldKeys = `SELECT placed_at, idempotency_key, seq, status <> 'HELD' AND status <> 'CONFIRMING'
		FROM reservations WHERE idempotency_key IS NOT NULL AND placed_at < ? AND (placed_at, idempotency_key) > (?, ?)
		ORDER BY placed_at, idempotency_key LIMIT ?`
	forgetHoldKey = "UPDATE reservations SET idempotency_key = NULL, fingerprint = NULL WHERE seq = ? AND idempotency_key = ?"
)

// holdKeyWalk walks through the keys of holds that are old enough, oldest first. They are in that order in
// their index. Those of holds that live are passed over: the next call goes on behind them, and begins
// again at the end.
type holdKeyWalk struct {
	keys *holdKeys
	last holdKey // that was looked at last
}

type holdKey struct {
	placedAt time.Time
	key      keyDigest
	seq      int64
}

func (w *holdKeyWalk) forget(ctx context.Context, db *groupcommit.DB, before time.Time, limit int) (int, error) {
	var old []holdKey
	seen, last := 0, w.last
	err := db.Read(ctx, func(conn *sqlite.Conn) error {
		return query(conn, oldHoldKeys,
			func(p *params) {
				p.time(before).int(nanos(w.last.placedAt)).bytes(w.last.key[:]).int(int64(forgetScan * limit))
			},
			func(c *columns) (bool, error) {
				seen++
				last = holdKey{placedAt: c.time(), key: c.digest(), seq: c.int()}
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
		w.last = holdKey{}
	}
	return len(old), nil
}

func (w *holdKeyWalk) removeAll(ctx context.Context, db *groupcommit.DB, old []holdKey) error {
	if len(old) == 0 {
		return nil
	}
	err := db.Write(ctx, groupcommit.Backlog, func(conn *sqlite.Conn) error {
		for _, k := range old {
			if _, err := exec(conn, forgetHoldKey, func(p *params) { p.int(k.seq).bytes(k.key[:]) }); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err // of which it is not known whether it was committed
	}
	for _, k := range old {
		w.keys.remove(k.key, k.seq)
	}
	return nil
}
