package booking

import (
	"errors"
	"fmt"
	"time"
)

// Code says what a caller did wrong, for programs. The API shows it as
// userErrors { code }.
type Code string

const (
	Unauthenticated       Code = "UNAUTHENTICATED"
	Forbidden             Code = "FORBIDDEN"
	NotFound              Code = "NOT_FOUND"
	InvalidInput          Code = "INVALID_INPUT"
	ApartmentNotVacant    Code = "APARTMENT_NOT_VACANT"
	ApartmentNotPaid      Code = "APARTMENT_NOT_PAID"
	ApartmentNotOccupied  Code = "APARTMENT_NOT_OCCUPIED"
	HoldExpired           Code = "HOLD_EXPIRED"
	HoldLimitReached      Code = "HOLD_LIMIT_REACHED"
	ExtensionLimitReached Code = "EXTENSION_LIMIT_REACHED"
	ReservationNotHeld    Code = "RESERVATION_NOT_HELD"
	PaymentDeclined       Code = "PAYMENT_DECLINED"
	PaymentPending        Code = "PAYMENT_PENDING"
	IdempotencyKeyReused  Code = "IDEMPOTENCY_KEY_REUSED"
	RateLimited           Code = "RATE_LIMITED"
	// ShipmentNotAwaited: no answer about the shipment is waited for, or not this one.
	ShipmentNotAwaited Code = "SHIPMENT_NOT_AWAITED"
	// NothingToResume: the saga does not need attention.
	NothingToResume Code = "NOTHING_TO_RESUME"
)

// Error is a refusal: what the caller asked for may not be done. Nothing has
// changed. Every other error that this package answers is a fault of ours and
// its text is not for callers.
type Error struct {
	Code      Code
	Field     string    // the input field that is at fault, if one is
	Message   string    // for people; says what was wrong and what to do
	HeldUntil time.Time // ApartmentNotVacant: when the hold in the way ends, if it is a hold
	// RetryAfter is, with RateLimited, how long to wait before asking again.
	RetryAfter time.Duration
}

func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }

// Refuse makes a refusal.
func Refuse(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Invalid makes an INVALID_INPUT refusal about one field.
func Invalid(field, format string, args ...any) *Error {
	return &Error{Code: InvalidInput, Field: field, Message: fmt.Sprintf(format, args...)}
}

// CodeOf answers the code of the refusal in err's chain, or "" if there is none.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}
