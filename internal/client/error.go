package client

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"time"
)

// Refusal is the server's "no": the request was understood and nothing has changed.
type Refusal struct {
	Code      string     `json:"code"`            // as in the schema: APARTMENT_NOT_VACANT, NOT_FOUND, UNAUTHENTICATED, …
	Field     string     `json:"field,omitempty"` // the input at fault, if one is
	Message   string     `json:"message"`
	HeldUntil *time.Time `json:"heldUntil,omitempty"` // APARTMENT_NOT_VACANT: when the hold in the way ends
}

func (r *Refusal) Error() string {
	if r.Message == "" {
		return r.Code
	}
	return fmt.Sprintf("%s (%s)", r.Message, r.Code)
}

// CodeOf answers the code of the refusal in err's chain, or "".
func CodeOf(err error) string {
	var r *Refusal
	if errors.As(err, &r) {
		return r.Code
	}
	return ""
}

// ServerFault is a failure of the server's. What the call was to do may or may not
// have been done; calls of this package may be repeated under the same key.
type ServerFault struct {
	Status    int    // HTTP status
	Message   string // what the server said, for people
	RequestID string // to find it in the server's log; "" if none was given
}

func (f *ServerFault) Error() string {
	text := f.Message
	if text == "" {
		text = strings.ToLower(http.StatusText(f.Status))
	}
	text = "the server failed: " + text
	if f.RequestID != "" {
		text += " (request " + f.RequestID + ")"
	}
	return text
}

// Unreachable says that no answer arrived.
type Unreachable struct {
	Server string
	Err    error
}

func (u *Unreachable) Unwrap() error { return u.Err }

func (u *Unreachable) Error() string {
	if errors.Is(u.Err, syscall.ECONNREFUSED) {
		return "nothing listens at " + u.Server
	}
	return fmt.Sprintf("no answer from %s: %v", u.Server, cause(u.Err))
}

// cause strips the wrapping of net/http, which repeats method and URL.
func cause(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil || !strings.Contains(err.Error(), "://") {
			return err
		}
		err = inner
	}
}

// OutcomeUnknown reports whether, after this error, what the call was to do may have
// been done. Repeating it under the same idempotency key finds out.
func OutcomeUnknown(err error) bool {
	var unreachable *Unreachable
	if errors.As(err, &unreachable) {
		return !errors.Is(err, syscall.ECONNREFUSED)
	}
	var fault *ServerFault
	return errors.As(err, &fault)
}
