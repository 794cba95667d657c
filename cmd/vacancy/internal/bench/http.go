package bench

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"time"
)

// nothing is a mutation that does nothing: it goes all the way that a mutation goes
// but for its resolver.
var nothing = []byte(`{"query":"mutation { __typename }"}`)

// accepted is in the answer to a mutation that was done.
var accepted = []byte(`"userErrors":[]`)

// reserveBody makes the request for a hold in buffer.
func reserveBody(buffer []byte, apartmentID string, n int64) []byte {
	buffer = append(buffer[:0], `{"query":"mutation R($input: ReserveApartmentInput!) { reserveApartment(input: $input) `+
		`{ reservation { id status holdExpiresAt serverTime } userErrors { code message } } }","variables":{"input":{"apartmentId":"`...)
	buffer = append(buffer, apartmentID...)
	buffer = append(buffer, `","idempotencyKey":"bench-`...)
	buffer = strconv.AppendInt(buffer, n, 10)
	return append(buffer, `"}}}`...)
}

// measureHTTP measures a mutation that does nothing and holds, against one server.
func measureHTTP(ctx context.Context, o Options, dir string) (*HTTP, error) {
	const ceiling = 25_000 // holds a second that apartments are made for
	apartments, err := fill(ctx, o, dir, int(o.Duration.Seconds()*ceiling)+o.Callers)
	if err != nil {
		return nil, err
	}
	s, err := startServer(ctx, o, dir) // which makes the key that tokens are signed with
	if err != nil {
		return nil, err
	}
	defer func() { _ = s.kill() }()
	token, err := o.Token(dir)
	if err != nil {
		return nil, err
	}

	connect := func(call func(c *connection) caller) func(int) (caller, error) {
		return func(int) (caller, error) {
			c, err := dial(s.address(), "/graphql", token)
			if err != nil {
				return nil, err
			}
			return call(c), nil
		}
	}
	load := func(what string, call func(c *connection) caller) (Load, error) {
		defer o.begin(what, o.Duration)()
		return drive(ctx, o.Callers, o.Duration, connect(call))
	}
	var h HTTP
	doNothing := func(c *connection) caller {
		return func(context.Context, int64) error {
			answer, err := c.post(nothing)
			if err == nil && !bytes.Contains(answer, []byte(`"__typename":"Mutation"`)) {
				err = fmt.Errorf("the server answered %.300s", answer)
			}
			return err
		}
	}
	if _, err := drive(ctx, o.Callers, warmUp, connect(doNothing)); err != nil {
		return nil, err
	}
	if h.Nothing, err = load("a mutation that does nothing, through HTTP and GraphQL", doNothing); err != nil {
		return nil, err
	}
	h.Holds, err = load("holds through HTTP and GraphQL", func(c *connection) caller { return c.reserver(apartments) })
	if err != nil {
		return nil, err
	}
	return &h, s.stop()
}

// reserver makes a caller that places holds on apartments of its own.
func (c *connection) reserver(apartments []string) caller {
	var body []byte
	return func(_ context.Context, n int64) error {
		if n >= int64(len(apartments)) {
			return errEnough
		}
		body = reserveBody(body, apartments[n], n)
		answer, err := c.post(body)
		if err == nil && !bytes.Contains(answer, accepted) {
			err = fmt.Errorf("the server answered %.300s", answer)
		}
		return err
	}
}

// warmUp is how long the server is called before it is measured.
const warmUp = time.Second
