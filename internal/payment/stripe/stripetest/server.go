package stripetest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// SecretKey and PublishableKey are the keys of the one account there is.
const (
	SecretKey      = "sk_test_stripetest" // #nosec G101 -- the key that this fake accepts
	PublishableKey = "pk_test_stripetest"
)

// Server is Stripe. It is an http.Handler, and safe for concurrent use.
type Server struct {
	now  func() time.Time
	name string // in the ids of what it makes

	mu      sync.Mutex
	fault   func(Call) Fault
	intents map[string]*intent
	order   []*intent // as they were made
	keys    map[string]*stored
	running map[string]bool // keys of calls under way
	events  []Event
	calls   []Call
}

// New makes an account in which nothing has happened. now is Stripe's clock.
func New(now func() time.Time) *Server {
	return &Server{now: now, intents: map[string]*intent{}, keys: map[string]*stored{}, running: map[string]bool{}}
}

// Named puts a name of letters and digits into the ids that the account makes from here on,
// for tests with several accounts whose ids must differ.
func (s *Server) Named(name string) *Server {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.name = name
	return s
}

// Fail makes fault say what goes wrong with each call from here on; nil: nothing.
func (s *Server) Fail(fault func(Call) Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = fault
}

// Calls answers the calls that have arrived, in order.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.calls...)
}

// keysLast is how long Stripe keeps an idempotency key.
const keysLast = 24 * time.Hour

// stored is what a key was answered with.
type stored struct {
	request string
	at      time.Time
	answer  answer
}

// answer is an HTTP answer.
type answer struct {
	status int
	body   []byte
	// unstored: nothing was executed, and the key may be used again.
	unstored bool
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+SecretKey {
		write(w, failed(http.StatusUnauthorized, apiError{Type: "invalid_request_error", Message: "Invalid API Key provided"}))
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	form, err := url.ParseQuery(string(body))
	if r.Method == http.MethodGet {
		form, err = r.URL.Query(), nil
	}
	if err != nil {
		write(w, failed(http.StatusBadRequest, apiError{Type: "invalid_request_error", Message: "the body is no form"}))
		return
	}
	c := s.callOf(r, form)
	fault := s.arrived(c)
	if fault.Before == Lost {
		panic(http.ErrAbortHandler)
	}
	if !s.begin(c) {
		write(w, failed(http.StatusConflict, apiError{Type: "idempotency_error", Code: "idempotency_key_in_use"}))
		return
	}
	if fault.Slow != nil {
		fault.Slow()
	}
	a := s.answer(c, form, fault)
	if fault.After == Lost {
		panic(http.ErrAbortHandler)
	}
	write(w, a)
}

// arrived notes a call and answers what is to go wrong with it.
func (s *Server) arrived(c Call) Fault {
	s.mu.Lock()
	s.calls = append(s.calls, c)
	fault := s.fault
	s.mu.Unlock()
	if fault == nil {
		return Fault{}
	}
	return fault(c)
}

// begin reports whether no other call is under way with the key.
func (s *Server) begin(c Call) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.Key == "" {
		return true
	}
	if s.running[c.Key] {
		return false
	}
	s.running[c.Key] = true
	return true
}

// answer answers from what is stored under the key, or executes.
func (s *Server) answer(c Call, form url.Values, fault Fault) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.running, c.Key)
	if fault.Before == RateLimited {
		return failed(http.StatusTooManyRequests, apiError{Type: "invalid_request_error", Code: "rate_limit"})
	}
	if c.Key == "" {
		if fault.Before == ServerError {
			return serverError()
		}
		return s.execute(c, form)
	}
	request := c.Path + "?" + form.Encode()
	if past := s.keys[c.Key]; past != nil && s.now().Sub(past.at) < keysLast {
		if past.request != request {
			return failed(http.StatusBadRequest, apiError{Type: "idempotency_error", Message: "Keys for idempotent requests can only be used with the same parameters"})
		}
		return past.answer
	}
	a := serverError()
	if fault.Before != ServerError {
		if a = s.execute(c, form); fault.After == ServerError && !a.unstored {
			a = serverError()
		}
	}
	if !a.unstored {
		s.keys[c.Key] = &stored{request: request, at: s.now(), answer: a}
	}
	return a
}

// apiError is Stripe's error object.
type apiError struct {
	Type          string `json:"type"`
	Code          string `json:"code,omitempty"`
	DeclineCode   string `json:"decline_code,omitempty"`
	Message       string `json:"message"`
	PaymentIntent any    `json:"payment_intent,omitempty"`
}

func failed(status int, e apiError) answer {
	body, err := json.Marshal(map[string]any{"error": e})
	if err != nil {
		panic(err) // it has strings and maps only
	}
	return answer{status: status, body: body}
}

func invalid(format string, args ...any) answer {
	a := failed(http.StatusBadRequest, apiError{Type: "invalid_request_error", Code: "parameter_invalid", Message: fmt.Sprintf(format, args...)})
	a.unstored = true
	return a
}

func serverError() answer {
	return failed(http.StatusInternalServerError, apiError{Type: "api_error", Message: "Something went wrong on our end"})
}

func ok(v any) answer {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err) // it has strings, numbers and maps only
	}
	return answer{status: http.StatusOK, body: body}
}

func write(w http.ResponseWriter, a answer) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Request-Id", "req_test")
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}

// Transport answers requests without a network, so that tests on a clock of their own can
// use it.
func (s *Server) Transport() http.RoundTripper { return transport{s} }

type transport struct{ server *Server }

func (t transport) RoundTrip(r *http.Request) (response *http.Response, err error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	if r.Body == nil {
		r.Body = http.NoBody
	}
	defer r.Body.Close()
	defer func() {
		if panicked := recover(); panicked == http.ErrAbortHandler { //nolint:errorlint // net/http compares it so, too
			err = io.ErrUnexpectedEOF
		} else if panicked != nil {
			panic(panicked)
		}
	}()
	w := &recorder{header: http.Header{}}
	t.server.ServeHTTP(w, r)
	return &http.Response{StatusCode: w.status, Header: w.header, Request: r, ProtoMajor: 1, ProtoMinor: 1,
		Body: io.NopCloser(strings.NewReader(w.body.String())), ContentLength: int64(w.body.Len())}, nil
}

type recorder struct {
	header http.Header
	status int
	body   strings.Builder
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(p []byte) (int, error) { return r.body.Write(p) }
