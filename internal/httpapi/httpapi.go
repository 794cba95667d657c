package httpapi

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/identity"
)

// Config is what the server is made of. All fields are needed but those that say so.
type Config struct {
	// GraphQL answers /graphql for whoever has a token.
	GraphQL http.Handler
	// Routes are further ones; may be empty.
	Routes   []Route
	Verifier identity.Verifier
	// Checks are asked by /readyz; may be empty.
	Checks []Check
	// Collectors are shown at /metrics beside the server's own; may be empty.
	Collectors []Collector
	// ProtectMetrics shows /metrics to managers and operators only. A server that
	// others than this machine can reach should.
	ProtectMetrics bool
	// AllowOrigins are those of web pages that may call the API, see CheckOrigin; may be empty.
	AllowOrigins []string
	// Secure tells browsers to come back by HTTPS only: it is spoken here, or by what
	// stands in front of the server.
	Secure bool
	// Proxies is how many of ours stand in front of the server, each of which adds to
	// X-Forwarded-For whom it was asked by. 0: nobody's header is believed. Nobody else may be
	// able to reach the server past them.
	Proxies int
	// Operations are the GraphQL documents that the page at / sends, NAME.graphql. nil: / is
	// only text, which says what is where.
	Operations fs.FS
	// Development serves /graphiql.
	Development bool
	Log         *slog.Logger
	Now         func() time.Time
	// NewRequestID makes ids for requests that bring none: unique, and at most
	// MaxRequestIDLength letters, digits, "-", "_" and ".".
	NewRequestID func() string
}

// Route is a handler for a pattern of http.ServeMux, such as "POST /imports".
type Route struct {
	Pattern string
	Handler http.Handler
	// Roles that may ask; the handler finds the principal by identity.PrincipalFrom.
	// None: anybody, without a token.
	Roles []booking.Role
}

// Check is something that must work for the server to be ready.
type Check struct {
	Name string
	// Check answers an error when it does not; within a second or so.
	Check func(context.Context) error
}

// Everybody are all roles.
var Everybody = []booking.Role{booking.Tenant, booking.Manager, booking.Operator}

// Managing are those that may see what concerns all tenants.
var Managing = []booking.Role{booking.Manager, booking.Operator}

// New makes the server's handler. It panics when a route's pattern is malformed or
// conflicts with another, as http.ServeMux does.
func New(c Config) http.Handler {
	metrics := newMetrics(c.Collectors)
	mux := http.NewServeMux()
	for _, route := range c.routes(metrics) {
		handler := route.Handler
		if len(route.Roles) > 0 {
			handler = authenticated{verifier: c.Verifier, roles: route.Roles, log: c.Log, next: handler}
		}
		mux.Handle(route.Pattern, handler)
	}
	return &server{mux: mux, cors: cors{c.AllowOrigins}, secure: c.Secure, proxies: c.Proxies, metrics: metrics, log: c.Log, now: c.Now, newRequestID: c.NewRequestID}
}

// Routes lists what New's handler answers.
func Routes(c Config) []Route { return c.routes(newMetrics(c.Collectors)) }

func (c Config) routes(metrics *metrics) []Route {
	routes := []Route{
		{Pattern: "/graphql", Handler: c.GraphQL, Roles: Everybody},
		{Pattern: "GET /healthz", Handler: http.HandlerFunc(healthz)},
		{Pattern: "GET /readyz", Handler: readiness{checks: c.Checks, log: c.Log}},
	}
	home := Route{Pattern: "GET /{$}", Handler: index(c)}
	if c.Operations != nil {
		home.Handler = front(home.Handler)
		routes = append(routes, pageRoutes(c.Operations)...)
	}
	routes = append(routes, home)
	shown := Route{Pattern: "GET /metrics", Handler: metrics.handler()}
	if c.ProtectMetrics {
		shown.Roles = Managing
	}
	routes = append(routes, shown)
	if c.Development {
		routes = append(routes, graphiqlRoutes()...)
	}
	return append(routes, c.Routes...)
}
