package model

import (
	"context"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// Reservation is a reservation as the API shows it at one moment.
type Reservation struct {
	booking.Reservation
	// ServerTime is that moment, UTC.
	ServerTime time.Time
	apartments *Batch[*Apartment]
	confirm    *Batch[booking.Confirmation]
}

// NewReservation shows a reservation at the moment now. apartments answers its apartment.
func NewReservation(r booking.Reservation, now time.Time, apartments *Batch[*Apartment]) *Reservation {
	return &Reservation{Reservation: r, ServerTime: now, apartments: apartments}
}

// ToBeConfirmed adds what answers, when somebody asks, how its payment is confirmed.
func (r *Reservation) ToBeConfirmed(ask func(context.Context) (booking.Confirmation, error)) *Reservation {
	r.confirm = NewBatch(func(ctx context.Context) (map[string]booking.Confirmation, error) {
		c, err := ask(ctx)
		return map[string]booking.Confirmation{theOne: c}, err
	})
	return r
}

// IsNode says that a reservation is a Node.
func (Reservation) IsNode() {}

// GetID answers the id that node(id) takes.
func (r Reservation) GetID() string { return r.ID }

// Apartments answers the apartments of this reservation's page.
func (r Reservation) Apartments() *Batch[*Apartment] { return r.apartments }

// Payment is the latest attempt to pay; nil before there is one.
func (r Reservation) Payment() *Payment {
	if r.Reservation.Payment == nil {
		return nil
	}
	return &Payment{Payment: *r.Reservation.Payment, confirm: r.confirm}
}

// PollAfter is in milliseconds.
func (r Reservation) PollAfter() int {
	return int(booking.PollAfter(r.Reservation, r.ServerTime).Milliseconds())
}

// Timeline is what happened, in order.
func (r Reservation) Timeline() []TimelineEvent {
	events := make([]TimelineEvent, len(r.Reservation.Timeline))
	for i, e := range r.Reservation.Timeline {
		events[i] = TimelineEvent{TimelineEvent: e, currency: r.Price.Currency}
	}
	return events
}

// TimelineEvent is one event with the currency that its amount is in.
type TimelineEvent struct {
	booking.TimelineEvent
	currency string
}

// Amount is nil where no money moved.
func (e TimelineEvent) Amount() *booking.Money {
	if e.TimelineEvent.Amount == 0 {
		return nil
	}
	return &booking.Money{Amount: e.TimelineEvent.Amount, Currency: e.currency}
}

// Note is nil if there is none.
func (e TimelineEvent) Note() *string { return known(e.TimelineEvent.Note) }
