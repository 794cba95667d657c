package model

import (
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// Apartment is an apartment as the API shows it.
type Apartment struct {
	booking.Apartment
	config booking.Config
	with   *Batch[*Reservation]
}

// NewApartment shows one apartment. config is the deployment's. with answers the
// reservation that has it.
func NewApartment(a booking.Apartment, config booking.Config, with *Batch[*Reservation]) *Apartment {
	return &Apartment{Apartment: a, config: config, with: with}
}

// IsNode says that an apartment is a Node.
func (Apartment) IsNode() {}

// GetID answers the id that node(id) takes.
func (a Apartment) GetID() string { return a.ID }

// City is nil if it is not known.
func (a Apartment) City() *string { return known(a.Apartment.City) }

// State is nil if it is not known.
func (a Apartment) State() *string { return known(a.Apartment.State) }

// PaymentWindow is how long a hold on it lasts, in whole seconds.
func (a Apartment) PaymentWindow() int {
	if a.Apartment.PaymentWindow > 0 {
		return int(a.Apartment.PaymentWindow / time.Second)
	}
	return int(a.config.PaymentWindow / time.Second)
}

// LateMoney is the apartment's policy, or else the deployment's.
func (a Apartment) LateMoney() booking.LateMoney {
	for _, policy := range []booking.LateMoney{a.Apartment.LateMoney, a.config.LateMoney} {
		if policy != "" {
			return policy
		}
	}
	return booking.RefundLate
}

// Pets is never nil.
func (a Apartment) Pets() []string {
	if a.Apartment.Pets == nil {
		return []string{}
	}
	return a.Apartment.Pets
}

// Holders answers the reservations that have the apartments of this one's page.
func (a Apartment) Holders() *Batch[*Reservation] { return a.with }

// known answers nil for a text that is not there.
func known[T ~string](s T) *T {
	if s == "" {
		return nil
	}
	return &s
}
