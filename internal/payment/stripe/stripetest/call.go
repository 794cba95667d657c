package stripetest

import (
	"net/http"
	"net/url"
	"strings"
)

// Operation is what a call asks for.
type Operation string

const (
	Create   Operation = "create"
	Confirm  Operation = "confirm"
	Capture  Operation = "capture"
	Cancel   Operation = "cancel"
	Refund   Operation = "refund"
	Retrieve Operation = "retrieve"
	List     Operation = "list"
	Search   Operation = "search"
)

// Call is one call as it arrived.
type Call struct {
	Operation Operation
	Path      string
	Key       string
	Ref       string // of the PaymentIntent; "" for create, list and search
	PaymentID string // what the metadata says, for create
}

// What can go wrong on the way to the effect, and on the way back.
type Mishap int

const (
	Nothing Mishap = iota
	// Lost: the connection breaks.
	Lost
	// ServerError: it answers 500, and again under the same key.
	ServerError
	// RateLimited: it answers 429 and has executed nothing.
	RateLimited
)

// Fault is what goes wrong with a call: before it is executed, or after.
type Fault struct {
	Before, After Mishap
	// Slow, if not nil, is called while the call is under way.
	Slow func()
}

func (s *Server) callOf(r *http.Request, form url.Values) Call {
	c := Call{Path: r.URL.Path, Key: r.Header.Get("Idempotency-Key"), PaymentID: form.Get("metadata[payment_id]")}
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/v1/"), "/")
	switch {
	case parts[0] == "refunds":
		c.Operation, c.Ref = Refund, form.Get("payment_intent")
	case len(parts) == 1 && r.Method == http.MethodPost:
		c.Operation = Create
	case len(parts) == 1:
		c.Operation = List
	case parts[1] == "search":
		c.Operation = Search
	case len(parts) == 2:
		c.Operation, c.Ref = Retrieve, parts[1]
	default:
		c.Operation, c.Ref = Operation(parts[2]), parts[1]
	}
	return c
}
