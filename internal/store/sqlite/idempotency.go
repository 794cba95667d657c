package sqlite

import (
	"context"
	"crypto/sha256"
	"encoding/binary"

	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/booking"
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

// keyRecord finds a key among those of holds, which stand with their reservations, and all others.
const keyRecord = `SELECT fingerprint, at, result_id, outcome FROM idempotency WHERE key = ?1
	UNION ALL SELECT fingerprint, placed_at, id, '' FROM reservations WHERE idempotency_key = ?1`

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
