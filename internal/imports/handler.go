package imports

import (
	"encoding/json"
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/identity"
)

// MaxBody is the largest body that Handler takes, in bytes.
const MaxBody = 4 << 20

// importKind is the kind of an import's id.
const importKind = "imp"

// Handler answers POST /imports: it takes listings as text/csv from a manager, streamed, and
// answers 202 with the Report as JSON. With ?dryRun=true nothing is stored.
//
// It refuses, as a GraphQL error with a code: nobody (401), tenants (403), another media type
// or an encoded body (415), a body above MaxBody (413; when its length was not said before,
// what came in until then is stored), a header that names no apartments or a bad parameter
// (400), and ?atomic=true (501). A row that cannot be taken is no error; the report has it.
func Handler(store Store, newID booking.NewID, log *slog.Logger) http.Handler {
	return handler{store, newID, log}
}

type handler struct {
	store Store
	newID booking.NewID
	log   *slog.Logger
}

func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	who, ok := identity.PrincipalFrom(r.Context())
	switch {
	case !ok:
		answerError(w, http.StatusUnauthorized, booking.Unauthenticated, "this needs a bearer token")
		return
	case !who.Manages():
		answerError(w, http.StatusForbidden, booking.Forbidden, "listings are imported by managers")
		return
	}
	store, failed := h.accept(w, r)
	if failed {
		return
	}
	report, err := Run(r.Context(), http.MaxBytesReader(w, r.Body, MaxBody), store)
	if err != nil {
		h.answerFailure(w, r, report, err)
		return
	}
	report.ID = h.newID(importKind)
	h.log.InfoContext(r.Context(), "listings imported", "import", report.ID, "by", who.ID, "dryRun", report.DryRun,
		"rows", report.Rows, "created", report.Created, "unchanged", report.Unchanged, "refused", report.RefusedRows)
	answer(w, http.StatusAccepted, report)
}

// accept looks at what comes before the body, and answers what to store with, or, failed,
// has answered the request.
func (h handler) accept(w http.ResponseWriter, r *http.Request) (store Store, failed bool) {
	query := r.URL.Query()
	atomic, err := flag(query, "atomic")
	dryRun, alsoErr := flag(query, "dryRun")
	media, parameters, mediaErr := mime.ParseMediaType(r.Header.Get("Content-Type"))
	charset := parameters["charset"]
	switch {
	case err != nil || alsoErr != nil:
		answerError(w, http.StatusBadRequest, booking.InvalidInput, "atomic and dryRun must be true or false")
	case atomic:
		answerError(w, http.StatusNotImplemented, booking.InvalidInput,
			"atomic=true, all rows or none, is not supported: leave it out, and rows that cannot be taken are reported while the rest goes in; dryRun=true shows them beforehand")
	case mediaErr != nil || media != "text/csv" || charset != "" && !strings.EqualFold(charset, "utf-8"):
		answerError(w, http.StatusUnsupportedMediaType, booking.InvalidInput, "send the listings with Content-Type: text/csv, in UTF-8")
	case r.Header.Get("Content-Encoding") != "":
		answerError(w, http.StatusUnsupportedMediaType, booking.InvalidInput, "send the listings without Content-Encoding")
	case r.ContentLength > MaxBody:
		answerError(w, http.StatusRequestEntityTooLarge, booking.InvalidInput, tooLarge)
	case dryRun:
		return nil, false
	default:
		return h.store, false
	}
	return nil, true
}

const tooLarge = "the file is larger than 4 MiB; send it in parts, each with its header"

// answerFailure answers an import that ended early.
func (h handler) answerFailure(w http.ResponseWriter, r *http.Request, report Report, err error) {
	var refused *booking.Error
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		answerError(w, http.StatusRequestEntityTooLarge, booking.InvalidInput, tooLarge)
	case errors.As(err, &refused) && report.Rows == 0:
		answerError(w, http.StatusBadRequest, refused.Code, refused.Message)
	case r.Context().Err() != nil:
		h.log.InfoContext(r.Context(), "import ended by its client", "created", report.Created, "error", err)
		answerError(w, http.StatusBadRequest, booking.InvalidInput, "the request ended before the import did; send it again, what is there already stays as it is")
	case errors.Is(err, errUpload):
		answerError(w, http.StatusBadRequest, booking.InvalidInput, "the body ended early; send it again, what is there already stays as it is")
	default:
		h.log.ErrorContext(r.Context(), "import failed", "rows", report.Rows, "created", report.Created, "error", err)
		answerError(w, http.StatusInternalServerError, internal, "internal error; send the file again, what is there already stays as it is")
	}
}

// internal is the code of what went wrong on our side.
const internal booking.Code = "INTERNAL"

// flag reads a parameter that is true, false or left out.
func flag(query url.Values, name string) (bool, error) {
	if !query.Has(name) {
		return false, nil
	}
	return strconv.ParseBool(query.Get(name))
}

// answerError answers in the shape of a GraphQL error, as every route does.
func answerError(w http.ResponseWriter, status int, code booking.Code, message string) {
	type extensions struct {
		Code      booking.Code `json:"code"`
		RequestID string       `json:"requestId,omitempty"`
	}
	type graphqlError struct {
		Message    string     `json:"message"`
		Extensions extensions `json:"extensions"`
	}
	answer(w, status, map[string][]graphqlError{"errors": {{message, extensions{code, w.Header().Get("X-Request-Id")}}}})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // whoever is gone is told nothing
}
