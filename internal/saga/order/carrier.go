package order

import (
	"context"
	"errors"
)

// Carrier takes shipments to their addresses. It is asked to, and answers days later:
// by [Service.AnswerShipment], or when it is asked what became of a shipment.
type Carrier interface {
	// Name is what configuration calls it: "simulated", "manual".
	Name() string
	// Ship asks for the shipment. Asking again for one of the same order is asking once.
	Ship(ctx context.Context, s Shipment) error
	// Cancel calls the shipment off. One that was never asked for, or was called off
	// before, is success; one that has left is ErrAlreadySent.
	Cancel(ctx context.Context, s Shipment) error
	// Lookup answers what became of the shipment: REQUESTED as long as the carrier has
	// not said.
	Lookup(ctx context.Context, s Shipment) (ShipmentStatus, error)
}

// ErrAlreadySent: the shipment has left and cannot be called off. The order is fulfilled.
var ErrAlreadySent = errors.New("the shipment has been sent already")
