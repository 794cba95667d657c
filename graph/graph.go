// Package graph is the GraphQL API: the schema (*.graphqls; published whole as
// schema.graphql), resolvers that hand over to the domain services, and the HTTP
// handler with its limits.
//
// What a caller did wrong is a userError of a mutation's payload, or a GraphQL error
// with the same code. What went wrong on our side is masked as "internal error" with
// the request's id, under which the log has the cause. Who may do what is said in the
// schema, by @allow.
package graph

//go:generate go tool gqlgen generate
//go:generate go test -run ^TestPublishedSchema$ -update .

import (
	"context"
	"log/slog"
	"time"

	"github.com/vacancy/vacancy/graph/generated"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga/batch"
	"github.com/vacancy/vacancy/internal/saga/order"
	"github.com/vacancy/vacancy/internal/saga/trip"
	"github.com/vacancy/vacancy/internal/workflow"
)

// Config is what the API is made of. All fields are needed but those that say so.
type Config struct {
	Booking *booking.Service
	Imports *batch.Service
	Orders  *order.Service
	Trips   *trip.Service
	Runner  workflow.Runner
	// Rates bound how often each principal may do what costs something; may be empty.
	Rates Rates
	// Operations are the only ones that are answered; nil: whatever is within the limits.
	Operations *Operations
	// Limits of a request; the zero value is DefaultLimits.
	Limits Limits
	// Development lets clients ask for the schema (introspection).
	Development bool
	// RequestID answers the id of the request that the context is of.
	RequestID func(context.Context) string
	Log       *slog.Logger
}

// Limits bound what one request may ask and cost.
type Limits struct {
	BodyBytes  int64         // of a request
	QueryBytes int           // of the document in it
	Tokens     int           // of a document
	Depth      int           // of fields in fields; introspection has its own bound
	Fields     int           // of an operation, with its fragments spread out
	Repeats    int           // of one name in a document: comparing them all is what validation costs
	Aliases    int           // of an operation, as Fields
	Directives int           // likewise
	Complexity int           // a field costs 1, a list's fields `first` times as much
	Errors     int           // in one answer
	Answer     int           // bytes of data in an answer to a tenant, sixteen times as many for who manages
	Time       time.Duration // to answer in
}

// DefaultLimits suit the operations in graph/operations several times over.
func DefaultLimits() Limits {
	return Limits{
		BodyBytes: 64 << 10, QueryBytes: 16 << 10, Tokens: 1000,
		Depth: 12, Fields: 500, Repeats: 60, Aliases: 30, Directives: 30, Complexity: 10_000,
		Errors: 10, Answer: 63 << 10, Time: 10 * time.Second,
	}
}

// New makes the handler of POST /graphql. It expects the request's principal in its
// context (identity.WithPrincipal).
func New(c Config) *Handler {
	if c.Limits == (Limits{}) {
		c.Limits = DefaultLimits()
	}
	schema := generated.NewExecutableSchema(generated.Config{
		Resolvers:  &resolver{booking: c.Booking, imports: c.Imports, orders: c.Orders, trips: c.Trips, runner: c.Runner, rates: c.Rates},
		Directives: generated.DirectiveRoot{Allow: allow},
		Complexity: costs(),
	})
	cost := costLimit{schema: schema, limit: c.Limits.Complexity}
	documents := newDocuments(schema.Schema(), cost, c.Limits, c.Development)
	return &Handler{
		schema: schema, present: presenter{log: c.Log, requestID: c.RequestID}.present, documents: documents, cost: cost,
		limits: c.Limits, operations: c.Operations, introspection: c.Development,
	}
}
