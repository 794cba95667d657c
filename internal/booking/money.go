package booking

import (
	"fmt"
	"math"
)

// Money is an amount in minor units (cents, for USD) of an ISO 4217 currency.
type Money struct {
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
}

// MaxAmount is the largest amount in minor units: what a GraphQL Int and every
// payment API we know of can carry.
const MaxAmount = math.MaxInt32

func (m Money) String() string {
	return fmt.Sprintf("%d.%02d %s", m.Amount/100, m.Amount%100, m.Currency)
}

// IsZero reports whether there is no money at all.
func (m Money) IsZero() bool { return m.Amount == 0 }

func validateMoney(field string, m Money) error {
	if m.Amount <= 0 || m.Amount > MaxAmount {
		return Invalid(field, "the price must be from 1 to %d minor units, it is %d", MaxAmount, m.Amount)
	}
	if len(m.Currency) != 3 {
		return Invalid(field, "the currency must be an ISO 4217 code of three letters, it is %q", m.Currency)
	}
	for _, c := range m.Currency {
		if c < 'A' || c > 'Z' {
			return Invalid(field, "the currency must be an ISO 4217 code in capital letters, it is %q", m.Currency)
		}
	}
	return nil
}
