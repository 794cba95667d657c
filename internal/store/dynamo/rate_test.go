package dynamo_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/ratelimit"
	"github.com/vacancy/vacancy/internal/ratelimit/ratelimittest"
	"github.com/vacancy/vacancy/internal/store/dynamo"
	"github.com/vacancy/vacancy/internal/store/dynamo/dynamotest"
)

func TestLimiter(t *testing.T) {
	ratelimittest.Run(t, func(t *testing.T) func(string, ratelimit.Rate, func() time.Time) ratelimit.Limiter {
		table := dynamotest.Table(t)
		return func(kind string, r ratelimit.Rate, now func() time.Time) ratelimit.Limiter {
			return dynamo.NewLimiter(table, kind, r, now)
		}
	})
}

// TestLimitersCountTogether: each function that runs at the same time has a limiter of its
// own, and the rate is that of all of them.
func TestLimitersCountTogether(t *testing.T) {
	table := dynamotest.Table(t)
	taken := 0
	for range 8 {
		l := dynamo.NewLimiter(table, "pay", ratelimit.PerMinute(6), func() time.Time { return noon })
		for range 2 {
			wait, err := l.Take(t.Context(), "ann")
			if err != nil {
				t.Fatal(err)
			}
			if wait == 0 {
				taken++
			}
		}
	}
	if taken != 3 {
		t.Errorf("%d of 16 calls by 8 functions, want 3", taken)
	}
	items, err := table.Partition(t.Context(), "TENANT#ann", "")
	if err != nil || len(items) != 1 {
		t.Fatalf("ann has %d items, %v", len(items), err)
	}
	var item struct {
		Expires time.Time `dynamodbav:"expires,unixtime"`
	}
	if err := items[0].Decode(&item); err != nil || item.Expires.Before(noon.Add(30*time.Second)) || item.Expires.After(noon.Add(3*time.Minute)) {
		t.Errorf("it expires %s, %v; want it soon after the bucket is full", item.Expires, err)
	}
}

// TestALimiterThatIsAskedTooOften: DynamoDB writes one item so often and no more. Who has got
// there is told to wait; any other failure is one.
func TestALimiterThatIsAskedTooOften(t *testing.T) {
	for _, c := range []struct {
		code string
		wait time.Duration
	}{{"ThrottlingException", 10 * time.Second}, {"ProvisionedThroughputExceededException", 10 * time.Second}, {"AccessDeniedException", 0}} {
		table := dynamotest.Table(t, dynamotest.OverWire(1, func(operation string) dynamotest.Fate {
			if operation == "UpdateItem" {
				return dynamotest.Fate{Refuse: `{"__type":"com.amazonaws.dynamodb.v20120810#` + c.code + `","message":"no"}`}
			}
			return dynamotest.Fate{}
		}))
		wait, err := dynamo.NewLimiter(table, "pay", ratelimit.PerMinute(6), func() time.Time { return noon }).Take(context.Background(), "ann")
		if wait != c.wait || (err == nil) != (c.wait > 0) || err != nil && strings.Contains(err.Error(), "ann") {
			t.Errorf("%s: wait %s, %v", c.code, wait, err)
		}
	}
}
