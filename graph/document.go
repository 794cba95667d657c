package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql/errcode"
	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

type document = ast.QueryDocument

// How many documents are kept, and how long one may be to be kept: what a client can
// make us remember stays under some tens of MiB.
const (
	keptDocuments     = 256
	keptDocumentBytes = 8 << 10
)

// documents parses, bounds and validates documents, and keeps those that passed. To
// gqlgen's executor it is the query cache: the executor itself never parses.
type documents struct {
	schema        *ast.Schema
	limits        Limits
	introspection bool
	kept          *lru.Cache[string, *document]
}

func newDocuments(schema *ast.Schema, limits Limits, introspection bool) *documents {
	kept, err := lru.New[string, *document](keptDocuments)
	if err != nil {
		panic(err) // only for a size below 1
	}
	return &documents{schema: schema, limits: limits, introspection: introspection, kept: kept}
}

type admittedKey struct{}

// admit refuses a document that cannot be run or asks too much. Otherwise it answers
// the context in which Get finds it.
func (d *documents) admit(ctx context.Context, query string) (context.Context, gqlerror.List) {
	if d.kept.Contains(query) {
		return ctx, nil
	}
	if len(query) > d.limits.QueryBytes {
		return ctx, refuseDocument(errcode.ParseFailed, "the document has %d bytes, at most %d are read", len(query), d.limits.QueryBytes)
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: query}, d.limits.Tokens)
	if err != nil {
		return ctx, d.bounded(errcode.ParseFailed, gqlerror.List{gqlerror.Wrap(err)})
	}
	if len(doc.Operations) == 0 {
		return ctx, refuseDocument(errcode.ValidationFailed, "the document holds no operation")
	}
	// Before validation, whose cost is not linear in what it is given.
	if refusal := checkShape(doc, d.limits, d.introspection); refusal != nil {
		return ctx, gqlerror.List{refusal}
	}
	if errs := validator.ValidateWithRules(d.schema, doc, validationRules()); len(errs) > 0 {
		return ctx, d.bounded(errcode.ValidationFailed, errs)
	}
	// Kept at once as well as handed on: nothing says how long the cache keeps it.
	if len(query) <= keptDocumentBytes {
		d.kept.Add(query, doc)
	}
	return context.WithValue(ctx, admittedKey{}, doc), nil
}

// Get answers a document that was admitted.
func (d *documents) Get(ctx context.Context, query string) (*document, bool) {
	if doc, ok := ctx.Value(admittedKey{}).(*document); ok {
		return doc, true
	}
	return d.kept.Get(query)
}

// Add does nothing: admit has kept what is to be kept.
func (*documents) Add(context.Context, string, *document) {}

// validationRules are the specification's, without suggestions of what was meant: they
// tell the schema to who may not ask for it.
func validationRules() *rules.Rules {
	all := rules.NewDefaultRules()
	for name, quiet := range map[string]validator.Rule{
		rules.FieldsOnCorrectTypeRule.Name: rules.FieldsOnCorrectTypeRuleWithoutSuggestions,
		rules.ScalarLeafsRule.Name:         rules.ScalarLeafsRuleWithoutSuggestions,
		rules.KnownTypeNamesRule.Name:      rules.KnownTypeNamesRuleWithoutSuggestions,
		rules.KnownArgumentNamesRule.Name:  rules.KnownArgumentNamesRuleWithoutSuggestions,
		rules.ValuesOfCorrectTypeRule.Name: rules.ValuesOfCorrectTypeRuleWithoutSuggestions,
	} {
		all.ReplaceRule(name, quiet.RuleFunc)
	}
	return all
}

// refuseDocument answers one error about a document.
func refuseDocument(code, format string, args ...any) gqlerror.List {
	err := gqlerror.Errorf(format, args...)
	errcode.Set(err, code)
	return gqlerror.List{err}
}

// bounded cuts errors about a document down to what is worth sending.
func (d *documents) bounded(code string, errs gqlerror.List) gqlerror.List {
	errs = errs[:min(len(errs), d.limits.Errors)]
	for _, err := range errs {
		err.Message = shorten(err.Message)
		err.Locations = err.Locations[:min(len(err.Locations), 2)]
		errcode.Set(err, code)
	}
	return errs
}

// shorten cuts a message that names things of the caller's after a few words.
func shorten(message string) string {
	const most = 160
	if len(message) <= most {
		return message
	}
	cut := most
	for cut > 0 && message[cut]&0xC0 == 0x80 { // inside a character
		cut--
	}
	return message[:cut] + "…"
}
