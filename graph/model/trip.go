package model

import (
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga/trip"
)

// Trip is a trip as the API shows it.
type Trip struct{ trip.Trip }

// IsNode says that a trip is a Node.
func (Trip) IsNode() {}

// GetID answers the id that node(id) takes.
func (t Trip) GetID() string { return t.ID }

// TenantID is nil for a trip that belongs to nobody.
func (t Trip) TenantID() *string { return known(t.Trip.TenantID) }

// Flight is nil where there is none.
func (t Trip) Flight() *trip.Flight { return t.Trip.Flight }

// Hotel is nil where there is none.
func (t Trip) Hotel() *HotelReservation {
	if t.Trip.Hotel == nil {
		return nil
	}
	return &HotelReservation{*t.Trip.Hotel}
}

// Payment is nil where there is none.
func (t Trip) Payment() *TripPayment {
	if t.Trip.Payment == nil {
		return nil
	}
	return &TripPayment{*t.Trip.Payment}
}

// Failure is nil while nothing has failed.
func (t Trip) Failure() *trip.Failure {
	if t.Trip.Failure == (trip.Failure{}) {
		return nil
	}
	return &t.Trip.Failure
}

// NotUndone is never nil.
func (t Trip) NotUndone() []trip.Remainder {
	if t.Trip.NotUndone == nil {
		return []trip.Remainder{}
	}
	return t.Trip.NotUndone
}

// PollAfter is in milliseconds.
func (t Trip) PollAfter() int { return int(trip.PollAfter(t.Trip) / time.Millisecond) }

// Timeline is what happened.
func (t Trip) Timeline() []TripEvent {
	events := make([]TripEvent, len(t.Trip.Timeline))
	for i, e := range t.Trip.Timeline {
		events[i] = TripEvent{Event: e, currency: t.Request.Amount.Currency}
	}
	return events
}

// HotelReservation is the lodging as the API shows it.
type HotelReservation struct{ trip.Hotel }

// Name is nil for an apartment of ours.
func (h HotelReservation) Name() *string { return known(h.Hotel.Name) }

// TripPayment is a trip's payment as the API shows it.
type TripPayment struct{ trip.Payment }

// Lines are what it is made of.
func (p TripPayment) Lines() []TripPaymentLine {
	lines := make([]TripPaymentLine, len(p.Payment.Lines))
	for i, line := range p.Payment.Lines {
		lines[i] = TripPaymentLine{line}
	}
	return lines
}

// TripPaymentLine is a part of it.
type TripPaymentLine struct{ trip.Line }

// ReservationID is nil but for an apartment of ours.
func (l TripPaymentLine) ReservationID() *string { return known(l.Line.ReservationID) }

// TripEvent is an event of a trip's timeline as the API shows it.
type TripEvent struct {
	trip.Event
	currency string
}

// Amount is nil where no money moved.
func (e TripEvent) Amount() *booking.Money {
	if e.Event.Amount == 0 {
		return nil
	}
	return &booking.Money{Amount: e.Event.Amount, Currency: e.currency}
}

// Note is nil where there is none.
func (e TripEvent) Note() *string { return known(e.Event.Note) }
