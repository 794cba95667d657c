package dynamo

import (
	"context"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// idempotencyItem is the record of a key. Principal, operation and key are in its
// partition key, as a digest.
type idempotencyItem struct {
	Type        string       `dynamodbav:"type"`
	Fingerprint string       `dynamodbav:"fingerprint"`
	At          time.Time    `dynamodbav:"at"`
	ResultID    string       `dynamodbav:"resultId"`
	Outcome     booking.Code `dynamodbav:"outcome,omitempty"`
	Expires     time.Time    `dynamodbav:"expires,unixtime"`
}

// remembered is how long DynamoDB keeps a record: longer than a reservation can live, which
// is three payment windows of at most 30 days and seven days in which an unknown capture
// is asked about, and a day more. What has expired and is still there still counts.
const remembered = (3*30 + 7 + 1) * 24 * time.Hour

// remember writes the key's record, which must not be there yet.
func remember(tx *Transaction, i booking.Idempotency) {
	Create(tx, idempotencyKey(i), idempotencyItem{Type: idempotencyKind, Fingerprint: i.Fingerprint, At: i.At,
		ResultID: i.ResultID, Outcome: i.Outcome, Expires: i.At.Add(remembered)})
}

// Recall implements booking.Store.
func (s *Store) Recall(ctx context.Context, asked booking.Idempotency) (*booking.Idempotency, error) {
	was, err := s.table.Get(ctx, idempotencyKey(asked))
	if err != nil || !was.Exists() {
		return nil, err
	}
	var i idempotencyItem
	if err := was.Decode(&i); err != nil {
		return nil, err
	}
	if i.Fingerprint != asked.Fingerprint {
		refusal := booking.Refuse(booking.IdempotencyKeyReused, "this idempotency key was used for another %s; make a new key for each order", asked.Operation)
		refusal.Field = "idempotencyKey"
		return nil, refusal
	}
	past := asked
	past.At, past.ResultID, past.Outcome = i.At, i.ResultID, i.Outcome
	return &past, nil
}

// RememberedFor answers how long the record of a key is kept: after that DynamoDB may
// remove it.
func (s *Store) RememberedFor() time.Duration { return remembered }

// Forget implements booking.Store: it removes nothing. DynamoDB removes records itself, at
// no charge, some time after they have expired.
func (s *Store) Forget(context.Context, time.Time, int) (int, error) { return 0, nil }
