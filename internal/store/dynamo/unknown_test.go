package dynamo_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/store/dynamo"
	"github.com/vacancy/vacancy/internal/store/dynamo/dynamotest"
	"github.com/vacancy/vacancy/internal/store/storetest"
)

// onWrites answers a decision about requests that gives the n-th write (from 1) its fate.
func onWrites(fates map[int64]dynamotest.Fate) func(string) dynamotest.Fate {
	var writes atomic.Int64
	return func(operation string) dynamotest.Fate {
		if !isWrite(operation) {
			return dynamotest.Fate{}
		}
		return fates[writes.Add(1)]
	}
}

func isWrite(operation string) bool {
	return operation == "PutItem" || operation == "TransactWriteItems"
}

// addWith is add, as one write or, with a second item, as a transaction.
func addWith(table *dynamo.Table, second bool, decided *int) func(context.Context, int) (dynamo.Decision[int], error) {
	return func(ctx context.Context, attempt int) (dynamo.Decision[int], error) {
		*decided++
		d, err := add(table, 1)(ctx, attempt)
		if err != nil || !second {
			return d, err
		}
		was, err := table.Get(ctx, dynamo.Key{PK: "other", SK: "COUNTER"})
		dynamo.Put(d.Transaction, was, counter{Count: d.Answer})
		return d, err
	}
}

const (
	conflict = `{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","message":"canceled",
		"CancellationReasons":[{"Code":"None"},{"Code":"TransactionConflict","Message":"ongoing"}]}`
	tooMuch = `{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException","message":"slow down"}`
	invalid = `{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","message":"canceled",
		"CancellationReasons":[{"Code":"ValidationError","Message":"no such thing"},{"Code":"TransactionConflict","Message":"ongoing"}]}`
)

// TestWhateverBecomesOfAWrite loses requests and answers of the first write, repeated by
// the client or not, and has it refused for a while. The effect is there once, and the
// answer is that of the effect.
func TestWhateverBecomesOfAWrite(t *testing.T) {
	for _, c := range []struct {
		name    string
		fate    dynamotest.Fate
		tries   int // of the client itself
		decided int // times
	}{
		{"the request is lost", dynamotest.Fate{LoseRequest: true}, 1, 2},
		{"the request is lost, the client repeats it", dynamotest.Fate{LoseRequest: true}, 2, 1},
		{"the answer is lost", dynamotest.Fate{LoseAnswer: true}, 1, 1},
		{"the answer is lost, the client repeats the request", dynamotest.Fate{LoseAnswer: true}, 2, 1},
		{"a conflict", dynamotest.Fate{Refuse: conflict}, 1, 2},
		{"throttled", dynamotest.Fate{Refuse: tooMuch}, 1, 2},
	} {
		for _, second := range []bool{false, true} {
			t.Run(c.name+map[bool]string{false: ", one item", true: ", two items"}[second], func(t *testing.T) {
				table := dynamotest.Table(t, dynamotest.OverWire(c.tries, onWrites(map[int64]dynamotest.Fate{1: c.fate})))
				decided := 0
				answer, err := dynamo.Change(t.Context(), table, addWith(table, second, &decided))
				if err != nil || answer != 1 || decided != c.decided {
					t.Errorf("Change = %d, %v, decided %d times, want 1, decided %d times", answer, err, decided, c.decided)
				}
				if c := count(t, table); c.Count != 1 {
					t.Errorf("%d counted, want 1", c.Count)
				}
			})
		}
	}
}

// TestWhatArrivesLateCountsOnce loses the first write for a while: it arrives when it has
// been decided again, before the second write. The second is then not written, and the
// answer is that of the first.
func TestWhatArrivesLateCountsOnce(t *testing.T) {
	wired := dynamotest.Table(t, dynamotest.OverWire(1, onWrites(map[int64]dynamotest.Fate{1: {LoseRequest: true}})))
	tokens := 0
	table := dynamo.NewTable(wired.Client(), wired.Name(), dynamo.Options{NewToken: func() string {
		tokens++
		return fmt.Sprint("token ", tokens)
	}})
	// What was lost arrives by another way, under the same token.
	late := dynamo.NewTable(dynamotest.Local(t).Client(), wired.Name(), dynamo.Options{NewToken: func() string { return "token 1" }})
	answer, err := dynamo.Change(t.Context(), table, func(ctx context.Context, attempt int) (dynamo.Decision[int], error) {
		d, err := add(table, 1)(ctx, attempt)
		if err == nil && attempt == 1 {
			_, err = dynamo.Change(ctx, late, add(late, 1))
		}
		return d, err
	})
	if err != nil || answer != 1 || tokens != 2 {
		t.Errorf("Change = %d, %v, %d tokens; want 1 of two attempts", answer, err, tokens)
	}
	if c := count(t, table); c.Count != 1 {
		t.Errorf("%d counted, want 1", c.Count)
	}
}

func TestARefusalForGoodIsNotRepeated(t *testing.T) {
	table := dynamotest.Table(t, dynamotest.OverWire(1, onWrites(map[int64]dynamotest.Fate{1: {Refuse: invalid}})))
	decided := 0
	_, err := dynamo.Change(t.Context(), table, addWith(table, true, &decided))
	if err == nil || decided != 1 || !strings.Contains(err.Error(), "counter COUNTER, other COUNTER") {
		t.Errorf("Change = %v, decided %d times; want the error, naming the items, at once", err, decided)
	}
}

// TestOthersFasterEachTime ends after so many attempts, with pauses that grow and differ.
func TestOthersFasterEachTime(t *testing.T) {
	table := dynamotest.Table(t, dynamotest.OverWire(1, func(operation string) dynamotest.Fate {
		if isWrite(operation) {
			return dynamotest.Fate{Refuse: conflict}
		}
		return dynamotest.Fate{}
	}))
	var pauses []time.Duration
	table = dynamo.NewTable(table.Client(), table.Name(), dynamo.Options{Random: func() float64 { return 0.5 },
		Wait: func(_ context.Context, d time.Duration) error { pauses = append(pauses, d); return nil }})
	decided := 0
	_, err := dynamo.Change(t.Context(), table, addWith(table, true, &decided))
	if !errors.Is(err, dynamo.ErrContended) || decided != len(pauses)+1 {
		t.Fatalf("Change = %v, decided %d times, %d pauses", err, decided, len(pauses))
	}
	if pauses[0] != 5*time.Millisecond || pauses[1] != 10*time.Millisecond || pauses[len(pauses)-1] != 200*time.Millisecond {
		t.Errorf("the pauses are %v", pauses)
	}
}

// TestStopsWaitingWithItsCaller does not go on for somebody who has gone.
func TestStopsWaitingWithItsCaller(t *testing.T) {
	table := dynamotest.Table(t, dynamotest.OverWire(1, onWrites(map[int64]dynamotest.Fate{1: {Refuse: conflict}})))
	ctx, cancel := context.WithCancel(t.Context())
	table = dynamo.NewTable(table.Client(), table.Name(), dynamo.Options{Wait: func(ctx context.Context, _ time.Duration) error {
		cancel()
		return ctx.Err()
	}})
	decided := 0
	if _, err := dynamo.Change(ctx, table, addWith(table, true, &decided)); !errors.Is(err, context.Canceled) || decided != 1 {
		t.Errorf("Change = %v, decided %d times", err, decided)
	}
}

// TestRaceOverABadWire is the race for one apartment while every third write's answer and
// every fifth request is lost: still each round has one winner, who knows it.
func TestRaceOverABadWire(t *testing.T) {
	storetest.RunRace(t, func(t *testing.T) booking.Store { return dynamo.New(badWire(t)) }, 8, 8)
}

// badWire is a table reached by a wire that loses every third answer of a write and every
// fifth request.
func badWire(t *testing.T) *dynamo.Table {
	var writes atomic.Int64
	return dynamotest.Table(t, dynamotest.OverWire(1, func(operation string) dynamotest.Fate {
		if !isWrite(operation) {
			return dynamotest.Fate{}
		}
		n := writes.Add(1)
		return dynamotest.Fate{LoseAnswer: n%3 == 0, LoseRequest: n%5 == 0}
	}))
}

// TestOneWalkOverABadWire takes a reservation from its hold to its end over a wire that loses
// answers: each intention takes effect once, which its timeline shows.
func TestOneWalkOverABadWire(t *testing.T) {
	store := dynamo.New(badWire(t))
	ctx, now := t.Context(), time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	a := booking.Apartment{ID: "apt_1", Status: booking.Vacant, CreatedAt: now, UpdatedAt: now,
		Listing: booking.Listing{Price: booking.Money{Amount: 100, Currency: "USD"}, RentPeriod: booking.Monthly}}
	if _, err := store.CreateApartment(ctx, a, nil); err != nil {
		t.Fatal(err)
	}
	r, err := store.PlaceHold(ctx, booking.PlaceHold{ApartmentID: a.ID, ReservationID: "res_1", TenantID: "ann", Now: now, Window: time.Hour,
		Limits:      booking.HoldLimits{Live: 1},
		Idempotency: booking.Idempotency{Principal: "ann", Operation: "reserveApartment", Key: "1", At: now, ResultID: "res_1"}})
	if err != nil {
		t.Fatal(err)
	}
	on := booking.On{ReservationID: r.ID, Epoch: r.Epoch, Now: now.Add(time.Minute), By: "ann"}
	for _, i := range []booking.Intention{
		booking.ExtendHold{On: on, MaxExtensions: 2, MaxWindows: 3}, booking.BeginPayment{On: on, Method: "pm_ok"},
		booking.AuthorizePayment{On: on, PaymentID: booking.PaymentID(r.ID, 1)}, booking.ClaimForCapture{On: on},
		booking.RecordCapture{On: on}, booking.ConfirmReservation{On: on}, booking.Occupy{On: on}, booking.Vacate{On: on},
	} {
		if _, err := store.Apply(ctx, i, nil); err != nil {
			t.Errorf("%T = %v", i, err)
		}
	}
	got, err := store.Reservation(ctx, r.ID)
	if err != nil || len(got.Timeline) != 9 || got.Extensions != 1 {
		t.Errorf("%d extensions, timeline %+v, %v", got.Extensions, got.Timeline, err)
	}
}

// TestABatchIsAskedForToItsEnd: DynamoDB may put off a part of a batch, once or for good.
func TestABatchIsAskedForToItsEnd(t *testing.T) {
	const later = `{"Responses":{},"UnprocessedKeys":{"TABLE":{"ConsistentRead":true,"Keys":[{"pk":{"S":"counter"},"sk":{"S":"COUNTER"}}]}}}`
	var table *dynamo.Table
	var refusals atomic.Int64
	wired := dynamotest.Table(t, dynamotest.OverWire(1, func(operation string) dynamotest.Fate {
		if operation == "BatchGetItem" && refusals.Add(-1) >= 0 {
			return dynamotest.Fate{Answer: strings.ReplaceAll(later, "TABLE", table.Name())}
		}
		return dynamotest.Fate{}
	}))
	table = dynamo.NewTable(wired.Client(), wired.Name(), dynamo.Options{Wait: func(context.Context, time.Duration) error { return nil }})
	if _, err := dynamo.Change(t.Context(), table, add(table, 1)); err != nil {
		t.Fatal(err)
	}
	refusals.Store(3)
	if found, err := table.GetAll(t.Context(), []dynamo.Key{counterKey}); err != nil || !found[counterKey].Exists() {
		t.Errorf("GetAll = %v, %v", found, err)
	}
	refusals.Store(1000)
	if _, err := table.GetAll(t.Context(), []dynamo.Key{counterKey}); !errors.Is(err, dynamo.ErrThrottled) {
		t.Errorf("GetAll = %v, want ErrThrottled", err)
	}
}
