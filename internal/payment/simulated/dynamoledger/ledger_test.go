package dynamoledger_test

import (
	"flag"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/payment/paymenttest"
	"github.com/vacancy/vacancy/internal/payment/simulated"
	"github.com/vacancy/vacancy/internal/payment/simulated/dynamoledger"
	"github.com/vacancy/vacancy/internal/payment/simulated/ledgertest"
	"github.com/vacancy/vacancy/internal/store/dynamo"
	"github.com/vacancy/vacancy/internal/store/dynamo/dynamotest"
)

func now() time.Time { return time.Now().UTC() }

func on(table *dynamo.Table) *simulated.Gateway {
	return simulated.New(dynamoledger.New(table, now), simulated.Options{Now: now})
}

// TestGateway runs the suite of gateways. Reopened is another process on the same table.
func TestGateway(t *testing.T) {
	paymenttest.Run(t, func(t *testing.T) paymenttest.Harness {
		table := dynamotest.Table(t)
		return paymenttest.Harness{Gateway: on(table), Authorizes: "pm_ok", Declined: "pm_declined",
			Reopen: func(*testing.T) booking.Gateway { return on(table) }}
	})
}

func TestDynamoDBAndMemoryAgree(t *testing.T) {
	// DynamoDB Local takes milliseconds for each call.
	if err := flag.Set("rapid.checks", "15"); err != nil {
		t.Fatal(err)
	}
	ledgertest.Agrees(t, func(t testing.TB) simulated.Ledger { return dynamoledger.New(dynamotest.Table(t), now) })
}

// TestOneCaptureOverABadWire loses every second answer of DynamoDB. Whoever calls gets the
// gateway's answer, and the entry is there once.
func TestOneCaptureOverABadWire(t *testing.T) {
	var writes atomic.Int64
	g := on(dynamotest.Table(t, dynamotest.OverWire(1, func(operation string) dynamotest.Fate {
		return dynamotest.Fate{LoseAnswer: operation == "TransactWriteItems" && writes.Add(1)%2 == 0}
	})))
	p, err := g.Create(t.Context(), booking.Payment{ID: "res_1-p1", Amount: booking.Money{Amount: 100, Currency: "USD"}}, "res_1", "create")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.Authorize(t.Context(), p.Ref, "pm_ok", "authorize"); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if got, err := g.Capture(t.Context(), p.Ref, "capture"); err != nil || got.Captured != 100 {
			t.Fatalf("Capture = %+v, %v", got, err)
		}
	}
	totals, err := g.Totals(t.Context(), "res_1")
	if err != nil || len(totals) != 1 || totals[0].Captures != 1 {
		t.Errorf("Totals = %+v, %v", totals, err)
	}
}
