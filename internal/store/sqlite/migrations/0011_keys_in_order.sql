-- The keys of holds in the order of placing. By key they are in no order, and with many remembered
-- each hold wrote to another page of that index. That a key is new is seen in memory; see hold_keys.go.

DROP INDEX reservations_key;

-- Sparse: it holds only the keys that are remembered. All of them are read from it when the file is opened.
CREATE INDEX reservations_remembered ON reservations (placed_at, idempotency_key) WHERE idempotency_key IS NOT NULL;
