package simulated

import (
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// Operation is what the gateway is asked to do.
type Operation string

const (
	Create    Operation = "create"
	Authorize Operation = "authorize"
	Capture   Operation = "capture"
	Void      Operation = "void"
	Refund    Operation = "refund"
	Lookup    Operation = "lookup" // reads only; it is never in the ledger
)

// Call is one call as it reached the gateway. Calls under one key must be equal.
type Call struct {
	Operation     Operation
	Key           string
	Ref           string // all but Create
	Method        string // Authorize
	PaymentID     string // Create
	ReservationID string // Create
	Amount        booking.Money
}

// Outcome is how a call ended.
type Outcome string

const (
	Done         Outcome = "done"
	DeclinedBy   Outcome = "declined"     // by the payer's bank
	RefusedBy    Outcome = "refused"      // by the gateway
	ServerFailed Outcome = "server-error" // status 5xx; Entry.Effective says whether it did as told before
)

// Entry is one line of the ledger: a call that was executed, what came of it, and the
// answer that every repetition under its key gets. Effective entries are those that
// changed the payment.
type Entry struct {
	Seq           int64 // order of execution, from 1
	Operation     Operation
	Key           string
	Ref           string
	PaymentID     string
	ReservationID string
	Method        string
	Outcome       Outcome
	Effective     bool
	Reason        string        // why it was declined (a code) or refused (a sentence)
	Amount        booking.Money // of the payment
	At            time.Time     // UTC; of a slow authorization, when it takes effect
	After         booking.GatewayPayment
	SilentUntil   time.Time // the answer is not given before
}

// answers reports whether the entry is the stored answer to call, that is, whether the
// key was used with the same arguments before.
func (e Entry) answers(c Call) bool {
	if e.Operation != c.Operation {
		return false
	}
	if c.Operation == Create {
		return e.PaymentID == c.PaymentID && e.ReservationID == c.ReservationID && e.Amount == c.Amount
	}
	return e.Ref == c.Ref && (c.Operation != Authorize || e.Method == c.Method)
}

// Payment is a payment as the ledger holds it.
type Payment struct {
	Ref           string
	PaymentID     string
	ReservationID string
	Amount        booking.Money
	Method        string
	Status        booking.PaymentStatus
	Captured      int64
	Refunded      int64
	DeclineCode   string
	// AuthorizedAt is when it was authorized. While Status is PENDING it is when a slow
	// authorization under way will take effect, or zero.
	AuthorizedAt time.Time
	// SilentUntil is until when the gateway does not answer about the payment.
	SilentUntil time.Time
	CreatedAt   time.Time
}

// exists is false for the payment of a Create that failed.
func (p Payment) exists() bool { return p.Status != "" }

// at is the payment as it stands at now: a slow authorization whose time has come has
// happened, whoever waited for it.
func (p Payment) at(now time.Time) Payment {
	if p.authorizing() && !now.Before(p.AuthorizedAt) {
		p.Status = booking.Authorized
	}
	return p
}

func (p Payment) authorizing() bool {
	return p.Status == booking.Pending && !p.AuthorizedAt.IsZero()
}

// seen is the payment in the domain's terms.
func (p Payment) seen() booking.GatewayPayment {
	g := booking.GatewayPayment{Ref: p.Ref, Status: p.Status, Captured: p.Captured, Refunded: p.Refunded,
		AuthorizedAt: p.AuthorizedAt, DeclineCode: p.DeclineCode}
	if p.authorizing() {
		g.AuthorizedAt = time.Time{}
	}
	return g
}

// of is the entry as the ledger numbers it, about the payment of ref.
func (e Entry) of(ref string, seq int64) Entry {
	e.Seq, e.Ref, e.After.Ref = seq, ref, ref
	return e
}
