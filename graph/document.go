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

// admitted is a document that may be run.
type admitted struct {
	doc *document
	// affordable: none of its operations costs too much, whatever its variables are.
	affordable bool
	payloads   payloads
}

// documents parses, bounds and validates documents, and keeps those that passed.
type documents struct {
	schema        *ast.Schema
	limits        Limits
	introspection bool
	cost          costLimit
	kept          *lru.Cache[string, *admitted]
}

func newDocuments(schema *ast.Schema, cost costLimit, limits Limits, introspection bool) *documents {
	kept, err := lru.New[string, *admitted](keptDocuments)
	if err != nil {
		panic(err) // only for a size below 1
	}
	return &documents{schema: schema, cost: cost, limits: limits, introspection: introspection, kept: kept}
}

// admit answers the document, or why it is refused: it cannot be run or asks too much.
func (d *documents) admit(ctx context.Context, query string) (*admitted, gqlerror.List) {
	if found, ok := d.kept.Get(query); ok {
		return found, nil
	}
	if len(query) > d.limits.QueryBytes {
		return nil, refuseDocument(errcode.ParseFailed, "the document has %d bytes, at most %d are read", len(query), d.limits.QueryBytes)
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: query}, d.limits.Tokens)
	if err != nil {
		return nil, d.bounded(errcode.ParseFailed, gqlerror.List{gqlerror.Wrap(err)})
	}
	if len(doc.Operations) == 0 {
		return nil, refuseDocument(errcode.ValidationFailed, "the document holds no operation")
	}
	// Before validation, whose cost is not linear in what it is given.
	if refusal := checkShape(doc, d.limits, d.introspection); refusal != nil {
		return nil, gqlerror.List{refusal}
	}
	if errs := validator.ValidateWithRules(d.schema, doc, validationRules()); len(errs) > 0 {
		return nil, d.bounded(errcode.ValidationFailed, errs)
	}
	found := &admitted{doc: doc, affordable: d.cost.always(ctx, doc), payloads: payloadsOf(doc)}
	if len(query) <= keptDocumentBytes {
		d.kept.Add(query, found)
	}
	return found, nil
}

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
		withoutEcho(err)
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
