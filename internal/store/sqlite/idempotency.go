package sqlite

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"time"

	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/groupcommit"
)

// keyDigest is what a key is known by in the file: 16 bytes of SHA-256 over principal,
// operation and key, each after its length. A collision is beyond reach, and records
// stay small: the index by key is the one that each hold touches at a random place.
type keyDigest [16]byte

func digest(i booking.Idempotency) keyDigest {
	text := make([]byte, 0, 256)
	for _, s := range []string{i.Principal, i.Operation, i.Key} {
		text = binary.AppendUvarint(text, uint64(len(s)))
		text = append(text, s...)
	}
	sum := sha256.Sum256(text)
	return keyDigest(sum[:16])
}

const (
	keyRecord = "SELECT fingerprint, at, result_id, outcome FROM idempotency WHERE key = ?"

	oldKeys = `SELECT i.key, i.at < ? AND r.status IS NOT 'HELD' AND r.status IS NOT 'CONFIRMING'
		FROM idempotency i LEFT JOIN reservations r ON r.id = i.result_id
		WHERE i.key > ? ORDER BY i.key LIMIT ?`
)

// Recall implements booking.Store.
func (s *Store) Recall(ctx context.Context, idem booking.Idempotency) (past *booking.Idempotency, err error) {
	key := digest(idem)
	err = s.db.Read(ctx, func(conn *sqlite.Conn) (err error) {
		past, err = recall(conn, key, idem)
		return err
	})
	return past, err
}

// recall answers the record of the key, nil if there is none, or a refusal when it was
// made with other arguments.
func recall(conn *sqlite.Conn, key keyDigest, asked booking.Idempotency) (*booking.Idempotency, error) {
	past := asked
	found, err := queryOne(conn, keyRecord,
		func(p *params) { p.bytes(key[:]) },
		func(c *columns) error {
			past.Fingerprint, past.At, past.ResultID, past.Outcome = c.text(), c.time(), c.text(), booking.Code(c.text())
			return nil
		})
	if err != nil || !found {
		return nil, err
	}
	if past.Fingerprint != asked.Fingerprint {
		refusal := booking.Refuse(booking.IdempotencyKeyReused, "this idempotency key was used for another %s; make a new key for each order", asked.Operation)
		refusal.Field = "idempotencyKey"
		return nil, refusal
	}
	return &past, nil
}

// remember stores the record, unless there is one of the same key: then it writes
// nothing and answers false.
func remember(conn *sqlite.Conn, key keyDigest, i booking.Idempotency) (fresh bool, err error) {
	n, err := exec(conn, "INSERT INTO idempotency (key, fingerprint, at, result_id, outcome) VALUES (?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
		func(p *params) {
			p.bytes(key[:]).text(i.Fingerprint).time(i.At).text(i.ResultID).text(string(i.Outcome))
		})
	return n > 0, err
}

// forgetScan bounds how many records one call of Forget looks at for each that it may
// remove.
const forgetScan = 4

// Forget implements booking.Store. An index by age would be one more to write with each
// hold. Instead each call walks on through a part of the records, in the order of their
// keys, and begins again at the end: all are looked at again and again, and a record
// is removed when its turn comes.
func (s *Store) Forget(ctx context.Context, before time.Time, limit int) (int, error) {
	s.forgetting.Lock()
	defer s.forgetting.Unlock()
	var old [][]byte
	seen, last := 0, s.forgotten
	err := s.db.Read(ctx, func(conn *sqlite.Conn) error {
		return query(conn, oldKeys,
			func(p *params) { p.time(before).bytes(s.forgotten).int(int64(forgetScan * limit)) },
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
	if err := s.removeKeys(ctx, old); err != nil {
		return 0, err
	}
	if s.forgotten = last; len(old) < limit && seen < forgetScan*limit {
		s.forgotten = nil
	}
	return len(old), nil
}

func (s *Store) removeKeys(ctx context.Context, keys [][]byte) error {
	if len(keys) == 0 {
		return nil
	}
	return s.db.Write(ctx, groupcommit.Backlog, func(conn *sqlite.Conn) error {
		for _, key := range keys {
			if _, err := exec(conn, "DELETE FROM idempotency WHERE key = ?", func(p *params) { p.bytes(key) }); err != nil {
				return err
			}
		}
		return nil
	})
}
