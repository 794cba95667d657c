package manual

import (
	"slices"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// Methods of payment that can be recorded.
const (
	Cash         = "cash"
	BankTransfer = "bank_transfer"
)

var methods = []string{Cash, BankTransfer}

// Methods lists them.
func Methods() []string { return slices.Clone(methods) }

// operation is what the gateway is asked to do.
type operation string

const (
	opCreate  operation = "create"
	opReceive operation = "receive"
	opCapture operation = "capture"
	opVoid    operation = "void"
	opRefund  operation = "refund"
)

// call is one call. Calls under one key must be equal.
type call struct {
	Operation     operation
	Number        int64           `json:",omitzero"` // of the payment; all but create
	Receipt       booking.Receipt `json:",omitzero"` // receive
	PaymentID     string          `json:",omitzero"` // create, as what follows
	ReservationID string          `json:",omitzero"`
	Amount        booking.Money   `json:",omitzero"`
}

// payment is a payment in the ledger.
type payment struct {
	number        int64
	paymentID     string
	reservationID string
	amount        booking.Money
	status        booking.PaymentStatus
	received      booking.Receipt
	authorizedAt  time.Time // when the money was recorded
	owedSince     time.Time // when it came to be owed back; zero: it is not
	returned      booking.Receipt
	returnedAt    time.Time
	createdAt     time.Time
}

// after is what the call makes of the payment, or the refusal: pure.
func (c call) after(p payment, now time.Time) (next payment, refusal string) {
	switch c.Operation {
	case opCreate:
		return payment{paymentID: c.PaymentID, reservationID: c.ReservationID, amount: c.Amount, status: booking.Pending, createdAt: now}, ""
	case opReceive:
		if p.status != booking.Pending {
			return p, "money was recorded before, or the payment has ended: it is " + string(p.status)
		}
		p.status, p.received, p.authorizedAt = booking.Authorized, c.Receipt, now
	case opCapture:
		if p.status != booking.Authorized {
			return p, "only money that was recorded can be kept; the payment is " + string(p.status)
		}
		p.status = booking.Captured
	case opVoid:
		switch p.status {
		case booking.Pending:
		case booking.Authorized:
			p.owedSince = now
		default:
			return p, "only what was not kept yet can be voided; the payment is " + string(p.status)
		}
		p.status = booking.Voided
	case opRefund:
		if p.status != booking.Captured {
			return p, "only money that was kept can be refunded; the payment is " + string(p.status)
		}
		p.status, p.owedSince = booking.Refunded, now
	}
	return p, ""
}

// seen is the payment in the domain's terms.
func (p payment) seen() booking.GatewayPayment {
	g := booking.GatewayPayment{Ref: refOf(p.number), Status: p.status, AuthorizedAt: p.authorizedAt,
		PaymentID: p.paymentID, ReservationID: p.reservationID}
	switch p.status {
	case booking.Captured:
		g.Captured = p.amount.Amount
	case booking.Refunded:
		g.Captured, g.Refunded = p.amount.Amount, p.amount.Amount
	}
	return g
}

func (p payment) debt() booking.Debt {
	return booking.Debt{Ref: refOf(p.number), PaymentID: p.paymentID, ReservationID: p.reservationID, Amount: p.amount,
		Received: p.received, Since: p.owedSince, Returned: p.returned, ReturnedAt: p.returnedAt}
}
