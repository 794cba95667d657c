package dynamo

import "github.com/vacancy/vacancy/internal/booking"

// IdempotencyPartition is where the record of a key is.
func IdempotencyPartition(i booking.Idempotency) string { return idempotencyKey(i).PK }
