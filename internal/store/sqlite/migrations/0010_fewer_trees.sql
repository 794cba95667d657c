-- What each hold writes to, made less. The key that a hold was placed under stands with its
-- reservation and no longer in a table of its own, and deadlines are told apart by the
-- reservation's number and no longer by its id.

ALTER TABLE reservations ADD COLUMN idempotency_key BLOB; -- digest; NULL once forgotten
ALTER TABLE reservations ADD COLUMN fingerprint TEXT;     -- of what was asked for under the key

UPDATE reservations SET idempotency_key = i.key, fingerprint = i.fingerprint
  FROM idempotency i WHERE i.result_id = reservations.id AND i.at = reservations.placed_at AND i.outcome = '';

DELETE FROM idempotency WHERE key IN (SELECT idempotency_key FROM reservations WHERE idempotency_key IS NOT NULL);

-- Sparse: it holds only the keys that are remembered.
CREATE UNIQUE INDEX reservations_key ON reservations (idempotency_key) WHERE idempotency_key IS NOT NULL;

DROP INDEX reservations_due;
CREATE INDEX reservations_due ON reservations (hold_expires_at) WHERE status = 'HELD';
