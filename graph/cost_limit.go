package graph

import (
	"context"

	"github.com/99designs/gqlgen/complexity"
	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/vacancy/vacancy/internal/booking"
)

// errComplexity is the code of an operation that costs too much.
const errComplexity = "COMPLEXITY_LIMIT_EXCEEDED"

// costLimit refuses operations that cost more than the limit.
type costLimit struct {
	schema graphql.ExecutableSchema
	limit  int
}

// check refuses an operation that costs too much with these variables.
func (c costLimit) check(ctx context.Context, op *ast.OperationDefinition, variables map[string]any) *gqlerror.Error {
	cost := complexity.Calculate(ctx, c.schema, op, variables)
	if cost <= c.limit {
		return nil
	}
	err := gqlerror.Errorf("the operation costs %d, at most %d is allowed; ask for fewer fields or a smaller page", cost, c.limit)
	errcode.Set(err, errComplexity)
	return err
}

// always reports whether no operation of a document can exceed the limit, whatever its
// variables are: only numbers of rows count, and those have a most. What it says of a
// document spares the reckoning for each request.
func (c costLimit) always(ctx context.Context, doc *ast.QueryDocument) bool {
	for _, op := range doc.Operations {
		worst := map[string]any{}
		for _, v := range op.VariableDefinitions {
			if v.Type.NamedType == "Int" {
				worst[v.Variable] = int64(booking.MaxPageSize)
			}
		}
		if c.check(ctx, op, worst) != nil {
			return false
		}
	}
	return true
}
