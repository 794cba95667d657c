package order

import (
	"context"
	"log/slog"
)

// CardNumber is a raw card number on its way to be exchanged. It shows itself nowhere:
// printed, logged or marshalled it is "[card number]".
type CardNumber string

const hidden = "[card number]"

func (CardNumber) String() string               { return hidden }
func (CardNumber) GoString() string             { return hidden }
func (CardNumber) LogValue() slog.Value         { return slog.StringValue(hidden) }
func (CardNumber) MarshalJSON() ([]byte, error) { return []byte(`"` + hidden + `"`), nil }

// Card is what is kept of a card.
type Card struct {
	// Token stands for the card with the payment gateway: a payment method that its
	// Authorize takes.
	Token string `json:"token"`
	// Last4 are the last four digits, for people; "" where the number is too short to show
	// four and hide the rest.
	Last4 string `json:"last4,omitempty"`
}

// Cards exchanges card numbers for tokens. It belongs to the payment gateway.
type Cards interface {
	// Exchange answers the card's token: the same for the same number. Refused with
	// INVALID_INPUT where the gateway takes no such number. The number is in no error.
	Exchange(ctx context.Context, number CardNumber) (Card, error)
}

// enoughDigits is how many digits a number has at least of which four are shown.
const enoughDigits = 7

// Last4 answers the last four digits of a card number that has enough of them.
func Last4(number CardNumber) string {
	digits := make([]byte, 0, len(number))
	for i := range len(number) {
		if c := number[i]; c >= '0' && c <= '9' {
			digits = append(digits, c)
		}
	}
	if len(digits) < enoughDigits {
		return ""
	}
	return string(digits[len(digits)-4:])
}
