package dynamo_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/vacancy/vacancy/internal/store/dynamo"
	"github.com/vacancy/vacancy/internal/store/dynamo/dynamotest"
)

// counter is a small item of these tests.
type counter struct {
	Count int    `dynamodbav:"count"`
	Note  string `dynamodbav:"note,omitempty"`
	Place string `dynamodbav:"gsi1pk,omitempty"`
	Order string `dynamodbav:"gsi1sk,omitempty"`
}

var counterKey = dynamo.Key{PK: "counter", SK: "COUNTER"}

// add is a decision to count on.
func add(table *dynamo.Table, n int) func(context.Context, int) (dynamo.Decision[int], error) {
	return func(ctx context.Context, _ int) (dynamo.Decision[int], error) {
		var c counter
		was, err := table.Get(ctx, counterKey)
		if err == nil && was.Exists() {
			err = was.Decode(&c)
		}
		c.Count += n
		d := dynamo.Decision[int]{Answer: c.Count, Transaction: &dynamo.Transaction{}}
		dynamo.Put(d.Transaction, was, c)
		return d, err
	}
}

func count(t *testing.T, table *dynamo.Table) (c counter) {
	t.Helper()
	was, err := table.Get(t.Context(), counterKey)
	if err == nil {
		err = was.Decode(&c)
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestChangesOfOneItemAllCount(t *testing.T) {
	table := dynamotest.Table(t)
	const callers, each = 8, 5
	results := make(chan error, callers)
	for range callers {
		go func() {
			for range each {
				if _, err := dynamo.Change(t.Context(), table, add(table, 1)); err != nil {
					results <- err
					return
				}
			}
			results <- nil
		}()
	}
	for range callers {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
	if c := count(t, table); c.Count != callers*each {
		t.Errorf("%d counted, want %d", c.Count, callers*each)
	}
}

func TestTransactionIsAllOrNothing(t *testing.T) {
	table := dynamotest.Table(t)
	other := dynamo.Key{PK: "other", SK: "COUNTER"}
	tries := 0
	_, err := dynamo.Change(t.Context(), table, func(ctx context.Context, attempt int) (dynamo.Decision[int], error) {
		tries++
		if attempt == 2 {
			return dynamo.Decision[int]{}, errStop
		}
		d := dynamo.Decision[int]{Transaction: &dynamo.Transaction{}}
		was, err := table.Get(ctx, counterKey)
		if err != nil {
			return d, err
		}
		if _, err := dynamo.Change(ctx, table, add(table, 1)); err != nil { // somebody is faster
			return d, err
		}
		dynamo.Create(d.Transaction, other, counter{Count: 1})
		dynamo.Put(d.Transaction, was, counter{Count: 100})
		return d, nil
	})
	if !errors.Is(err, errStop) || tries != 3 {
		t.Errorf("Change = %v after %d tries", err, tries)
	}
	if was, err := table.Get(t.Context(), other); err != nil || was.Exists() {
		t.Errorf("the other half is there: %t, %v", was.Exists(), err)
	}
	if c := count(t, table); c.Count != 2 {
		t.Errorf("counted %d", c.Count)
	}
}

var errStop = errors.New("stop")

func TestCheckedItemsAreNotWritten(t *testing.T) {
	table := dynamotest.Table(t)
	if _, err := dynamo.Change(t.Context(), table, add(table, 1)); err != nil {
		t.Fatal(err)
	}
	marker := dynamo.Key{PK: "marker", SK: "COUNTER"}
	_, err := dynamo.Change(t.Context(), table, func(ctx context.Context, attempt int) (dynamo.Decision[int], error) {
		d := dynamo.Decision[int]{Transaction: &dynamo.Transaction{}}
		was, err := table.Get(ctx, counterKey)
		if err == nil && attempt == 0 {
			_, err = dynamo.Change(ctx, table, add(table, 1))
		}
		d.Transaction.Check(was)
		dynamo.Create(d.Transaction, marker, counter{Count: attempt})
		return d, err
	})
	if err != nil {
		t.Fatal(err)
	}
	was, err := table.Get(t.Context(), marker)
	var c counter
	if err != nil || was.Decode(&c) != nil || c.Count != 1 {
		t.Errorf("the marker is %+v of attempt 1, %v", c, err)
	}
	if c := count(t, table); c.Count != 2 {
		t.Errorf("counted %d", c.Count)
	}
}

// TestAnOlderReleaseKeepsWhatItDoesNotKnow writes an item with a type that lacks a field.
func TestAnOlderReleaseKeepsWhatItDoesNotKnow(t *testing.T) {
	type newer struct {
		counter
		Colour string `dynamodbav:"colour"`
	}
	table := dynamotest.Table(t)
	_, err := dynamo.Change(t.Context(), table, func(context.Context, int) (dynamo.Decision[int], error) {
		d := dynamo.Decision[int]{Transaction: &dynamo.Transaction{}}
		dynamo.Create(d.Transaction, counterKey, newer{counter{Count: 1, Note: "to be cleared"}, "blue"})
		return d, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	was, err := table.Get(t.Context(), counterKey)
	if err != nil {
		t.Fatal(err)
	}
	_, err = dynamo.Change(t.Context(), table, func(context.Context, int) (dynamo.Decision[int], error) {
		d := dynamo.Decision[int]{Transaction: &dynamo.Transaction{}}
		dynamo.Put(d.Transaction, was, counter{Count: 2})
		return d, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	was, err = table.Get(t.Context(), counterKey)
	var n newer
	if err != nil || was.Decode(&n) != nil || n.Count != 2 || n.Colour != "blue" || n.Note != "" {
		t.Errorf("stored is %+v, %v; want the colour kept and the note gone", n, err)
	}
}

func TestQueryMergesPartitions(t *testing.T) {
	table := dynamotest.Table(t)
	var want []string
	for i := range 23 {
		c := counter{Place: fmt.Sprint("bucket ", i*i%3), Order: fmt.Sprintf("%02d", i)}
		want = append(want, c.Order)
		_, err := dynamo.Change(t.Context(), table, func(context.Context, int) (dynamo.Decision[int], error) {
			d := dynamo.Decision[int]{Transaction: &dynamo.Transaction{}}
			dynamo.Create(d.Transaction, dynamo.Key{PK: c.Order, SK: "COUNTER"}, c)
			return d, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name string
		dynamo.Range
		want []string
	}{
		{"whole", dynamo.Range{From: "00", To: "99", Limit: 100, Likely: 2}, want},
		{"backwards", dynamo.Range{From: "00", To: "99", Limit: 100, Likely: 5, Descending: true}, backwards(want)},
		{"part", dynamo.Range{From: "05", To: "07", Limit: 100, Likely: 1}, want[5:8]},
	} {
		c.Index, c.Partitions = dynamo.Index1, []string{"bucket 0", "bucket 1", "bucket 2"}
		rows := table.Query(c.Range)
		got := ordersOf(t, rows)
		if !slices.Equal(got, c.want) || !rows.Exhausted() {
			t.Errorf("%s: got %v, exhausted %t; want %v", c.name, got, rows.Exhausted(), c.want)
		}
	}

	bounded := table.Query(dynamo.Range{Index: dynamo.Index1, Partitions: []string{"bucket 0", "bucket 1"}, From: "00", To: "99", Limit: 10, Likely: 3})
	got := ordersOf(t, bounded)
	if len(got) > 10 || len(got) == 0 || !slices.Equal(got, want[:len(got)]) || bounded.Exhausted() {
		t.Errorf("with a limit: got %v, exhausted %t", got, bounded.Exhausted())
	}
}

func ordersOf(t *testing.T, rows *dynamo.Rows) (all []string) {
	t.Helper()
	for {
		row, ok, err := rows.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			return all
		}
		all = append(all, row.Sort)
	}
}

func backwards(of []string) []string {
	of = slices.Clone(of)
	slices.Reverse(of)
	return of
}

func TestPartitionIsReadInOrder(t *testing.T) {
	table := dynamotest.Table(t)
	for _, k := range []dynamo.Key{{PK: "trip_1", SK: "HOTEL#2"}, {PK: "trip_1", SK: "FLIGHT#1"}, {PK: "trip_1", SK: "HOTEL#1"}, {PK: "trip_2", SK: "HOTEL#1"}} {
		_, err := dynamo.Change(t.Context(), table, func(context.Context, int) (dynamo.Decision[int], error) {
			d := dynamo.Decision[int]{Transaction: &dynamo.Transaction{}}
			dynamo.Create(d.Transaction, k, counter{})
			return d, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for prefix, want := range map[string][]string{"": {"FLIGHT#1", "HOTEL#1", "HOTEL#2"}, "HOTEL#": {"HOTEL#1", "HOTEL#2"}, "RENTAL#": nil} {
		all, err := table.Partition(t.Context(), "trip_1", prefix)
		var got []string
		for _, s := range all {
			got = append(got, s.SK)
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("with the prefix %q: %v, %v; want %v", prefix, got, err, want)
		}
	}
}
