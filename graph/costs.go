package graph

import (
	"github.com/vacancy/vacancy/graph/generated"
	"github.com/vacancy/vacancy/graph/model"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga/batch"
	"github.com/vacancy/vacancy/internal/workflow"
)

// What is asked of the runner, or read beside the row, costs more than a field.
const (
	lookupCost      = 10
	gatewayCost     = 300 // a call to somebody else's machine: one or a few in a request, no list of them
	usualEvents     = 6   // of a timeline
	usualTripEvents = 12  // of a trip's
	usualHistory    = 100
	defaultRefusals = 100
)

// costs says what fields cost that cost more than 1 + what is in them.
func costs() (c generated.ComplexityRoot) {
	c.Query.Apartments = func(child int, _ *model.ApartmentFilter, _ *booking.ApartmentOrder, first *int, _ *string) int {
		return listCost(child, first, defaultFirst)
	}
	c.Query.MyReservations = func(child int, _ *booking.ReservationStatus, first *int, _ *string) int {
		return listCost(child, first, defaultFirst)
	}
	c.Query.Reservations = func(child int, _ *model.ReservationFilter, first *int, _ *string) int {
		return listCost(child, first, defaultFirst)
	}
	c.Query.Executions = func(child int, _ *string, _ *workflow.Status, first *int, _ *string) int {
		return listCost(child, first, defaultFirst)
	}
	c.Execution.History = func(child int, first *int, _ *string) int {
		return lookupCost + listCost(child, first, usualHistory)
	}
	c.Query.PaymentsOwed = func(child int, first *int, _ *string) int { return listCost(child, first, defaultFirst) }
	attention := func(child int, first *int) int { return listCost(child, first, defaultFirst) }
	c.Query.TripsNeedingAttention, c.Query.OrdersNeedingAttention, c.Query.ImportsNeedingAttention = attention, attention, attention
	asked := func(int) int { return gatewayCost }
	c.Payment.NextAction, c.Payment.ClientSecret, c.Payment.PublishableKey = asked, asked, asked
	c.Reservation.Timeline = func(child int) int { return times(child, usualEvents) }
	c.Order.Timeline = func(child int) int { return times(child, usualEvents) }
	c.Order.Execution = func(child int) int { return lookupCost + child }
	c.Reservation.Execution = func(child int) int { return lookupCost + child }
	c.Trip.Timeline = func(child int) int { return times(child, usualTripEvents) }
	c.Trip.Execution = func(child int) int { return lookupCost + child }
	c.HotelReservation.Reservation = func(child int) int { return lookupCost + child }
	c.Import.Execution = func(child int) int { return lookupCost + child }
	c.Import.Refused = func(child int, first *int) int {
		n := defaultRefusals
		if first != nil {
			n = min(max(*first, 1), batch.MaxRefusals)
		}
		return times(child, n)
	}
	return c
}

// listCost is that of a page of `first`; one that is out of bounds is refused later, for
// its own sake.
func listCost(child int, first *int, otherwise int) int {
	n := otherwise
	if first != nil {
		n = min(max(*first, 1), booking.MaxPageSize)
	}
	return times(child, n)
}

// times saturates: what is in a field may cost as much as an int holds.
func times(child, n int) int {
	const most = 1 << 40
	return 1 + min(child, most)*n
}
