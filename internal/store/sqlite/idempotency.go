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
// stay small.
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

// A key of a hold stands with its reservation, every other one in a table of its own.
const (
	holdKeyRecord = "SELECT fingerprint, placed_at, id, '' FROM reservations WHERE seq = ? AND idempotency_key = ?"
	keyRecord     = "SELECT fingerprint, at, result_id, outcome FROM idempotency WHERE key = ?"
)

// Recall implements booking.Store.
func (s *Store) Recall(ctx context.Context, idem booking.Idempotency) (past *booking.Idempotency, err error) {
	key := digest(idem)
	err = s.db.Read(ctx, func(conn *sqlite.Conn) (err error) {
		past, err = recall(conn, s.keys, key, idem)
		return err
	})
	return past, err
}

// recall answers the record of the key, nil if there is none, or a refusal when it was
// made with other arguments.
func recall(conn *sqlite.Conn, holds *holdKeys, key keyDigest, asked booking.Idempotency) (*booking.Idempotency, error) {
	past, err := recallHold(conn, holds, key)
	if err == nil && past == nil {
		past, err = readKey(conn, keyRecord, func(p *params) { p.bytes(key[:]) })
	}
	if err != nil || past == nil {
		return nil, err
	}
	if past.Fingerprint != asked.Fingerprint {
		refusal := booking.Refuse(booking.IdempotencyKeyReused, "this idempotency key was used for another %s; make a new key for each order", asked.Operation)
		refusal.Field = "idempotencyKey"
		return nil, refusal
	}
	past.Principal, past.Operation, past.Key = asked.Principal, asked.Operation, asked.Key
	return past, nil
}

// recallHold answers what the file says of the hold that was placed under the key, nil if it says
// nothing. For a key that is new that takes no statement.
func recallHold(conn *sqlite.Conn, holds *holdKeys, key keyDigest) (past *booking.Idempotency, err error) {
	for _, seq := range holds.of(key) {
		past, err = readKey(conn, holdKeyRecord, func(p *params) { p.int(seq).bytes(key[:]) })
		if err != nil || past != nil {
			break
		}
	}
	return past, err
}

func readKey(conn *sqlite.Conn, statement string, bind func(*params)) (past *booking.Idempotency, err error) {
	_, err = queryOne(conn, statement, bind, func(c *columns) error {
		past = &booking.Idempotency{Fingerprint: c.text(), At: c.time(), ResultID: c.text(), Outcome: booking.Code(c.text())}
		return nil
	})
	return past, err
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
