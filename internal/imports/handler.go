package imports

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/identity"
	"github.com/vacancy/vacancy/internal/saga/batch"
)

// MaxBody is the largest body that Handler takes, in bytes.
const MaxBody = 4 << 20

// importKind is the kind of an import's id.
const importKind = "imp"

// Atomic takes a file whose rows become apartments all or none: batch.Service.Receive.
type Atomic func(context.Context, booking.Principal, io.Reader, batch.Order) (batch.Import, error)

// Accepted is the answer to a file that is imported atomically: its import goes on by itself.
type Accepted struct {
	ID     string       `json:"id"`
	Atomic bool         `json:"atomic"`
	DryRun bool         `json:"dryRun"`
	Status batch.Status `json:"status"`
	Bytes  int64        `json:"bytes"` // of the file
}

// Handler answers POST /imports: it takes listings as text/csv from a manager, streamed, and
// answers 202 with the Report as JSON. With ?dryRun=true nothing is stored.
//
// With ?atomic=true the answer is Accepted: the file is stored, and its rows become
// apartments all or none, which GraphQL's import(id) tells of. ?runType=failProcess,
// failTransform or failCommit makes it fail on purpose, where the stage allows that.
//
// It refuses, as a GraphQL error with a code: nobody (401), tenants (403), another media type
// or an encoded body (415), a body above MaxBody (413; when its length was not said before,
// what came in until then is stored, unless it is atomic), and a header that names no apartments or
// a bad parameter (400). A row that cannot be taken is no error; the report has it.
func Handler(store Store, atomic Atomic, newID booking.NewID, log *slog.Logger) http.Handler {
	return handler{store, atomic, newID, log}
}

type handler struct {
	store  Store
	atomic Atomic
	newID  booking.NewID
	log    *slog.Logger
}

// wanted is what the parameters of a request ask for.
type wanted struct {
	atomic bool
	order  batch.Order
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
	want, ok := h.accept(w, r)
	if !ok {
		return
	}
	body := http.MaxBytesReader(w, r.Body, MaxBody)
	if want.atomic {
		h.receive(w, r, who, body, want.order)
		return
	}
	store := h.store
	if want.order.DryRun {
		store = nil
	}
	report, err := Run(r.Context(), body, store)
	if err != nil {
		h.answerFailure(w, r, report, err)
		return
	}
	report.ID = h.newID(importKind)
	h.log.InfoContext(r.Context(), "listings imported", "import", report.ID, "by", who.ID, "dryRun", report.DryRun,
		"rows", report.Rows, "created", report.Created, "unchanged", report.Unchanged, "refused", report.RefusedRows)
	answer(w, http.StatusAccepted, report)
}

// receive takes a file to be imported atomically.
func (h handler) receive(w http.ResponseWriter, r *http.Request, who booking.Principal, body io.Reader, o batch.Order) {
	i, err := h.atomic(r.Context(), who, body, o)
	if err != nil {
		h.answerFailure(w, r, Report{}, err)
		return
	}
	h.log.InfoContext(r.Context(), "import received", "import", i.ID, "by", who.ID, "dryRun", i.DryRun, "bytes", i.Bytes)
	answer(w, http.StatusAccepted, Accepted{ID: i.ID, Atomic: true, DryRun: i.DryRun, Status: i.Status, Bytes: i.Bytes})
}

// accept looks at what comes before the body and answers what is wanted, or has refused
// the request.
func (h handler) accept(w http.ResponseWriter, r *http.Request) (want wanted, ok bool) {
	query := r.URL.Query()
	var err, alsoErr error
	want.atomic, err = flag(query, "atomic")
	want.order.DryRun, alsoErr = flag(query, "dryRun")
	want.order.RunType = batch.RunType(query.Get("runType"))
	media, parameters, mediaErr := mime.ParseMediaType(r.Header.Get("Content-Type"))
	charset := parameters["charset"]
	switch {
	case err != nil || alsoErr != nil:
		answerError(w, http.StatusBadRequest, booking.InvalidInput, "atomic and dryRun must be true or false")
	case want.order.RunType != "" && !want.atomic:
		answerError(w, http.StatusBadRequest, booking.InvalidInput, "runType goes with atomic=true; other imports have no steps to fail")
	case mediaErr != nil || media != "text/csv" || charset != "" && !strings.EqualFold(charset, "utf-8"):
		answerError(w, http.StatusUnsupportedMediaType, booking.InvalidInput, "send the listings with Content-Type: text/csv, in UTF-8")
	case r.Header.Get("Content-Encoding") != "":
		answerError(w, http.StatusUnsupportedMediaType, booking.InvalidInput, "send the listings without Content-Encoding")
	case r.ContentLength > MaxBody:
		answerError(w, http.StatusRequestEntityTooLarge, booking.InvalidInput, tooLarge)
	default:
		return want, true
	}
	return want, false
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
	case errors.Is(err, errUpload), errors.Is(err, batch.ErrUpload):
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
