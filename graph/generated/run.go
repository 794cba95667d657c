package generated

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// Run resolves an operation's root fields and answers the data. It is written by hand: what
// Exec of the generated schema adds is a table of all inputs, made anew for each request, for
// resolvers that read one from their context (graphql.UnmarshalInputFromContext), and the way
// back of what was deferred. Here there is neither.
//
// The context has the operation and takes the errors (graphql.WithOperationContext,
// graphql.WithResponseContext). The schema is NewExecutableSchema's.
func Run(ctx context.Context, schema graphql.ExecutableSchema, operation *graphql.OperationContext) graphql.Marshaler {
	ec := newExecutionContext(operation, schema.(*executableSchema), nil)
	if operation.Operation.Operation == ast.Mutation {
		return ec._Mutation(ctx, operation.Operation.SelectionSet)
	}
	return ec._Query(ctx, operation.Operation.SelectionSet)
}
