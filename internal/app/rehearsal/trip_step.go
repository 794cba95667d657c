package rehearsal

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/vacancy/vacancy/internal/saga"
	"github.com/vacancy/vacancy/internal/saga/trip"
	"github.com/vacancy/vacancy/internal/step"
)

// tripForward are the steps of a trip that go forward, in their order.
var tripForward = []string{"TripReserveHotel", "TripReserveFlight", "TripReserveCarRental", "TripTakePayment",
	"TripConfirmHotel", "TripConfirmFlight", "TripConfirmCarRental"}

// tripBefore sets the stage for one step of a trip: the sample trip is stored under the
// event's id, and the steps before this one have run. Before a compensation all is
// reserved and paid for.
func (s *stage) tripBefore(ctx context.Context, table step.Table, name string, event json.RawMessage) error {
	var in trip.Progress
	if !strings.HasPrefix(name, "Trip") || name == "TripReadTrip" {
		return nil
	}
	// What is wrong with the event the step itself says.
	if sound := json.Unmarshal(event, &in) == nil && saga.CheckID("tripId", in.TripID) == nil; !sound {
		return nil
	}
	request, err := trip.Sample().Request()
	if err != nil {
		return err
	}
	if _, _, err := s.trips.Book(ctx, traveller, in.TripID, request); err != nil {
		return err
	}
	before := slices.Index(tripForward, name)
	if before < 0 {
		before = slices.Index(tripForward, "TripConfirmHotel")
	}
	if name == "TripRecordOutcome" {
		before = 0
	}
	for _, earlier := range tripForward[:before] {
		if _, err := table[earlier](ctx, event); err != nil {
			return err
		}
	}
	return nil
}
