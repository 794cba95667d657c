package dynamo

import (
	"context"

	"github.com/vacancy/vacancy/internal/booking"
)

// listSagas reads the sagas of a range of an index, in its order, at most limit. The index
// may lag: one that is gone, or is not wanted as it now is, is left out.
func listSagas[T any](ctx context.Context, table *Table, r Range, limit int, read func(context.Context, Key) (T, error), wanted func(T) bool) ([]T, error) {
	parts := len(r.Partitions)
	r.Limit, r.Likely = 2*limit+parts, limit/parts+1
	rows := table.Query(r)
	var found []T
	for len(found) < limit {
		row, ok, err := rows.Next(ctx)
		if err != nil || !ok {
			return found, err
		}
		saga, err := read(ctx, row.Key)
		if booking.CodeOf(err) == booking.NotFound {
			continue
		}
		if err != nil {
			return found, err
		}
		if wanted(saga) {
			found = append(found, saga)
		}
	}
	return found, nil
}
