// Package dynamoledger keeps the simulated gateway's ledger in DynamoDB, where several
// processes share it: Lambda functions, for instance.
//
// Its items lie in a key space of their own (GATEWAY…) and its transactions are its own: to
// the store beside it the gateway stays a third system. See docs/dynamodb.md.
package dynamoledger

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"github.com/vacancy/vacancy/internal/payment/simulated"
	"github.com/vacancy/vacancy/internal/store/dynamo"
)

// Ledger is a simulated.Ledger. Its refs are made of the key of the Create, so that no
// counter is shared by all payments, and Seq of entries is made of the time: it grows with
// each entry of a payment, and otherwise as exactly as the clocks of those who write agree.
type Ledger struct {
	table *dynamo.Table
	now   func() time.Time
}

var _ simulated.Ledger = (*Ledger)(nil)

// New makes the ledger on a table.
func New(t *dynamo.Table, now func() time.Time) *Ledger { return &Ledger{t, now} }

// executed is what became of a call.
type executed struct {
	entry simulated.Entry
	fresh bool
}

// Execute implements simulated.Ledger.
func (l *Ledger) Execute(ctx context.Context, c simulated.Call, execute func(simulated.Payment) (simulated.Payment, simulated.Entry, error)) (simulated.Entry, bool, error) {
	if err := ctx.Err(); err != nil {
		return simulated.Entry{}, false, err
	}
	e, err := dynamo.Change(ctx, l.table, func(ctx context.Context, _ int) (dynamo.Decision[executed], error) {
		return l.decide(ctx, c, execute)
	})
	return e.entry, e.fresh, err
}

func (l *Ledger) decide(ctx context.Context, c simulated.Call, execute func(simulated.Payment) (simulated.Payment, simulated.Entry, error)) (d dynamo.Decision[executed], err error) {
	ref := c.Ref
	if c.Operation == simulated.Create {
		ref = refOf(c.Key)
	}
	if len(ref) > maxRef { // we made none such, and DynamoDB would not take it as a key
		return d, simulated.ErrNoPayment
	}
	read, err := l.table.GetAll(ctx, []dynamo.Key{keyOf(c.Key), paymentKey(ref)})
	if err != nil {
		return d, err
	}
	if known, ok := read[keyOf(c.Key)]; ok {
		d.Answer.entry, err = l.answered(ctx, known)
		return d, err
	}
	was, exists := read[paymentKey(ref)]
	was.Key = paymentKey(ref)
	if !exists && c.Operation != simulated.Create {
		return d, simulated.ErrNoPayment
	}
	var before paymentItem
	if err := was.Decode(&before); err != nil {
		return d, err
	}
	after, entry, err := execute(before.payment())
	if err != nil {
		return d, err
	}
	if after.Status == "" {
		ref = "" // a Create that failed made none
	} else {
		after.Ref = ref
	}
	entry.Ref, entry.After.Ref, entry.Seq = ref, ref, max(l.seq(c.Key), before.LastSeq+1)
	d.Answer = executed{entry: entry, fresh: true}
	d.Transaction = &dynamo.Transaction{}
	at := entryKey(entry)
	dynamo.Create(d.Transaction, keyOf(c.Key), keyItem{Type: keyType, PK: at.PK, SK: at.SK})
	dynamo.Create(d.Transaction, at, itemOfEntry(entry))
	if ref != "" {
		dynamo.Put(d.Transaction, was, itemOf(after, entry.Seq))
	}
	return d, nil
}

// answered reads the entry that a key was answered with.
func (l *Ledger) answered(ctx context.Context, known dynamo.Stored) (simulated.Entry, error) {
	var k keyItem
	if err := known.Decode(&k); err != nil {
		return simulated.Entry{}, err
	}
	was, err := l.table.Get(ctx, dynamo.Key{PK: k.PK, SK: k.SK})
	if err == nil && !was.Exists() {
		err = fmt.Errorf("entry %s %s of a key is gone", k.PK, k.SK)
	}
	if err != nil {
		return simulated.Entry{}, err
	}
	var i entryItem
	err = was.Decode(&i)
	return i.entry(), err
}

// Payment implements simulated.Ledger.
func (l *Ledger) Payment(ctx context.Context, ref string) (simulated.Payment, error) {
	if len(ref) > maxRef {
		return simulated.Payment{}, simulated.ErrNoPayment
	}
	was, err := l.table.Get(ctx, paymentKey(ref))
	if err == nil && !was.Exists() {
		err = simulated.ErrNoPayment
	}
	if err != nil {
		return simulated.Payment{}, err
	}
	var i paymentItem
	err = was.Decode(&i)
	return i.payment(), err
}

// Entries implements simulated.Ledger. Consistent.
func (l *Ledger) Entries(ctx context.Context, reservationID string) ([]simulated.Entry, error) {
	items, err := l.table.Partition(ctx, entriesOf(reservationID), "")
	if err != nil {
		return nil, err
	}
	return entriesIn(items)
}

// EntriesAfter implements simulated.Ledger. It reads an index, which may lag by a second.
func (l *Ledger) EntriesAfter(ctx context.Context, seq int64, limit int) ([]simulated.Entry, error) {
	rows := l.table.Query(dynamo.Range{Index: dynamo.Index1, Partitions: buckets(), From: seqSort(seq + 1), To: "~", Limit: limit + ledgerBuckets, Likely: limit})
	var keys []dynamo.Key
	for len(keys) < limit {
		row, ok, err := rows.Next(ctx)
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		keys = append(keys, row.Key)
	}
	read, err := l.table.GetAll(ctx, keys)
	if err != nil {
		return nil, err
	}
	items := make([]dynamo.Stored, len(keys))
	for n, k := range keys {
		items[n] = read[k]
	}
	return entriesIn(items)
}

// Close does nothing: the table is the caller's.
func (l *Ledger) Close() error { return nil }

func entriesIn(items []dynamo.Stored) ([]simulated.Entry, error) {
	all := make([]simulated.Entry, len(items))
	for n, s := range items {
		var i entryItem
		if err := s.Decode(&i); err != nil {
			return nil, err
		}
		all[n] = i.entry()
	}
	return all, nil
}

// seq numbers an entry by the time, and within a microsecond by its key.
func (l *Ledger) seq(key string) int64 { return l.now().UnixMicro()*1000 + int64(hash(key)%1000) }

func seqSort(seq int64) string { return fmt.Sprintf("%019d", seq) }

// Refs begin with refPrefix, as those of the other ledgers do, and are no longer than maxRef.
const (
	refPrefix = "sim_"
	maxRef    = 64
)

// refOf makes the ref of the payment that is created under a key.
func refOf(key string) string {
	sum := sha256.Sum256([]byte(key))
	return refPrefix + strings.ToLower(base32.HexEncoding.EncodeToString(sum[:10]))
}

func paymentKey(ref string) dynamo.Key { return dynamo.Key{PK: "GATEWAY#" + ref, SK: paymentType} }
func keyOf(key string) dynamo.Key      { return dynamo.Key{PK: "GATEWAY_KEY#" + key, SK: keyType} }
func entriesOf(reservationID string) string {
	return "GATEWAY_ENTRIES#" + reservationID
}

func entryKey(e simulated.Entry) dynamo.Key {
	return dynamo.Key{PK: entriesOf(e.ReservationID), SK: seqSort(e.Seq) + "#" + e.Key}
}

const ledgerBuckets = 8

func buckets() []string {
	all := make([]string, ledgerBuckets)
	for i := range all {
		all[i] = fmt.Sprintf("GATEWAY_LEDGER#%d", i)
	}
	return all
}

func bucketOf(key string) string { return fmt.Sprintf("GATEWAY_LEDGER#%d", hash(key)%ledgerBuckets) }

func hash(key string) uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(key)) // never fails
	return h.Sum32()
}
