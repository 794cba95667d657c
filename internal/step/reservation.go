package step

import (
	"context"
	"encoding/json"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/workflow"
)

type awaitInput struct {
	booking.ExecutionInput
	Token      string `json:"token"`
	GatewayRef string `json:"gatewayRef"`
}

type failedInput struct {
	booking.ExecutionInput
	Failure *caught `json:"failure"`
	Capture struct {
		Outcome booking.CaptureOutcome `json:"outcome"`
	} `json:"capture"`
}

type captureOutput struct {
	Outcome booking.CaptureOutcome `json:"outcome"`
}

// Joint names the steps whose effect is one write to the store, made before their task's token
// is known to anybody else, with what they answer.
func Joint() map[string]json.RawMessage {
	return map[string]json.RawMessage{"ReservationAwaitPayment": json.RawMessage("{}")}
}

// reservationSteps are the steps of statemachine/reservation.asl.json. Each is
// idempotent: the domain service finds its own effect and answers what is there.
func reservationSteps(s *booking.Service) []named {
	return []named{
		typed("ReservationRequestPayment", s.RequestPayment),
		typed("ReservationAwaitPayment", func(ctx context.Context, in awaitInput) (struct{}, error) {
			if in.Token == "" {
				return struct{}{}, workflow.Error{Name: "InvalidInput", Cause: "AwaitPayment needs the task token: pass $$.Task.Token as token"}
			}
			return struct{}{}, s.AwaitPayment(ctx, in.ExecutionInput, in.Token, in.GatewayRef)
		}),
		typed("ReservationReadReservation", s.ReadReservation),
		typed("ReservationCapturePayment", s.CapturePayment),
		typed("ReservationResolveCapture", func(ctx context.Context, in failedInput) (captureOutput, error) {
			refused := in.Failure != nil && in.Failure.Error == paymentRefused
			outcome, err := s.ResolveCapture(ctx, in.ExecutionInput, refused)
			return captureOutput{outcome}, err
		}),
		typed("ReservationRecordCapture", s.RecordCapture),
		typed("ReservationMarkApartmentPaid", s.MarkApartmentPaid),
		typed("ReservationReleaseHold", func(ctx context.Context, in failedInput) (booking.Reading, error) {
			release := booking.Release{ExecutionInput: in.ExecutionInput, CaptureFailed: in.Capture.Outcome == booking.CaptureFailed}
			if in.Failure != nil {
				release.Failure = in.Failure.Error
			}
			return s.ReleaseHold(ctx, release)
		}),
		typed("ReservationReturnMoney", s.ReturnedMoney),
	}
}
