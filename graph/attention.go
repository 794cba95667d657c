package graph

import (
	"context"

	"github.com/vacancy/vacancy/internal/booking"
)

// needingAttention lists sagas that need attention, as the API shows them.
func needingAttention[T, M any](ctx context.Context, first *int, list func(context.Context, int) ([]T, error), show func(T) *M) ([]M, error) {
	limit := size(first)
	if limit < 1 || limit > booking.MaxPageSize {
		return nil, booking.Invalid("first", "first must be from 1 to %d, it is %d", booking.MaxPageSize, limit)
	}
	found, err := list(ctx, limit)
	if err != nil {
		return nil, err
	}
	shown := make([]M, len(found))
	for n, saga := range found {
		shown[n] = *show(saga)
	}
	return shown, nil
}
