// Package ledgertest is the contract of [simulated.Ledger] as a suite: whatever is asked of
// a gateway on it is answered, and entered, as by one on the ledger in memory.
package ledgertest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/payment/simulated"
)

const amount = 79_050

// Agrees performs random calls on a gateway in memory and on one on a ledger of open's,
// with faults and a moving clock, and compares every answer, every entry and the totals.
// Against the entries it checks that no payment is captured or refunded twice, or refunded
// without a capture. Refs and Seq may differ; Seq must grow.
func Agrees(t *testing.T, open func(testing.TB) simulated.Ledger) {
	rapid.Check(t, func(rt *rapid.T) {
		p := newPair(open(t))
		defer p.close()
		for range rapid.IntRange(1, 30).Draw(rt, "calls") {
			p.call(t, rt)
		}
		p.compare(t, rt)
	})
}

// pair is two gateways that are asked the same.
type pair struct {
	clock   time.Time
	fault   simulated.Fault
	methods []string
	// gateways are that in memory and the one under test, and refs what each calls its
	// payments, in the order of their making.
	gateways [2]*simulated.Gateway
	refs     [2][]string
}

func newPair(ledger simulated.Ledger) *pair {
	p := &pair{clock: time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)}
	options := simulated.Options{Now: func() time.Time { return p.clock }, Fault: func(simulated.Call) simulated.Fault { return p.fault }}
	p.gateways = [2]*simulated.Gateway{simulated.New(simulated.NewMemory(), options), simulated.New(ledger, options)}
	for _, m := range simulated.Methods() {
		if m.Name != "pm_slow" { // waits by the real clock
			p.methods = append(p.methods, m.Name)
		}
	}
	return p
}

func (p *pair) close() {
	for _, g := range p.gateways {
		_ = g.Close()
	}
}

// call draws a call and compares the answers.
func (p *pair) call(t *testing.T, rt *rapid.T) {
	number := rapid.IntRange(1, 3).Draw(rt, "payment")
	key := fmt.Sprintf("key %d", rapid.IntRange(1, 8).Draw(rt, "key"))
	method := rapid.SampledFrom(p.methods).Draw(rt, "method")
	p.fault = rapid.SampledFrom(simulated.Faults()).Draw(rt, "fault")
	p.clock = p.clock.Add(time.Duration(rapid.IntRange(0, 6).Draw(rt, "seconds")) * time.Second)
	operation := rapid.SampledFrom([]simulated.Operation{simulated.Create, simulated.Authorize, simulated.Capture,
		simulated.Void, simulated.Refund, simulated.Lookup, "find"}).Draw(rt, "operation")
	var answers [2]string
	for i, g := range p.gateways {
		ref := fmt.Sprintf("sim_none_%d", number)
		if number <= len(p.refs[i]) {
			ref = p.refs[i][number-1]
		}
		payment := booking.Payment{ID: "res_1-p" + key, Amount: booking.Money{Amount: amount, Currency: "USD"}}
		var got booking.GatewayPayment
		var err error
		switch operation {
		case simulated.Create:
			got, err = g.Create(t.Context(), payment, "res_1", key)
		case simulated.Authorize:
			got, err = g.Authorize(t.Context(), ref, method, key)
		case simulated.Capture:
			got, err = g.Capture(t.Context(), ref, key)
		case simulated.Void:
			got, err = g.Void(t.Context(), ref, key)
		case simulated.Refund:
			got, err = g.Refund(t.Context(), ref, key)
		case simulated.Lookup:
			got, err = g.Lookup(t.Context(), ref)
		default:
			got, err = g.Find(t.Context(), payment, "res_1")
		}
		p.note(t, rt, i)
		got.Ref = p.name(i, got.Ref)
		answers[i] = fmt.Sprintf("%+v, %v", got, err)
	}
	if answers[0] != answers[1] {
		rt.Fatalf("%s of payment %d under %s:\n         in memory %s\non the ledger here %s", operation, number, key, answers[0], answers[1])
	}
}

// note learns what a gateway calls the payments it has made.
func (p *pair) note(t *testing.T, rt *rapid.T, i int) {
	entries, err := p.gateways[i].Entries(t.Context(), "res_1")
	if err != nil {
		rt.Fatal(err)
	}
	for _, e := range entries {
		if e.Operation == simulated.Create && e.Ref != "" && !slices.Contains(p.refs[i], e.Ref) {
			p.refs[i] = append(p.refs[i], e.Ref)
		}
	}
}

// name is the ref as a number that both gateways have in common.
func (p *pair) name(i int, ref string) string {
	if n := slices.Index(p.refs[i], ref); n >= 0 {
		return fmt.Sprint("payment ", n+1)
	}
	return ref
}

func (p *pair) compare(t *testing.T, rt *rapid.T) {
	var ledgers [2]string
	for i := range p.gateways {
		entries := p.pages(t, rt, i)
		var lines []string
		last := int64(0)
		for _, e := range entries {
			if e.Seq <= last {
				rt.Fatalf("Seq %d comes after %d", e.Seq, last)
			}
			last, e.Seq = e.Seq, 0
			e.Ref, e.After.Ref = p.name(i, e.Ref), p.name(i, e.After.Ref)
			lines = append(lines, fmt.Sprintf("%+v", e))
		}
		ledgers[i] = strings.Join(lines, "\n")
		if of, err := p.gateways[i].Entries(t.Context(), "res_1"); err != nil || len(of) != len(entries) {
			rt.Fatalf("Entries answers %d of %d, %v", len(of), len(entries), err)
		}
	}
	if ledgers[0] != ledgers[1] {
		rt.Fatalf("the ledgers differ:\nin memory\n%s\nhere\n%s", ledgers[0], ledgers[1])
	}
	totals, err := p.gateways[1].Totals(t.Context(), "res_1")
	if err != nil {
		rt.Fatal(err)
	}
	for _, sum := range totals {
		if sum.Captures > 1 || sum.Refunds > sum.Captures || sum.Kept() != 0 && sum.Kept() != amount || sum.Voided > 0 && sum.Captured > 0 {
			rt.Fatalf("the sums of a payment are wrong: %+v", sum)
		}
	}
}

// pages reads a whole ledger, a few entries at a time.
func (p *pair) pages(t *testing.T, rt *rapid.T, i int) (all []simulated.Entry) {
	last := int64(0)
	for {
		page, err := p.gateways[i].EntriesAfter(t.Context(), last, 7)
		if err != nil || len(page) > 7 {
			rt.Fatalf("EntriesAfter = %d, %v", len(page), err)
		}
		if len(page) == 0 {
			return all
		}
		all, last = append(all, page...), page[len(page)-1].Seq
	}
}
