package graph

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Handler answers POST /graphql: one request of JSON in, one answer of JSON out.
//
// Statuses: 200 for whatever was run, with or without errors in it; 400 for what could
// not be run; 405, 413 and 415 for what is no request of this kind. Every answer but
// the success has the shape of a GraphQL answer too.
type Handler struct {
	schema        graphql.ExecutableSchema
	present       graphql.ErrorPresenterFunc
	documents     *documents
	cost          costLimit
	limits        Limits
	operations    *Operations // nil: any
	introspection bool
}

// Media types of answers ("GraphQL over HTTP").
const (
	mediaJSON    = "application/json"
	mediaGraphQL = "application/graphql-response+json"
)

// bodies are read into buffers that are used again.
var bodies = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// ServeHTTP answers one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	contentType := mediaJSON
	if strings.Contains(r.Header.Get("Accept"), mediaGraphQL) {
		contentType = mediaGraphQL
	}
	w.Header().Set("Content-Type", contentType+"; charset=utf-8")
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		refuseRequest(w, http.StatusMethodNotAllowed, "send the request with POST")
		return
	}
	if !isJSON(r.Header.Get("Content-Type")) {
		refuseRequest(w, http.StatusUnsupportedMediaType, "send the request as Content-Type: application/json")
		return
	}

	body := bodies.Get().(*bytes.Buffer)
	defer bodies.Put(body)
	body.Reset()
	_, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, h.limits.BodyBytes))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		refuseRequest(w, http.StatusRequestEntityTooLarge, "the body is larger than "+strconv.FormatInt(h.limits.BodyBytes, 10)+" bytes")
		return
	case err != nil:
		refuseRequest(w, http.StatusBadRequest, "the body did not arrive whole")
		return
	}
	params, problem := decode(body.Bytes())
	if problem != "" {
		refuseRequest(w, http.StatusBadRequest, problem)
		return
	}
	h.run(w, r.Context(), params)
}

// isJSON reports whether the content type is JSON. Browsers send no such request
// across origins without asking first, so a page elsewhere cannot forge one.
func isJSON(contentType string) bool {
	if contentType == mediaJSON {
		return true
	}
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && media == mediaJSON
}

// decode reads a request, or says what is wrong with it. It echoes nothing.
func decode(body []byte) (*asked, string) {
	if trimmed := bytes.TrimLeft(body, " \t\r\n"); len(trimmed) > 0 && trimmed[0] == '[' {
		return nil, "a body holds one request; lists of them are not taken"
	}
	var request struct {
		Query         string         `json:"query"`
		DocumentID    string         `json:"documentId"`
		OperationName string         `json:"operationName"`
		Variables     map[string]any `json:"variables"`
		Extensions    struct {
			PersistedQuery struct {
				Hash string `json:"sha256Hash"`
			} `json:"persistedQuery"`
		} `json:"extensions"`
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(&request); err != nil {
		return nil, `the body is no JSON object like {"query": "…", "variables": {…}}`
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, "there is something after the JSON object in the body"
	}
	named := cmp.Or(request.DocumentID, request.Extensions.PersistedQuery.Hash)
	if request.Query == "" && named == "" {
		return nil, `the request has no "query"`
	}
	return &asked{named: named, RawParams: graphql.RawParams{Query: request.Query, OperationName: request.OperationName, Variables: request.Variables}}, ""
}

// asked is a request, and the document that it names instead of having it.
type asked struct {
	graphql.RawParams
	named string
}

// run runs a request within its time.
func (h *Handler) run(w http.ResponseWriter, ctx context.Context, a *asked) {
	if refusal := h.operations.admit(a); refusal != nil {
		writeResponse(w, http.StatusBadRequest, &graphql.Response{Errors: gqlerror.List{refusal}})
		return
	}
	params := &a.RawParams
	ctx, cancel := context.WithTimeout(ctx, h.limits.Time)
	defer cancel()

	admitted, errs := h.documents.admit(ctx, params.Query)
	if errs != nil {
		// A new document's fault: no operation is known to present it with.
		writeResponse(w, http.StatusBadRequest, &graphql.Response{Errors: errs})
		return
	}
	operation, errs := h.operation(admitted, params)
	if errs == nil && !admitted.affordable {
		if refusal := h.cost.check(ctx, operation.Operation, operation.Variables); refusal != nil {
			errs = gqlerror.List{refusal}
		}
	}
	if errs != nil {
		writeResponse(w, http.StatusBadRequest, &graphql.Response{Errors: h.documents.bounded(errorCode(errs), errs)})
		return
	}
	response := h.execute(ctx, operation)
	if most := h.mostBytes(ctx); len(response.Data) > most {
		response = &graphql.Response{Errors: tooLarge(operation.Operation.Operation, most)}
	}
	if len(response.Errors) > h.limits.Errors {
		response.Errors = response.Errors[:h.limits.Errors]
	}
	writeResponse(w, http.StatusOK, response)
}

// codeTooLarge is the code of an answer that is longer than it may be.
const codeTooLarge = "ANSWER_TOO_LARGE"

// mostBytes is how long the data of an answer may be.
func (h *Handler) mostBytes(ctx context.Context) int {
	if principal(ctx).Manages() || h.introspection { // the schema alone is longer
		return 16 * h.limits.Answer
	}
	return h.limits.Answer
}

// tooLarge says so instead of the answer. What a mutation did, it has done.
func tooLarge(of ast.Operation, most int) gqlerror.List {
	if of == ast.Mutation {
		return refuseDocument(codeTooLarge, "it was done, but the answer is longer than %d bytes; ask for what became of it with fewer fields", most)
	}
	return refuseDocument(codeTooLarge, "the answer is longer than %d bytes; ask for fewer fields or a smaller page", most)
}

// errorCode answers the code that the errors have already.
func errorCode(errs gqlerror.List) string {
	if code, ok := errs[0].Extensions["code"].(string); ok {
		return code
	}
	return codeBadRequest
}

// refuseRequest answers a request that is none.
func refuseRequest(w http.ResponseWriter, status int, message string) {
	writeResponse(w, status, &graphql.Response{Errors: gqlerror.List{{
		Message: message, Extensions: map[string]any{"code": codeBadRequest},
	}}})
}

// writeResponse writes an answer. The data, which we made ourselves, goes out as it is:
// encoding/json would read all of it once more.
func writeResponse(w http.ResponseWriter, status int, response *graphql.Response) {
	w.WriteHeader(status)
	if len(response.Errors) == 0 {
		_, _ = io.WriteString(w, `{"data":`)
		_, _ = w.Write(orNull(response.Data))
		_, _ = io.WriteString(w, "}\n")
		return
	}
	_ = json.NewEncoder(w).Encode(struct {
		Errors gqlerror.List   `json:"errors"`
		Data   json.RawMessage `json:"data,omitempty"` // none when nothing was run
	}{response.Errors, response.Data})
}

func orNull(data json.RawMessage) json.RawMessage {
	if len(data) == 0 {
		return json.RawMessage("null")
	}
	return data
}
