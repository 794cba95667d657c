package model

import (
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// UserError is a refusal as the API shows it.
type UserError struct {
	Code      booking.Code
	Field     *string
	Message   string
	HeldUntil time.Time // zero: null
	// RetryAfter is in whole seconds.
	RetryAfter *int
}

// NewUserErrors answers the refusal as the userErrors of a payload; none for nil.
func NewUserErrors(refusal *booking.Error) []UserError {
	if refusal == nil {
		return []UserError{}
	}
	return []UserError{{
		Code: refusal.Code, Field: known(refusal.Field),
		Message: refusal.Message, HeldUntil: refusal.HeldUntil, RetryAfter: seconds(refusal.RetryAfter),
	}}
}

// seconds rounds up; nil for none.
func seconds(d time.Duration) *int {
	if d <= 0 {
		return nil
	}
	whole := int((d + time.Second - 1) / time.Second)
	return &whole
}
