package saga

import (
	"fmt"

	"github.com/vacancy/vacancy/internal/booking"
)

// Injection makes steps fail on purpose, so that people can watch a saga recover. It
// exists in development stages only. Safe for concurrent use if random is.
type Injection struct {
	stage  Stage
	rate   float64
	random func() float64
}

// NewInjection makes the policy of a deployment: compensations fail at random at the rate,
// from 0 to 1, by numbers that random draws from [0, 1). In production a rate above 0 is
// refused with INVALID_INPUT.
func NewInjection(stage Stage, rate float64, random func() float64) (*Injection, error) {
	if !(rate >= 0 && rate <= 1) { // not a number is refused, too
		return nil, booking.Invalid("compensationFailureRate", "the rate at which compensations fail must be from 0 to 1, it is %v", rate)
	}
	if stage == Production && rate > 0 {
		return nil, booking.Invalid("compensationFailureRate", "compensations cannot be made to fail in production; leave the rate out, or run another stage")
	}
	return &Injection{stage: stage, rate: rate, random: random}, nil
}

// Allow refuses, with INVALID_INPUT about the field, a failure asked for in production.
// failure is "" when none is asked for.
func (i *Injection) Allow(field, failure string) error {
	if failure != "" && i.stage == Production {
		return booking.Invalid(field, "%s asks for a failure, and in production none is made on purpose; leave it out, or run another stage", failure)
	}
	return nil
}

// Forward answers the *InjectedError that a step is asked to fail with, or nil. failing is
// what the saga was asked for, failure the one that this step stands for.
func (i *Injection) Forward(failing, failure string) error {
	if i.stage == Production || failing != failure {
		return nil
	}
	return &InjectedError{What: failure}
}

// Compensation answers an *InjectedError at the deployment's rate, or nil.
func (i *Injection) Compensation(step string) error {
	if i.stage == Production || i.rate == 0 || i.random() >= i.rate {
		return nil
	}
	return &InjectedError{What: step}
}

// InjectedError is a failure made on purpose. Nothing has happened.
type InjectedError struct{ What string }

func (e *InjectedError) Error() string { return fmt.Sprintf("%s was made to fail on purpose", e.What) }
