package client

import "time"

// The types here are the objects of the GraphQL schema, with its field names in
// JSON. What the server does not say is absent.

// Money is an amount in minor units of an ISO 4217 currency.
type Money struct {
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
}

// Apartment is an apartment as its tenants see it.
type Apartment struct {
	ID            string     `json:"id"`
	Title         string     `json:"title"`
	City          string     `json:"city,omitempty"`
	State         string     `json:"state,omitempty"`
	Bedrooms      *int       `json:"bedrooms,omitempty"`
	Bathrooms     *float64   `json:"bathrooms,omitempty"`
	SquareFeet    *int       `json:"squareFeet,omitempty"`
	Pets          []string   `json:"pets"`
	Price         Money      `json:"price"`
	RentPeriod    string     `json:"rentPeriod"`
	Status        string     `json:"status"`
	HoldExpiresAt *time.Time `json:"holdExpiresAt,omitempty"`
}

// Statuses of an apartment and a reservation that this package's callers act on.
const (
	Vacant     = "VACANT"
	Held       = "HELD"
	Confirming = "CONFIRMING"
	Paid       = "PAID"
	Expired    = "EXPIRED"
	Cancelled  = "CANCELLED"
	Failed     = "FAILED"
	Refunded   = "REFUNDED"
)

// Reservation is one tenant's hold and what became of it.
type Reservation struct {
	ID            string          `json:"id"`
	Status        string          `json:"status"`
	Apartment     *Apartment      `json:"apartment,omitempty"`
	Price         Money           `json:"price"`
	PlacedAt      time.Time       `json:"placedAt"`
	HoldExpiresAt time.Time       `json:"holdExpiresAt"`
	EndedAt       *time.Time      `json:"endedAt,omitempty"`
	Extensions    int             `json:"extensions"`
	ServerTime    time.Time       `json:"serverTime"` // compare HoldExpiresAt with this, never with the local clock
	PollAfter     int             `json:"pollAfter"`  // milliseconds; 0: nothing more will happen
	Payment       *Payment        `json:"payment,omitempty"`
	Timeline      []TimelineEvent `json:"timeline,omitempty"`
}

// Live reports whether the reservation still has its apartment's hold.
func (r Reservation) Live() bool { return r.Status == Held || r.Status == Confirming }

// Payment is the latest attempt to pay.
type Payment struct {
	ID          string `json:"id"`
	Status      string `json:"status"`
	Amount      Money  `json:"amount"`
	DeclineCode string `json:"declineCode,omitempty"`
}

// TimelineEvent is one thing that happened to a reservation.
type TimelineEvent struct {
	Kind   string    `json:"kind"`
	At     time.Time `json:"at"`
	By     string    `json:"by,omitempty"`
	Amount *Money    `json:"amount,omitempty"`
	Note   string    `json:"note,omitempty"`
}

// PageInfo says how a list goes on.
type PageInfo struct {
	HasNextPage bool   `json:"hasNextPage"`
	EndCursor   string `json:"endCursor,omitempty"`
}
