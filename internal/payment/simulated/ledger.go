package simulated

import (
	"context"
	"errors"
)

// Ledger keeps payments and entries. Safe for concurrent use. NewMemory and OpenFile make
// two; package dynamoledger has one that processes share. ledgertest holds them to this.
type Ledger interface {
	// Execute answers the entry stored under the call's key. Where there is none it lets
	// execute decide what becomes of the payment of the call's Ref (the zero Payment
	// for a Create, which makes a new Ref) and stores payment and entry in one
	// transaction, durable when it returns; fresh is then true. An error of execute is
	// answered as it is and nothing is stored. ErrNoPayment when the Ref is unknown.
	// execute may be called more than once.
	Execute(ctx context.Context, c Call, execute func(Payment) (Payment, Entry, error)) (e Entry, fresh bool, err error)
	// Payment answers the payment of the ref, or ErrNoPayment.
	Payment(ctx context.Context, ref string) (Payment, error)
	// Entries answers the entries of one reservation, in order.
	Entries(ctx context.Context, reservationID string) ([]Entry, error)
	// EntriesAfter answers the entries later than seq, in order, at most limit.
	EntriesAfter(ctx context.Context, seq int64, limit int) ([]Entry, error)
	Close() error
}

// ErrNoPayment says that the ledger has no payment of that ref.
var ErrNoPayment = errors.New("no such payment")

// RefPrefix begins every ref; the rest is the ledger's.
const RefPrefix = "sim_"
