// Package apigateway lets an http.Handler answer the events of an API Gateway HTTP API
// (AWS Lambda proxy integration, payload format 2.0).
package apigateway

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
)

// Function is what the Lambda runtime calls.
type Function func(context.Context, events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error)

// New makes a function of a handler. It fails only for an event that is no HTTP request,
// which API Gateway answers with 500.
func New(h http.Handler) Function {
	return func(ctx context.Context, event events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		request, err := newRequest(ctx, event)
		if err != nil {
			return events.APIGatewayV2HTTPResponse{}, err
		}
		answer := response{header: http.Header{}}
		h.ServeHTTP(&answer, request)
		return answer.event(), nil
	}
}

// newRequest makes the request that the event tells of.
func newRequest(ctx context.Context, event events.APIGatewayV2HTTPRequest) (*http.Request, error) {
	about := event.RequestContext.HTTP
	if about.Method == "" || !strings.HasPrefix(event.RawPath, "/") {
		return nil, fmt.Errorf("the event has method %q and path %q: it is no request of an HTTP API in payload format 2.0", about.Method, event.RawPath)
	}
	body := []byte(event.Body)
	if event.IsBase64Encoded {
		var err error
		if body, err = base64.StdEncoding.DecodeString(event.Body); err != nil {
			return nil, fmt.Errorf("the event's body: %w", err)
		}
	}
	target := url.URL{Path: event.RawPath, RawQuery: event.RawQueryString}
	if plain, err := url.PathUnescape(event.RawPath); err == nil {
		target.Path, target.RawPath = plain, event.RawPath
	}
	r, err := http.NewRequestWithContext(ctx, about.Method, target.RequestURI(), bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("the event is no HTTP request: %w", err)
	}
	r.URL = &target
	r.RequestURI = target.RequestURI()
	// Values of one name come joined by commas already, as HTTP allows.
	for name, value := range event.Headers {
		r.Header.Set(name, value)
	}
	if len(event.Cookies) > 0 {
		r.Header.Set("Cookie", strings.Join(event.Cookies, "; "))
	}
	r.Host = r.Header.Get("Host")
	if r.Host == "" {
		r.Host = event.RequestContext.DomainName
	}
	r.Header.Del("Host") // as net/http has it
	if about.SourceIP != "" {
		r.RemoteAddr = net.JoinHostPort(about.SourceIP, "0")
	}
	return r, nil
}

// response collects what a handler answers.
type response struct {
	header http.Header
	sent   http.Header // as it was when the status was written
	status int
	body   bytes.Buffer
}

func (w *response) Header() http.Header { return w.header }

func (w *response) WriteHeader(status int) {
	if w.status == 0 && status >= http.StatusOK { // not for 1xx, which the answer follows
		w.status, w.sent = status, w.header.Clone()
	}
}

func (w *response) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}

// event is the answer as API Gateway takes it.
func (w *response) event() events.APIGatewayV2HTTPResponse {
	w.WriteHeader(http.StatusOK)
	out := events.APIGatewayV2HTTPResponse{StatusCode: w.status, Headers: map[string]string{}, Cookies: w.sent["Set-Cookie"]}
	for name, values := range w.sent {
		if name != "Set-Cookie" {
			out.Headers[strings.ToLower(name)] = strings.Join(values, ", ")
		}
	}
	if body := w.body.Bytes(); utf8.Valid(body) {
		out.Body = string(body)
	} else {
		out.Body, out.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
	}
	return out
}
