package dynamo

import (
	"context"
	"crypto/rand"
	"errors"
	mrand "math/rand/v2"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// Options is what a caller may decide about a table; its zero value is right for a program.
type Options struct {
	// Wait returns after d, or with ctx's error before.
	Wait func(ctx context.Context, d time.Duration) error
	// Random answers numbers in [0, 1): the jitter of pauses.
	Random func() float64
	// NewToken answers a text that nobody else has, of at most 36 bytes.
	NewToken func() string
}

// Table is the one table. It is safe for concurrent use.
type Table struct {
	client  *dynamodb.Client
	name    string
	options Options
}

// NewTable makes a table of that name, which must be there (CreateTable).
func NewTable(client *dynamodb.Client, name string, o Options) *Table {
	if o.Wait == nil {
		o.Wait = waitByTimer
	}
	if o.Random == nil {
		o.Random = mrand.Float64 //nolint:forbidigo // the default of what is injected
	}
	if o.NewToken == nil {
		o.NewToken = rand.Text
	}
	return &Table{client: client, name: name, options: o}
}

// Name is the table's name.
func (t *Table) Name() string { return t.name }

// Client is what the table is reached by.
func (t *Table) Client() *dynamodb.Client { return t.client }

const (
	// tries of one exact request. What is throttled beyond that is read and decided anew.
	tries = 4
	// pauseAtMost bounds the SDK's own pause between them: a caller waits for the answer.
	pauseAtMost = time.Second
	// answersWithin bounds one try: DynamoDB answers in milliseconds or something is wrong.
	answersWithin = 5 * time.Second
)

// NewClient makes a client for a configuration, with patience for callers that wait.
func NewClient(config aws.Config, options ...func(*dynamodb.Options)) *dynamodb.Client {
	patience := func(o *dynamodb.Options) {
		o.Retryer = retry.NewStandard(func(r *retry.StandardOptions) { r.MaxAttempts, r.MaxBackoff = tries, pauseAtMost })
		o.HTTPClient = awshttp.NewBuildableClient().WithTimeout(answersWithin).
			WithTransportOptions(func(tr *http.Transport) { tr.MaxIdleConnsPerHost = 64 })
	}
	return dynamodb.NewFromConfig(config, append([]func(*dynamodb.Options){patience}, options...)...)
}

func waitByTimer(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d) //nolint:forbidigo // the default of what is injected
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// isA reports whether an error of that type is in err's chain.
func isA[E error](err error) bool {
	var e E
	return errors.As(err, &e)
}
