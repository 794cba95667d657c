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
}

// NewUserErrors answers the refusal as the userErrors of a payload; none for nil.
func NewUserErrors(refusal *booking.Error) []UserError {
	if refusal == nil {
		return []UserError{}
	}
	return []UserError{{
		Code: refusal.Code, Field: known(refusal.Field),
		Message: refusal.Message, HeldUntil: refusal.HeldUntil,
	}}
}
