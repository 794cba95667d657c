package simulated

import (
	"errors"
	"fmt"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// never is a time that no clock reaches.
var never = time.Date(9999, time.December, 31, 0, 0, 0, 0, time.UTC)

// errInvalid refuses a call before it is executed: nothing is stored under its key.
var errInvalid = errors.New("invalid call")

// rules is what executing a call depends on besides the call and the payment.
type rules struct {
	now       time.Time
	slowFor   time.Duration
	silentFor time.Duration
	fault     Fault
}

// execute is the whole gateway as a pure function: what the call makes of the payment,
// and the entry to be stored with it. Before a Create, and after one that failed, the
// payment is the zero Payment: there is none. An error means that nothing is executed and nothing stored.
func (r rules) execute(c Call, p Payment) (Payment, Entry, error) {
	p = p.at(r.now)
	if p.authorizing() {
		return p, Entry{}, fmt.Errorf("%w: an authorization is under way until %s", booking.ErrGatewayUnknown, p.AuthorizedAt.Format(time.RFC3339Nano))
	}
	if r.now.Before(p.SilentUntil) {
		return p, Entry{}, booking.ErrGatewayUnknown
	}
	next, outcome, reason := p, Done, ""
	if r.fault != ServerErrorBefore {
		next, outcome, reason = r.apply(c, p)
	}
	entry := Entry{Operation: c.Operation, Key: c.Key, Ref: next.Ref, PaymentID: next.PaymentID, ReservationID: next.ReservationID,
		Method: next.Method, Outcome: outcome, Effective: outcome == Done || outcome == DeclinedBy, Reason: reason,
		Amount: next.Amount, At: r.now, After: next.seen(), SilentUntil: next.SilentUntil}
	if c.Operation == Authorize {
		entry.Method = c.Method
	}
	switch r.fault {
	case ServerErrorBefore:
		entry.Outcome, entry.Effective = ServerFailed, false
		if c.Operation == Create {
			entry.PaymentID, entry.ReservationID, entry.Amount = c.PaymentID, c.ReservationID, c.Amount
		}
	case ServerErrorAfter:
		entry.Outcome = ServerFailed
	}
	if next.authorizing() {
		entry.At = next.AuthorizedAt
	}
	return next, entry, nil
}

// apply does what the call says, or answers why it may not.
func (r rules) apply(c Call, p Payment) (Payment, Outcome, string) {
	method, _ := methodNamed(p.Method)
	switch c.Operation {
	case Create:
		return Payment{PaymentID: c.PaymentID, ReservationID: c.ReservationID, Amount: c.Amount,
			Status: booking.Pending, CreatedAt: r.now}, Done, ""
	case Authorize:
		return r.authorize(c, p)
	case Capture:
		if p.Status != booking.Authorized {
			return p, RefusedBy, "only an AUTHORIZED payment can be captured; this one is " + string(p.Status)
		}
		if method.refuseCapture {
			return p, RefusedBy, "the bank no longer honours the authorization"
		}
		p.Status, p.Captured = booking.Captured, p.Amount.Amount
		p.SilentUntil = r.silence(method.captureSilence)
	case Void:
		if p.Status != booking.Authorized && p.Status != booking.Pending {
			return p, RefusedBy, "only a PENDING or AUTHORIZED payment can be voided; this one is " + string(p.Status)
		}
		p.Status, p.SilentUntil = booking.Voided, r.silence(method.returnSilence)
	case Refund:
		if p.Status != booking.Captured {
			return p, RefusedBy, "only a CAPTURED payment can be refunded; this one is " + string(p.Status)
		}
		p.Status, p.Refunded = booking.Refunded, p.Captured
		p.SilentUntil = r.silence(method.returnSilence)
	}
	return p, Done, ""
}

func (r rules) authorize(c Call, p Payment) (Payment, Outcome, string) {
	if p.Status != booking.Pending {
		return p, RefusedBy, "only a PENDING payment can be authorized; this one is " + string(p.Status)
	}
	method, _ := methodNamed(c.Method)
	p.Method = c.Method
	if method.declineCode != "" {
		p.Status, p.DeclineCode = booking.Declined, method.declineCode
		return p, DeclinedBy, method.declineCode
	}
	p.AuthorizedAt = r.now
	if method.slow && r.slowFor > 0 {
		p.AuthorizedAt = r.now.Add(r.slowFor)
		return p, Done, ""
	}
	p.Status = booking.Authorized
	return p, Done, ""
}

func (r rules) silence(s silence) time.Time {
	switch s {
	case forAWhile:
		return r.now.Add(r.silentFor)
	case forEver:
		return never
	}
	return time.Time{}
}
