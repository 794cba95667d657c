-- A hold that is the lodging of a trip belongs to the trip's execution.
ALTER TABLE reservations ADD COLUMN trip_id TEXT;
