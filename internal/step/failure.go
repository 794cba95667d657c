package step

import (
	"errors"
	"strings"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga"
	"github.com/vacancy/vacancy/internal/saga/trip"
	"github.com/vacancy/vacancy/internal/workflow"
)

// Names under which steps fail, for Retry and Catch. Transient are
// PaymentOutcomeUnknown and ServiceUnavailable; the others are decisions. A refusal
// of the domain goes by its code: APARTMENT_NOT_VACANT is ApartmentNotVacant. An error that has a
// name already keeps it.
const (
	paymentOutcomeUnknown = "PaymentOutcomeUnknown"
	paymentRefused        = "PaymentRefused"
	paymentDeclined       = "PaymentDeclined"
	holdStillLive         = "HoldStillLive"
	serviceUnavailable    = "ServiceUnavailable"
	tripBooked            = "TripBooked"
	stepUndone            = "StepUndone"      // its saga is being undone: it came too late
	injectedFailure       = "InjectedFailure" // made to fail on purpose, see saga.Injection
)

// failure gives an error its name.
func failure(err error) error {
	var declined *booking.DeclinedError
	var refusal *booking.Error
	var injected *saga.InjectedError
	var named workflow.Error
	name := serviceUnavailable
	switch {
	case errors.As(err, &named):
		return named
	case errors.Is(err, booking.ErrHoldStillLive):
		name = holdStillLive
	case errors.Is(err, booking.ErrGatewayUnknown):
		name = paymentOutcomeUnknown
	case errors.Is(err, booking.ErrGatewayRefused):
		name = paymentRefused
	case errors.As(err, &declined):
		name = paymentDeclined
	case errors.As(err, new(workflow.Error)):
		return err // it has its name
	case errors.Is(err, trip.ErrBooked):
		name = tripBooked
	case errors.Is(err, saga.ErrStepUndone):
		name = stepUndone
	case errors.As(err, &injected):
		name = injectedFailure
	case errors.As(err, &refusal):
		name = camel(string(refusal.Code))
	}
	return workflow.Error{Name: name, Cause: err.Error()}
}

// IsFault reports whether a failure's name is that of a fault, which is worth to be retried
// and, when it stays, to be looked at. The others are decisions.
func IsFault(name string) bool {
	return name == serviceUnavailable || name == paymentOutcomeUnknown || name == workflow.TaskFailed
}

// camel turns APARTMENT_NOT_VACANT into ApartmentNotVacant.
func camel(code string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(code, "_") {
		if word != "" {
			b.WriteString(word[:1] + strings.ToLower(word[1:]))
		}
	}
	return b.String()
}
