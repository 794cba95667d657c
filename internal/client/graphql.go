package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
)

// maxAnswer bounds what is read of an answer, in bytes.
const maxAnswer = 32 << 20

type requestBody struct {
	Query         string         `json:"query"`
	OperationName string         `json:"operationName"`
	Variables     map[string]any `json:"variables,omitempty"`
}

type responseBody struct {
	Data   json.RawMessage `json:"data"`
	Errors []graphqlError  `json:"errors"`
}

type graphqlError struct {
	Message    string `json:"message"`
	Extensions struct {
		Code      string `json:"code"`
		RequestID string `json:"requestId"`
	} `json:"extensions"`
}

// call runs an operation and decodes its data into out. The operation must be
// idempotent: it is repeated when no answer arrives.
func (c *Client) call(ctx context.Context, operation string, variables map[string]any, out any) error {
	body, err := json.Marshal(requestBody{Query: document(operation), OperationName: operation, Variables: variables})
	if err != nil {
		return err
	}
	return c.retried(ctx, func() attempt { return c.post(ctx, body, out) })
}

func (c *Client) post(ctx context.Context, body []byte, out any) attempt {
	once, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(once, http.MethodPost, c.server+"/graphql", bytes.NewReader(body))
	if err != nil {
		return attempt{err: err}
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/graphql-response+json, application/json")
	answer, status := c.send(request)
	if status.err != nil {
		return status
	}
	return attempt{err: decode(answer, out)}
}

// answer is an HTTP answer read to its end.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// send sends one request and reads the answer. Answers that only say "not now"
// come back as an attempt to be repeated.
func (c *Client) send(request *http.Request) (answer, attempt) {
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	if c.agent != "" {
		request.Header.Set("User-Agent", c.agent)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return answer{}, c.unanswered(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return answer{}, c.unanswered(err)
	}
	if len(body) > maxAnswer {
		return answer{}, attempt{err: &ServerFault{Status: response.StatusCode, Message: "its answer is larger than 32 MiB"}}
	}
	a := answer{status: response.StatusCode, header: response.Header, body: body}
	if transient(a.status) {
		return a, attempt{err: a.failure(), again: true, retryAfter: retryAfter(a.header)}
	}
	return a, attempt{}
}

func (c *Client) unanswered(err error) attempt {
	return attempt{err: &Unreachable{Server: c.server, Err: err}, again: !errors.Is(err, context.Canceled)}
}

// decode reads a GraphQL answer. One whose status is an error and whose body is no
// GraphQL is told by its status.
func decode(a answer, out any) error {
	var r responseBody
	if err := json.Unmarshal(a.body, &r); err != nil || r.Data == nil && r.Errors == nil {
		if a.status == http.StatusOK {
			return &ServerFault{Status: a.status, Message: "its answer is no GraphQL; is this the address of a Vacancy server?"}
		}
		return a.failure()
	}
	if len(r.Errors) > 0 {
		return graphqlFailure(a, r.Errors[0])
	}
	if err := json.Unmarshal(r.Data, out); err != nil {
		return &ServerFault{Status: a.status, Message: "its answer is not what this version of vacancy understands: " + err.Error()}
	}
	return nil
}

// graphqlFailure tells what the caller did wrong from what the server did.
func graphqlFailure(a answer, e graphqlError) error {
	switch code := e.Extensions.Code; {
	case code == "" && a.status < http.StatusInternalServerError && a.status != http.StatusOK:
		return &Refusal{Code: codeOfStatus(a.status), Message: e.Message}
	case code == "" || code == "INTERNAL" || code == "INTERNAL_SERVER_ERROR":
		id := e.Extensions.RequestID
		if id == "" {
			id = a.header.Get("X-Request-Id")
		}
		return &ServerFault{Status: a.status, Message: e.Message, RequestID: id}
	default:
		return &Refusal{Code: code, Message: e.Message}
	}
}

// failure tells an answer that is no success by its status, its code and message if
// it is JSON, and its text if it is short and plain.
func (a answer) failure() error {
	var said struct {
		Code    string `json:"code"`
		Error   string `json:"error"`
		Message string `json:"message"`
		Errors  []graphqlError
	}
	_ = json.Unmarshal(a.body, &said)
	if len(said.Errors) > 0 {
		said.Message, said.Code = said.Errors[0].Message, said.Errors[0].Extensions.Code
	}
	if said.Message == "" {
		said.Message = said.Error
	}
	if kind, _, _ := mime.ParseMediaType(a.header.Get("Content-Type")); said.Message == "" && kind == "text/plain" && len(a.body) < 500 {
		said.Message = string(bytes.TrimSpace(a.body))
	}
	if a.status >= http.StatusInternalServerError {
		return &ServerFault{Status: a.status, Message: said.Message, RequestID: a.header.Get("X-Request-Id")}
	}
	if said.Code == "" {
		said.Code = codeOfStatus(a.status)
	}
	if said.Message == "" {
		said.Message = "the server answered " + http.StatusText(a.status)
	}
	return &Refusal{Code: said.Code, Message: said.Message}
}

func codeOfStatus(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return "UNAUTHENTICATED"
	case http.StatusForbidden:
		return "FORBIDDEN"
	case http.StatusNotFound:
		return "NOT_FOUND"
	case http.StatusTooManyRequests:
		return "RATE_LIMITED"
	}
	return "INVALID_INPUT"
}
