package booking

import (
	"strconv"
	"time"
)

// PaymentStatus: PENDING → AUTHORIZED → CAPTURED → REFUNDED, or VOIDED, DECLINED.
type PaymentStatus string

const (
	Pending    PaymentStatus = "PENDING"
	Authorized PaymentStatus = "AUTHORIZED"
	Captured   PaymentStatus = "CAPTURED"
	Refunded   PaymentStatus = "REFUNDED"
	Voided     PaymentStatus = "VOIDED"
	Declined   PaymentStatus = "DECLINED"
)

// Payment is one attempt to pay for a reservation. It is PENDING in the store
// before the gateway hears of it.
type Payment struct {
	ID           string // reservation + attempt, so that all who pay find the same one
	Attempt      int    // from 1
	Status       PaymentStatus
	Amount       Money
	Method       string // what the tenant pays with; "" until they said
	GatewayRef   string // the gateway's own id; "" until it told us
	DeclineCode  string
	CreatedAt    time.Time
	AuthorizedAt time.Time // the gateway's time where it gives one
	CapturedAt   time.Time
	EndedAt      time.Time // when it was voided, refunded or declined
}

// PaymentID is the id of a reservation's n-th attempt to pay.
func PaymentID(reservationID string, attempt int) string {
	return reservationID + "-p" + strconv.Itoa(attempt)
}

func (p *Payment) authorized() bool { return p != nil && p.Status == Authorized }

// settled reports whether no money is, or may come to be, at the gateway.
func (p *Payment) settled() bool {
	return p == nil || p.Status == Refunded || p.Status == Voided || p.Status == Declined
}
