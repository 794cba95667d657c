package sfnapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
)

// Wire of the API: https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
const (
	targetPrefix = "AWSStepFunctions."
	contentType  = "application/x-amz-json-1.0"
	// maxBody bounds a request: a definition of a mebibyte, each character of it
	// written as an escape of six, and room for the rest.
	maxBody = 7 << 20
)

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := s.cfg.NewID()
	w.Header().Set("X-Amzn-Requestid", id)
	out, err := s.serve(w, r)
	if err != nil {
		s.answerFault(w, r, id, err)
		return
	}
	s.answer(w, http.StatusOK, out)
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) (any, error) {
	if err := checkHost(r.Host); err != nil {
		return nil, err
	}
	target := r.Header.Get("X-Amz-Target")
	name, ours := strings.CutPrefix(target, targetPrefix)
	if r.Method != http.MethodPost || !ours {
		return nil, &fault{unknownOperation, fmt.Sprintf("this is the API of AWS Step Functions: POST with X-Amz-Target: %sOPERATION, as AWS SDKs and the AWS CLI do; it was %s %s with %q", targetPrefix, r.Method, r.URL.Path, target), http.StatusNotFound}
	}
	op, known := operations[name]
	if !known {
		return nil, refuse(unknownOperation, "the operation %s is not answered here; docs/step-functions.md lists those that are", name)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
			return nil, &fault{"RequestEntityTooLargeException", fmt.Sprintf("a request has at most %d bytes", maxBody), http.StatusRequestEntityTooLarge}
		}
		return nil, refuse(serialization, "the body of the request did not arrive: %v", err)
	}
	return op(r.Context(), s, body)
}

// checkHost refuses a name that is not this machine's: a page in a browser that has had
// its own name resolve to this address (DNS rebinding) would be talking.
func checkHost(hostport string) error {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	host = strings.TrimPrefix(strings.ToLower(strings.Trim(host, "[]")), "sync-")
	if net.ParseIP(host) != nil || host == "localhost" || strings.HasSuffix(host, ".localhost") || host == "host.docker.internal" {
		return nil
	}
	return &fault{"AccessDeniedException", fmt.Sprintf("the host %q is not this machine; use localhost, a name under .localhost, or an IP address", host), http.StatusForbidden}
}

// operation answers one operation of the API.
type operation func(ctx context.Context, s *Server, body []byte) (any, error)

// answers makes an operation of a method.
func answers[In, Out any](method func(*Server, context.Context, In) (Out, error)) operation {
	return func(ctx context.Context, s *Server, body []byte) (any, error) {
		var in In
		if err := decode(body, &in); err != nil {
			return nil, err
		}
		return method(s, ctx, in)
	}
}

// decode reads a request. Fields that the API has and this server has no use for are
// passed over, as is an empty body.
func decode(body []byte, in any) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	if err := json.Unmarshal(body, in); err != nil {
		return refuse(serialization, "the body of the request is not as it should be: %v", err)
	}
	return nil
}

func (s *Server) answer(w http.ResponseWriter, status int, out any) {
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false)
	if err := e.Encode(out); err != nil {
		s.log.Error("an answer could not be encoded", "error", err)
		status = http.StatusInternalServerError
		body.Reset()
		body.WriteString(`{"__type":"` + internalFailure + `"}`)
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // whoever has gone does not read it
}

func (s *Server) answerFault(w http.ResponseWriter, r *http.Request, id string, err error) {
	f := asFault(err)
	if f.status >= http.StatusInternalServerError && r.Context().Err() == nil {
		s.log.ErrorContext(r.Context(), "a request could not be answered", "request", id, "target", r.Header.Get("X-Amz-Target"), "error", err)
	}
	w.Header().Set("X-Amzn-Errortype", f.kind)
	s.answer(w, f.status, map[string]string{"__type": f.kind, "message": f.message})
}
