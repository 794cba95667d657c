-- What could not be undone, for operators. Sparse, as trips_attention is.

CREATE INDEX orders_attention  ON orders (ended_at) WHERE status = 'NEEDS_ATTENTION';
CREATE INDEX imports_attention ON imports (seq) WHERE status = 'NEEDS_ATTENTION';
