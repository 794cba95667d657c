package graph

import (
	"context"
	"errors"

	"github.com/99designs/gqlgen/complexity"
	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// errComplexity is the code of an operation that costs too much.
const errComplexity = "COMPLEXITY_LIMIT_EXCEEDED"

// costLimit refuses an operation that costs more than the limit, and lets the schema be
// asked for where that is allowed. It is an extension of gqlgen's executor.
type costLimit struct {
	schema        graphql.ExecutableSchema
	limit         int
	introspection bool
}

var _ graphql.OperationContextMutator = (*costLimit)(nil)

// ExtensionName names it in gqlgen's errors.
func (*costLimit) ExtensionName() string { return "CostLimit" }

// Validate is called once with the schema.
func (c *costLimit) Validate(schema graphql.ExecutableSchema) error {
	if c.limit < 1 {
		return errors.New("the complexity limit must be at least 1")
	}
	c.schema = schema
	return nil
}

// MutateOperationContext is called before an operation is run.
func (c *costLimit) MutateOperationContext(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	op.DisableIntrospection = !c.introspection
	if cost := complexity.Calculate(ctx, c.schema, op.Operation, op.Variables); cost > c.limit {
		err := gqlerror.Errorf("the operation costs %d, at most %d is allowed; ask for fewer fields or a smaller page", cost, c.limit)
		errcode.Set(err, errComplexity)
		return err
	}
	return nil
}
