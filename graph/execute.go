package graph

import (
	"bytes"
	"context"
	"errors"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/vacancy/vacancy/graph/generated"
)

// operation makes what is run of a request, or says why it cannot be: there is no operation of
// that name, or a variable is not of its type.
func (h *Handler) operation(a *admitted, params *graphql.RawParams) (*graphql.OperationContext, gqlerror.List) {
	op := a.doc.Operations.ForName(params.OperationName)
	if op == nil {
		return nil, refuseDocument(errcode.ValidationFailed, "operation %s not found", params.OperationName)
	}
	variables, ok := plainVariables(h.documents.schema, op, params.Variables)
	if !ok {
		var err error
		if variables, err = validator.VariableValues(h.documents.schema, op, params.Variables); err != nil {
			var refusal *gqlerror.Error
			if !errors.As(err, &refusal) {
				refusal = gqlerror.Wrap(err)
			}
			errcode.Set(refusal, errcode.ValidationFailed)
			return nil, gqlerror.List{refusal}
		}
	}
	run := &graphql.OperationContext{
		RawQuery: params.Query, OperationName: params.OperationName, Variables: variables, Doc: a.doc, Operation: op,
		DisableIntrospection: !h.introspection,
		RecoverFunc:          recovered, ResolverMiddleware: resolve, RootResolverMiddleware: resolveRoot,
	}
	if a.payloads != nil {
		run.ResolverMiddleware = a.payloads.resolve
	}
	return run, nil
}

// No middleware stands around the fields.
func resolve(ctx context.Context, next graphql.Resolver) (any, error)              { return next(ctx) }
func resolveRoot(ctx context.Context, next graphql.RootResolver) graphql.Marshaler { return next(ctx) }

// execute runs an operation, unless its time is up before it has begun.
func (h *Handler) execute(ctx context.Context, operation *graphql.OperationContext) *graphql.Response {
	ctx = graphql.WithOperationContext(ctx, operation)
	ctx = graphql.WithResponseContext(ctx, h.present, recovered)
	if ctx.Err() != nil {
		graphql.AddError(ctx, gqlerror.Wrap(context.Cause(ctx)))
		return &graphql.Response{Errors: graphql.GetErrors(ctx)}
	}
	var data bytes.Buffer
	generated.Run(ctx, h.schema, operation).MarshalGQL(&data)
	return &graphql.Response{Data: data.Bytes(), Errors: graphql.GetErrors(ctx)}
}
