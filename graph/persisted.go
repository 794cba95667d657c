package graph

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/vacancy/vacancy/graph/generated"
)

// Codes of requests for an operation that is not among the only ones that are answered.
const (
	codeNotAllowed   = "OPERATION_NOT_ALLOWED"
	codeNotPersisted = "PERSISTED_QUERY_NOT_FOUND"
)

// Operations are the documents that a deployment answers, and no others: those of its own
// app. A request has one of them as it is, but for space around it, or names it by its
// SHA-256 in hexadecimal: {"documentId": "sha256:…"}, or as extensions.persistedQuery.sha256Hash.
type Operations struct {
	byHash map[string]string
}

// NewOperations makes them of documents, which have names for the errors: one that is not
// valid, or beyond the limits, is an error that says which and why.
func NewOperations(documents map[string]string) (*Operations, error) {
	if len(documents) == 0 {
		return nil, errors.New("there are no operations")
	}
	schema := generated.NewExecutableSchema(generated.Config{Complexity: costs()})
	limits := DefaultLimits()
	check := newDocuments(schema.Schema(), costLimit{schema: schema, limit: limits.Complexity}, limits, false)
	o := &Operations{byHash: map[string]string{}}
	for _, name := range slices.Sorted(maps.Keys(documents)) {
		text := strings.TrimSpace(documents[name])
		if _, errs := check.admit(context.Background(), text); errs != nil {
			return nil, fmt.Errorf("%s: %w", name, errs)
		}
		o.byHash[hash(text)] = text
	}
	return o, nil
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// admit fills in the document that the request names, and refuses those that are not ours.
// Without operations of its own a server knows no names.
func (o *Operations) admit(a *asked) *gqlerror.Error {
	if a.Query == "" {
		named := strings.TrimPrefix(strings.ToLower(a.named), "sha256:")
		if o != nil {
			a.Query = o.byHash[named]
		}
		if a.Query == "" {
			return refuseDocument(codeNotPersisted, "there is no operation of this name here; send the document itself")[0]
		}
		return nil
	}
	if o == nil {
		return nil
	}
	text := strings.TrimSpace(a.Query)
	if _, ok := o.byHash[hash(text)]; !ok {
		return refuseDocument(codeNotAllowed, "this server answers only the operations of its own app")[0]
	}
	a.Query = text
	return nil
}
