// Package api is everything that a deployment answers over HTTP: GraphQL, the routes
// beside it, and what its backend shows of itself. 'vacancy serve' and the Lambda behind
// API Gateway answer by the same handler.
package api

import (
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/vacancy/vacancy/graph"
	"github.com/vacancy/vacancy/graph/operations"
	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/httpapi"
	"github.com/vacancy/vacancy/internal/identity"
	"github.com/vacancy/vacancy/internal/imports"
	"github.com/vacancy/vacancy/internal/ratelimit"
)

// Config is what the API is made of. All fields are needed but those that say so.
type Config struct {
	App      *app.App
	Backend  Backend
	Verifier identity.Verifier
	// Checks are asked by /readyz beside the backend's; may be empty.
	Checks []httpapi.Check
	// Public: others than this machine reach the deployment, by HTTPS. It shows /metrics
	// to managers and operators only.
	Public bool
	// Proxies is how many stand in front of the server; see httpapi.Config.
	Proxies int
	// AllowOrigins are those of web pages that may call the API; may be empty.
	AllowOrigins []string
	// Operations are the only ones that are answered; nil: whatever is within the limits.
	Operations *graph.Operations
	// Development lets clients ask for the schema, and serves GraphiQL.
	Development bool
	Now         func() time.Time
	Log         *slog.Logger
}

// Backend is what a backend shows of itself.
type Backend interface {
	// Routes are further ones; may be empty.
	Routes() []httpapi.Route
	// Checks are asked by /readyz; may be empty.
	Checks() []httpapi.Check
	// Collectors are shown at /metrics; may be empty.
	Collectors() []httpapi.Collector
	// Limiter bounds how often each principal makes a kind of call, wherever the deployment
	// counts that.
	Limiter(kind string, r ratelimit.Rate) ratelimit.Limiter
}

// New makes everything that a deployment answers.
func New(c Config) http.Handler { return httpapi.New(c.http()) }

// Routes lists what New's handler answers.
func Routes(c Config) []httpapi.Route { return httpapi.Routes(c.http()) }

func (c Config) http() httpapi.Config {
	limits := rates(c)
	return httpapi.Config{
		GraphQL: graph.New(graph.Config{
			Booking: c.App.Reservations, Imports: c.App.Imports, Orders: c.App.Orders, Trips: c.App.Trips, Runner: c.App.Runner, Development: c.Development, RequestID: httpapi.RequestID, Log: c.Log,
			Rates: limits, Operations: c.Operations,
		}),
		Routes:       append(limited(routes(c), limits, c.Log), c.Backend.Routes()...),
		Verifier:     c.Verifier,
		Checks:       append(c.Backend.Checks(), c.Checks...),
		AllowOrigins: c.AllowOrigins,
		Secure:       c.Public, ProtectMetrics: c.Public, Proxies: c.Proxies,
		Collectors:   append(c.Backend.Collectors(), c.App.Doctor()),
		Operations:   operations.Files,
		Development:  c.Development,
		Log:          c.Log,
		Now:          c.Now,
		NewRequestID: uuid.NewString,
	}
}

// rates are those of the deployment's limits.
func rates(c Config) graph.Rates {
	l := c.App.Config.Limits
	return graph.Rates{
		Reserve: c.Backend.Limiter("reserve", ratelimit.PerMinute(l.ReserveRate)),
		Pay:     c.Backend.Limiter("pay", ratelimit.PerMinute(l.PayRate)),
	}
}

// limited bounds the doors beside GraphQL by which one reserves and pays, by the limiters of
// the mutations that do the same.
func limited(routes []httpapi.Route, limits graph.Rates, log *slog.Logger) []httpapi.Route {
	by := map[string]ratelimit.Limiter{"POST /orders": limits.Pay, "/trips": limits.Reserve, "/trips/{path...}": limits.Reserve}
	for i, route := range routes {
		if limiter := by[route.Pattern]; limiter != nil {
			routes[i].Handler = httpapi.Limited(limiter, log, route.Handler)
		}
	}
	return routes
}

// routes are the ones beside GraphQL that every backend has.
func routes(c Config) []httpapi.Route {
	return slices.Concat(orderRoutes(c.App.Orders, c.Log), tripRoutes(c.App.Trips, c.Log), doctorRoutes(c), []httpapi.Route{
		{Pattern: "POST /imports", Roles: httpapi.Managing, Handler: imports.Handler(c.App.Reservations.ImportApartments, c.App.Imports.Receive, app.NewID, c.Log)},
	})
}
