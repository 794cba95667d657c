package dynamo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/vacancy/vacancy/internal/ratelimit"
)

// How often a principal has called is one number, in an item that nothing else is in and
// nobody else writes: the moment at which their bucket will be full again, in nanoseconds
// since 1970. A call moves it on by one interval, and may not move it further than a burst
// ahead of now. That is a token bucket as the generic cell rate algorithm has it (ITU-T
// I.371), and one conditional update tells.
const (
	fullAtAttribute = "fullAt"
	// rateGrace is how long an item stays after it says nothing any more.
	rateGrace = time.Minute
)

// limiter is a ratelimit.Limiter whose buckets are in the table. The clocks of the processes
// that share it may differ by as much as the intervals are to be exact.
type limiter struct {
	table *Table
	kind  string
	rate  ratelimit.Rate
	now   func() time.Time
}

// NewLimiter makes the limiter of a kind of call. All processes with that kind on the table
// count together, so their rates must be the same.
func NewLimiter(t *Table, kind string, r ratelimit.Rate, now func() time.Time) ratelimit.Limiter {
	if r.None() {
		return ratelimit.Unlimited{}
	}
	return &limiter{table: t, kind: kind, rate: r, now: now}
}

// Take implements ratelimit.Limiter. Whose bucket is full, as nearly everybody's, is known by
// the first update. Otherwise the item that stood in its way tells whether to wait, and a
// second one takes a token if there still is one. Too many calls for one item are too many.
func (l *limiter) Take(ctx context.Context, principal string) (time.Duration, error) {
	now := l.now()
	fullAt, err := l.update(ctx, principal, now, "SET #type = :type, #expires = :expires, #fullAt = :next",
		"attribute_not_exists(#fullAt) OR #fullAt <= :now", map[string]int64{":next": now.Add(l.rate.Interval).UnixNano(), ":now": now.UnixNano()})
	if fullAt == 0 || err != nil {
		return l.asked(0, err)
	}
	latest := now.Add(time.Duration(l.rate.Burst-1) * l.rate.Interval).UnixNano()
	if fullAt <= latest {
		fullAt, err = l.update(ctx, principal, now, "SET #type = :type, #expires = :expires ADD #fullAt :interval",
			"#fullAt <= :latest", map[string]int64{":interval": int64(l.rate.Interval), ":latest": latest})
		if fullAt == 0 || err != nil {
			return l.asked(0, err)
		}
	}
	return l.asked(time.Duration(fullAt-latest), nil)
}

// asked answers an interval's wait where the item is asked for more often than DynamoDB
// writes one: who does that asks too often.
func (l *limiter) asked(wait time.Duration, err error) (time.Duration, error) {
	if err == nil {
		return wait, nil
	}
	if classify(err, "") == busy {
		return l.rate.Interval, nil
	}
	return 0, fmt.Errorf("count a call of %s: %w", l.kind, err)
}

// update writes the item under a condition. It answers 0, or what stood in the way.
func (l *limiter) update(ctx context.Context, principal string, now time.Time, update, condition string, numbers map[string]int64) (int64, error) {
	values := attributes{":type": text(rateKind), ":expires": number(now.Add(time.Duration(l.rate.Burst)*l.rate.Interval + rateGrace).Unix())}
	for name, n := range numbers {
		values[name] = number(n)
	}
	_, err := l.table.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: &l.table.name, Key: rateKey(principal, l.kind).attributes(),
		UpdateExpression: aws.String(update), ConditionExpression: aws.String(condition),
		ExpressionAttributeNames:            map[string]string{"#type": "type", "#expires": TTLAttribute, "#fullAt": fullAtAttribute},
		ExpressionAttributeValues:           values,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld})
	var failed *types.ConditionalCheckFailedException
	if errors.As(err, &failed) {
		return Stored{attributes: failed.Item}.number(fullAtAttribute), nil
	}
	return 0, err
}
