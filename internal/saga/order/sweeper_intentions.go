package order

import "time"

// LookLater puts off the sweeper's next look at an order, unless it has changed since.
type LookLater struct {
	On
	Seen  time.Time // Order.UpdatedAt as the sweeper saw it
	Until time.Time
}

// Decide implements Intention.
func (i LookLater) Decide(current *Order) (Order, bool, error) {
	if current == nil {
		return Order{}, false, NotFound(i.ID)
	}
	o := *current
	if !o.unsettled() || !o.UpdatedAt.Equal(i.Seen) || o.LookAt.Equal(i.Until) {
		return o, false, nil
	}
	o.LookAt = i.Until
	return o, true, nil
}

// MarkStarted notes that the order's execution was started.
type MarkStarted struct{ On }

// Decide implements Intention.
func (i MarkStarted) Decide(current *Order) (Order, bool, error) {
	if current == nil {
		return Order{}, false, NotFound(i.ID)
	}
	o := *current
	if o.Execution.Started {
		return o, false, nil
	}
	o.Execution.Started = true
	i.touched(&o)
	return o, true, nil
}
