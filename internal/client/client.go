package client

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Options says how to reach a server. Server, Wait and Rand are required.
type Options struct {
	Server  string        // base URL, "http://127.0.0.1:8080"; the scheme may be left out
	Token   string        // bearer token; sent nowhere but to Server
	Timeout time.Duration // for one attempt of a call; 0 means 15 s. Uploads have none
	Agent   string        // User-Agent header
	Retry   RetryPolicy   // the zero value means DefaultRetry

	HTTP *http.Client                               // nil: a client of its own
	Wait func(context.Context, time.Duration) error // until the time has passed, or ctx's error
	Rand func() float64                             // uniform in [0, 1), for jitter; safe for concurrent use
}

// Client calls one server as one principal. It is safe for concurrent use.
type Client struct {
	server  string
	token   string
	agent   string
	timeout time.Duration
	retry   RetryPolicy
	http    *http.Client
	wait    func(context.Context, time.Duration) error
	rand    func() float64
}

// New makes a client. It refuses a server that is no http or https URL, and a
// token that would go over plain http to another machine.
func New(o Options) (*Client, error) {
	server, err := parseServer(o.Server)
	if err != nil {
		return nil, err
	}
	if o.Token != "" && server.Scheme == "http" && !isLoopback(server.Hostname()) {
		return nil, fmt.Errorf("the server %s is on another machine and its URL is plain http: a token would travel in the clear; use https", server)
	}
	c := &Client{server: server.String(), token: o.Token, agent: o.Agent, timeout: o.Timeout,
		retry: o.Retry, http: o.HTTP, wait: o.Wait, rand: o.Rand}
	if c.timeout == 0 {
		c.timeout = 15 * time.Second
	}
	if c.retry == (RetryPolicy{}) {
		c.retry = DefaultRetry
	}
	if c.http == nil {
		c.http = &http.Client{CheckRedirect: stayOnServer}
	}
	return c, nil
}

// Server answers the base URL that the client calls.
func (c *Client) Server() string { return c.server }

func parseServer(s string) (*url.URL, error) {
	if s == "" {
		return nil, fmt.Errorf("no server is given")
	}
	if !strings.Contains(s, "://") {
		s = "http://" + s
	}
	u, err := url.Parse(strings.TrimRight(s, "/"))
	if err != nil {
		return nil, fmt.Errorf("the server %q is no URL: %w", s, err)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("the server %q is no http or https URL, such as http://127.0.0.1:8080", s)
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("the server's URL must be scheme, host and path alone, such as http://127.0.0.1:8080")
	}
	return u, nil
}

// stayOnServer keeps a redirect from carrying a request, and its token, elsewhere.
func stayOnServer(r *http.Request, via []*http.Request) error {
	if r.URL.Host != via[0].URL.Host || r.URL.Scheme != via[0].URL.Scheme {
		return fmt.Errorf("the server redirects to %s; give that as the server if you trust it", r.URL.Host)
	}
	if len(via) >= 3 {
		return fmt.Errorf("the server redirects in a circle")
	}
	return nil
}
