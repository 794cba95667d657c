package client

import (
	"context"
	"time"
)

// Trip is a trip. Its items are nil that are not wanted, not reserved yet, or cancelled.
type Trip struct {
	ID        string          `json:"id"`
	Status    string          `json:"status"`
	Flight    *TripFlight     `json:"flight,omitempty"`
	Hotel     *TripHotel      `json:"hotel,omitempty"`
	CarRental *TripCarRental  `json:"carRental,omitempty"`
	Payment   *TripPayment    `json:"payment,omitempty"`
	Failure   *TripFailure    `json:"failure,omitempty"`
	NotUndone []TripNotUndone `json:"notUndone"`
	CreatedAt time.Time       `json:"createdAt"`
	EndedAt   *time.Time      `json:"endedAt,omitempty"`
	Timeline  []TimelineEvent `json:"timeline,omitempty"`
	PollAfter int             `json:"pollAfter"` // milliseconds; 0: nothing more will happen
}

// TripFlight is a flight that is reserved.
type TripFlight struct {
	ID                string    `json:"id"`
	TransactionStatus string    `json:"transactionStatus"`
	DepartCity        string    `json:"departCity"`
	DepartTime        time.Time `json:"departTime"`
	ArriveCity        string    `json:"arriveCity"`
	ArriveTime        time.Time `json:"arriveTime"`
}

// TripHotel is a lodging that is reserved.
type TripHotel struct {
	ID                string     `json:"id"`
	TransactionStatus string     `json:"transactionStatus"`
	Name              string     `json:"name,omitempty"`
	CheckIn           *time.Time `json:"checkIn,omitempty"`
	CheckOut          *time.Time `json:"checkOut,omitempty"`
	Reservation       *struct {
		ID        string `json:"id"`
		Apartment struct {
			ID string `json:"id"`
		} `json:"apartment"`
	} `json:"reservation,omitempty"`
}

// TripCarRental is a car that is reserved.
type TripCarRental struct {
	ID                string    `json:"id"`
	TransactionStatus string    `json:"transactionStatus"`
	Car               string    `json:"car"`
	From              time.Time `json:"from"`
	To                time.Time `json:"to"`
}

// TripPayment is the trip's payment.
type TripPayment struct {
	ID                string     `json:"id"`
	TransactionStatus string     `json:"transactionStatus"`
	Amount            Money      `json:"amount"`
	Lines             []TripLine `json:"lines"`
}

// TripLine is a part of what a trip costs.
type TripLine struct {
	What          string `json:"what"`
	Amount        Money  `json:"amount"`
	ReservationID string `json:"reservationId,omitempty"`
}

// TripFailure is why a trip failed.
type TripFailure struct {
	Error string `json:"error"`
	Cause string `json:"cause,omitempty"`
}

// TripNotUndone is a step whose compensation has given up.
type TripNotUndone struct {
	Step   string `json:"step"`
	Reason string `json:"reason"`
}

// BookTrip books a trip by the input of the mutation bookTrip. The same key with the same
// trip answers the same one in its present state. Refused with INVALID_INPUT, NOT_FOUND or
// IDEMPOTENCY_KEY_REUSED.
func (c *Client) BookTrip(ctx context.Context, input map[string]any) (Trip, error) {
	return c.changeTrip(ctx, "BookTrip", input)
}

// ResumeTrip runs the compensations of a trip again that NEEDS_ATTENTION. Refused with
// NOT_FOUND, NOTHING_TO_RESUME, and FORBIDDEN to a tenant.
func (c *Client) ResumeTrip(ctx context.Context, id string) (Trip, error) {
	return c.changeTrip(ctx, "ResumeTrip", map[string]any{"tripId": id})
}

// Trip answers a trip of the caller's. Refused with NOT_FOUND.
func (c *Client) Trip(ctx context.Context, id string) (Trip, error) {
	var data struct{ Trip *Trip }
	if err := c.call(ctx, "Trip", map[string]any{"id": id}, &data); err != nil {
		return Trip{}, err
	}
	if data.Trip == nil {
		return Trip{}, &Refusal{Code: "NOT_FOUND", Field: "id", Message: "there is no trip " + id + " of yours"}
	}
	return *data.Trip, nil
}

// changeTrip runs a mutation whose payload has a trip and userErrors.
func (c *Client) changeTrip(ctx context.Context, operation string, input map[string]any) (Trip, error) {
	var data struct {
		Payload struct {
			Trip       *Trip
			UserErrors []Refusal
		}
	}
	if err := c.call(ctx, operation, map[string]any{"input": input}, &data); err != nil {
		return Trip{}, err
	}
	switch {
	case len(data.Payload.UserErrors) > 0:
		return Trip{}, &data.Payload.UserErrors[0]
	case data.Payload.Trip == nil:
		return Trip{}, &ServerFault{Status: 200, Message: "it answered neither a trip nor a reason"}
	}
	return *data.Payload.Trip, nil
}
