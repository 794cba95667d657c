package dynamoledger

import (
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/payment/simulated"
)

const (
	paymentType = "GATEWAY_PAYMENT"
	entryType   = "GATEWAY_ENTRY"
	keyType     = "GATEWAY_KEY"
)

// paymentItem is a payment. LastSeq is the Seq of its latest entry.
type paymentItem struct {
	Type          string                `dynamodbav:"type"`
	LastSeq       int64                 `dynamodbav:"lastSeq"`
	Ref           string                `dynamodbav:"ref"`
	PaymentID     string                `dynamodbav:"paymentId"`
	ReservationID string                `dynamodbav:"reservationId"`
	Amount        int64                 `dynamodbav:"amount"`
	Currency      string                `dynamodbav:"currency"`
	Method        string                `dynamodbav:"method,omitempty"`
	Status        booking.PaymentStatus `dynamodbav:"status"`
	Captured      int64                 `dynamodbav:"captured,omitempty"`
	Refunded      int64                 `dynamodbav:"refunded,omitempty"`
	DeclineCode   string                `dynamodbav:"declineCode,omitempty"`
	AuthorizedAt  time.Time             `dynamodbav:"authorizedAt,omitempty"`
	SilentUntil   time.Time             `dynamodbav:"silentUntil,omitempty"`
	CreatedAt     time.Time             `dynamodbav:"createdAt,omitempty"`
}

func itemOf(p simulated.Payment, lastSeq int64) paymentItem {
	return paymentItem{Type: paymentType, LastSeq: lastSeq, Ref: p.Ref, PaymentID: p.PaymentID, ReservationID: p.ReservationID,
		Amount: p.Amount.Amount, Currency: p.Amount.Currency, Method: p.Method, Status: p.Status, Captured: p.Captured,
		Refunded: p.Refunded, DeclineCode: p.DeclineCode, AuthorizedAt: p.AuthorizedAt, SilentUntil: p.SilentUntil, CreatedAt: p.CreatedAt}
}

func (i paymentItem) payment() simulated.Payment {
	return simulated.Payment{Ref: i.Ref, PaymentID: i.PaymentID, ReservationID: i.ReservationID,
		Amount: booking.Money{Amount: i.Amount, Currency: i.Currency}, Method: i.Method, Status: i.Status, Captured: i.Captured,
		Refunded: i.Refunded, DeclineCode: i.DeclineCode, AuthorizedAt: i.AuthorizedAt, SilentUntil: i.SilentUntil, CreatedAt: i.CreatedAt}
}

// entryItem is an entry, and its place in the whole ledger.
type entryItem struct {
	Type          string                `dynamodbav:"type"`
	Seq           int64                 `dynamodbav:"seq"`
	Operation     simulated.Operation   `dynamodbav:"operation"`
	Key           string                `dynamodbav:"key"`
	Ref           string                `dynamodbav:"ref,omitempty"`
	PaymentID     string                `dynamodbav:"paymentId,omitempty"`
	ReservationID string                `dynamodbav:"reservationId,omitempty"`
	Method        string                `dynamodbav:"method,omitempty"`
	Outcome       simulated.Outcome     `dynamodbav:"outcome"`
	Effective     bool                  `dynamodbav:"effective"`
	Reason        string                `dynamodbav:"reason,omitempty"`
	Amount        int64                 `dynamodbav:"amount,omitempty"`
	Currency      string                `dynamodbav:"currency,omitempty"`
	At            time.Time             `dynamodbav:"at,omitempty"`
	Status        booking.PaymentStatus `dynamodbav:"status,omitempty"`
	Captured      int64                 `dynamodbav:"captured,omitempty"`
	Refunded      int64                 `dynamodbav:"refunded,omitempty"`
	AuthorizedAt  time.Time             `dynamodbav:"authorizedAt,omitempty"`
	DeclineCode   string                `dynamodbav:"declineCode,omitempty"`
	SilentUntil   time.Time             `dynamodbav:"silentUntil,omitempty"`

	Ledger     string `dynamodbav:"gsi1pk"`
	LedgerSort string `dynamodbav:"gsi1sk"`
}

func itemOfEntry(e simulated.Entry) entryItem {
	return entryItem{Type: entryType, Seq: e.Seq, Operation: e.Operation, Key: e.Key, Ref: e.Ref, PaymentID: e.PaymentID,
		ReservationID: e.ReservationID, Method: e.Method, Outcome: e.Outcome, Effective: e.Effective, Reason: e.Reason,
		Amount: e.Amount.Amount, Currency: e.Amount.Currency, At: e.At, Status: e.After.Status, Captured: e.After.Captured,
		Refunded: e.After.Refunded, AuthorizedAt: e.After.AuthorizedAt, DeclineCode: e.After.DeclineCode, SilentUntil: e.SilentUntil,
		Ledger: bucketOf(e.Key), LedgerSort: seqSort(e.Seq)}
}

func (i entryItem) entry() simulated.Entry {
	return simulated.Entry{Seq: i.Seq, Operation: i.Operation, Key: i.Key, Ref: i.Ref, PaymentID: i.PaymentID,
		ReservationID: i.ReservationID, Method: i.Method, Outcome: i.Outcome, Effective: i.Effective, Reason: i.Reason,
		Amount: booking.Money{Amount: i.Amount, Currency: i.Currency}, At: i.At,
		After: booking.GatewayPayment{Ref: i.Ref, Status: i.Status, Captured: i.Captured, Refunded: i.Refunded,
			AuthorizedAt: i.AuthorizedAt, DeclineCode: i.DeclineCode},
		SilentUntil: i.SilentUntil}
}

// keyItem says where the entry is that answers a key.
type keyItem struct {
	Type string `dynamodbav:"type"`
	PK   string `dynamodbav:"entryPk"`
	SK   string `dynamodbav:"entrySk"`
}
