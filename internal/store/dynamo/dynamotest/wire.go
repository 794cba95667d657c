package dynamotest

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// Fate is what becomes of a request on its way.
type Fate struct {
	// LoseRequest: it never arrives. LoseAnswer: it arrives, and its answer does not.
	LoseRequest, LoseAnswer bool
	// Refuse and Answer, if not "", are the JSON that it is answered with instead of
	// arriving, with status 400 or 200.
	Refuse, Answer string
	// Before and After, if not nil, are called before it arrives and when its answer is there.
	Before, After func()
}

// ErrLost is what a caller gets to see of what is lost.
var ErrLost = errors.New("the connection was lost")

// OverWire makes a client's requests pass by: decide is asked about each, by the name of its
// operation (PutItem, TransactWriteItems, …). It may be called by many at once. With tries
// of 1 nothing is repeated by the client itself.
func OverWire(tries int, decide func(operation string) Fate) func(*dynamodb.Options) {
	return func(o *dynamodb.Options) {
		o.HTTPClient = &http.Client{Transport: wire{decide}}
		o.Retryer = retry.NewStandard(func(r *retry.StandardOptions) { r.MaxAttempts, r.MaxBackoff = tries, time.Millisecond })
	}
}

type wire struct{ decide func(string) Fate }

func (w wire) RoundTrip(r *http.Request) (*http.Response, error) {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	fate := w.decide(operation)
	if fate.LoseRequest {
		return nil, ErrLost
	}
	if fate.Before != nil {
		fate.Before()
	}
	switch {
	case fate.Refuse != "":
		return answered(r, http.StatusBadRequest, fate.Refuse), nil
	case fate.Answer != "":
		return answered(r, http.StatusOK, fate.Answer), nil
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err == nil && fate.After != nil {
		fate.After()
	}
	if err == nil && fate.LoseAnswer {
		_ = answer.Body.Close()
		return nil, ErrLost
	}
	return answer, err
}

func answered(r *http.Request, status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Request: r, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
		Body: io.NopCloser(bytes.NewBufferString(body)), ContentLength: int64(len(body))}
}
