package order

import (
	"context"
	"time"
)

// Store keeps orders. Apply returns only when what it wrote survives a crash of the
// machine. All methods are safe for concurrent use; of intentions that exclude each other
// exactly one takes effect. Refusals are *booking.Error; any other error is a fault of the
// store, after which the effect may or may not be there (asking again is safe).
//
// internal/store/storetest (RunOrders) holds every store to this.
type Store interface {
	// Apply applies an intention, all of it or nothing, and answers the order as it then is.
	Apply(ctx context.Context, i Intention) (Order, error)
	// Order answers the stored order, or NotFound. Consistent.
	Order(ctx context.Context, id string) (Order, error)
	// DueOrders lists orders whose LookAt is at or before now, earliest first, at most
	// limit. It may lag; whoever acts on it acts by an intention.
	DueOrders(ctx context.Context, now time.Time, limit int) ([]Order, error)
	// OrdersNeedingAttention lists the orders that need attention, those that ended first
	// before the others, at most limit. It may lag.
	OrdersNeedingAttention(ctx context.Context, limit int) ([]Order, error)
}
