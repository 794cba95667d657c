package step

import (
	"context"
	"encoding/json"

	"github.com/vacancy/vacancy/internal/saga/trip"
)

// tripInput is what ReadTrip is sent: the execution's name and input, as they are.
type tripInput struct {
	Execution string          `json:"execution"`
	Input     json.RawMessage `json:"input"`
}

// tripUndo is what the compensations and RecordOutcome are sent: the progress, the error of
// the step that failed, and those of compensations that gave up.
type tripUndo struct {
	trip.Progress
	Failure                *caught `json:"failure"`
	RefundPaymentFailure   *caught `json:"refundPaymentFailure"`
	CancelCarRentalFailure *caught `json:"cancelCarRentalFailure"`
	CancelFlightFailure    *caught `json:"cancelFlightFailure"`
	CancelHotelFailure     *caught `json:"cancelHotelFailure"`
}

func (in tripUndo) failure() trip.Failure {
	if in.Failure == nil {
		return trip.Failure{}
	}
	return trip.Failure{Error: in.Failure.Error, Cause: in.Failure.message()}
}

// gaveUp says why compensations gave up, by the name of the step that they undo.
func (in tripUndo) gaveUp() map[string]string {
	reasons := map[string]string{}
	for step, c := range map[string]*caught{trip.TakePayment: in.RefundPaymentFailure, trip.ReserveCarRental: in.CancelCarRentalFailure,
		trip.ReserveFlight: in.CancelFlightFailure, trip.ReserveHotel: in.CancelHotelFailure} {
		if c != nil {
			reasons[step] = c.Error + ": " + c.message()
		}
	}
	return reasons
}

// tripSteps are the steps of statemachine/trip.asl.json. Each is idempotent: the domain
// service finds its own effect and answers what is there.
func tripSteps(s *trip.Service) []named {
	undo := func(name string, run func(context.Context, trip.Undo) (trip.Progress, error)) named {
		return typed(name, func(ctx context.Context, in tripUndo) (trip.Progress, error) {
			return run(ctx, trip.Undo{Progress: in.Progress, Failure: in.failure()})
		})
	}
	return []named{
		typed("TripReadTrip", func(ctx context.Context, in tripInput) (trip.Progress, error) {
			return s.ReadTrip(ctx, in.Execution, in.Input)
		}),
		typed("TripReserveHotel", s.ReserveHotel),
		typed("TripReserveFlight", s.ReserveFlight),
		typed("TripReserveCarRental", s.ReserveCarRental),
		typed("TripTakePayment", s.TakePayment),
		typed("TripConfirmHotel", s.ConfirmHotel),
		typed("TripConfirmFlight", s.ConfirmFlight),
		typed("TripConfirmCarRental", s.ConfirmCarRental),
		undo("TripRefundPayment", s.RefundPayment),
		undo("TripCancelCarRental", s.CancelCarRental),
		undo("TripCancelFlight", s.CancelFlight),
		undo("TripCancelHotel", s.CancelHotel),
		typed("TripRecordOutcome", func(ctx context.Context, in tripUndo) (trip.Outcome, error) {
			return s.RecordOutcome(ctx, trip.Ending{Progress: in.Progress, Failure: in.failure(), GaveUp: in.gaveUp()})
		}),
	}
}
