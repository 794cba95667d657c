package api

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/httpapi"
	"github.com/vacancy/vacancy/internal/identity"
	"github.com/vacancy/vacancy/internal/saga/trip"
)

// maxTripBody bounds the body of a trip, in bytes.
const maxTripBody = 64 << 10

// tripRoutes show and start trips in the form that clients of the patterns know: any URL
// below /trips starts one, but a GET of /trips/{id}.
func tripRoutes(trips *trip.Service, log *slog.Logger) []httpapi.Route {
	h := tripHandler{trips, log}
	return []httpapi.Route{
		{Pattern: "GET /trips/{id}", Roles: httpapi.Everybody, Handler: http.HandlerFunc(h.show)},
		{Pattern: "/trips", Roles: httpapi.Everybody, Handler: http.HandlerFunc(h.start)},
		{Pattern: "/trips/{path...}", Roles: httpapi.Everybody, Handler: http.HandlerFunc(h.start)},
	}
}

type tripHandler struct {
	trips *trip.Service
	log   *slog.Logger
}

// startedTrip is the answer to a trip that is started, or was.
type startedTrip struct {
	TripID    string        `json:"tripId"`
	Status    trip.Status   `json:"status"`
	Execution tripExecution `json:"execution"`
	Href      string        `json:"href"` // where to look
}

// tripExecution names the run of the trip workflow.
type tripExecution struct {
	Machine string `json:"machine"`
	Name    string `json:"name"`
}

// shownTrip is a trip with its items.
type shownTrip struct {
	startedTrip
	Failure   *trip.Failure    `json:"failure,omitempty"`
	NotUndone []trip.Remainder `json:"notUndone,omitempty"`
	Items     []trip.Item      `json:"items"`
	Timeline  []trip.Event     `json:"timeline"`
}

// start starts a trip: that of the body, where there is one, or the sample of the patterns.
// The query's runType and tripID win; without an id it is the request's. It answers 202 at
// once; 200 and the same trip for an id that is known with the same input; 409 for one that
// is known with another input, with the link to that trip if it is the caller's.
func (h tripHandler) start(w http.ResponseWriter, r *http.Request) {
	in, err := readTrip(http.MaxBytesReader(w, r.Body, maxTripBody), r.URL.Query())
	if err == nil && in.TripID == "" {
		in.TripID = w.Header().Get("X-Request-Id")
	}
	var request trip.Request
	if err == nil {
		request, err = in.Request()
	}
	var t trip.Trip
	created := false
	if err == nil {
		who, _ := identity.PrincipalFrom(r.Context())
		t, created, err = h.trips.Book(r.Context(), who, in.TripID, request)
	}
	if t.ID != "" {
		w.Header().Set("Location", tripHref(t.ID))
	}
	switch {
	case err != nil:
		h.fail(w, r, err, t)
	case created:
		h.log.InfoContext(r.Context(), "trip started", "trip", t.ID, "by", t.TenantID, "runType", t.Failing)
		answer(w, http.StatusAccepted, started(t))
	default:
		answer(w, http.StatusOK, started(t))
	}
}

// readTrip reads the body, where there is one, and the query.
func readTrip(body io.Reader, query url.Values) (trip.Input, error) {
	in := trip.Sample()
	content, err := io.ReadAll(body)
	if err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return in, booking.Invalid("", "the body is larger than %d bytes; a trip is a small JSON object", maxTripBody)
		}
		return in, booking.Invalid("", "the body ended early; send it again")
	}
	if len(content) > 0 {
		if in, err = trip.ParseInput(content); err != nil {
			return in, err
		}
	}
	in.TenantID = "" // it is the caller
	if query.Has("runType") {
		in.RunType = trip.RunType(query.Get("runType"))
	}
	if query.Has("tripID") {
		in.TripID = query.Get("tripID")
	}
	return in, nil
}

// show answers a trip. Somebody else's is answered as a missing one.
func (h tripHandler) show(w http.ResponseWriter, r *http.Request) {
	who, _ := identity.PrincipalFrom(r.Context())
	t, err := h.trips.Trip(r.Context(), who, r.PathValue("id"))
	if err != nil {
		h.fail(w, r, err, trip.Trip{})
		return
	}
	shown := shownTrip{startedTrip: started(t), NotUndone: t.NotUndone, Items: t.Items(), Timeline: t.Timeline}
	if t.Failure != (trip.Failure{}) {
		shown.Failure = &t.Failure
	}
	answer(w, http.StatusOK, shown)
}

func started(t trip.Trip) startedTrip {
	return startedTrip{TripID: t.ID, Status: t.Status, Execution: tripExecution{Machine: "trip", Name: t.CurrentExecution()}, Href: tripHref(t.ID)}
}

func tripHref(id string) string { return "/trips/" + id }

// fail answers a refusal, or hides a fault behind the request's id. t is the trip that has
// the id already, if the caller may know of it.
func (h tripHandler) fail(w http.ResponseWriter, r *http.Request, err error, t trip.Trip) {
	type extensions struct {
		Code      booking.Code `json:"code"`
		Field     string       `json:"field,omitempty"`
		RequestID string       `json:"requestId,omitempty"`
		Href      string       `json:"href,omitempty"`
	}
	type graphqlError struct {
		Message    string     `json:"message"`
		Extensions extensions `json:"extensions"`
	}
	status, shown := http.StatusInternalServerError, graphqlError{"internal error", extensions{Code: "INTERNAL", RequestID: w.Header().Get("X-Request-Id")}}
	var refusal *booking.Error
	if errors.As(err, &refusal) {
		status, shown = http.StatusBadRequest, graphqlError{refusal.Message, extensions{Code: refusal.Code, Field: refusal.Field}}
		switch refusal.Code {
		case booking.NotFound:
			status = http.StatusNotFound
			if refusal.Field == "tripId" {
				shown.Message += "; POST /trips starts one"
				shown.Extensions.Href = "/trips"
			}
		case booking.IdempotencyKeyReused:
			status = http.StatusConflict
			if t.ID != "" {
				shown.Extensions.Href = tripHref(t.ID)
			}
		}
	} else {
		h.log.ErrorContext(r.Context(), "request failed", "requestId", w.Header().Get("X-Request-Id"), "route", r.Pattern, "error", err)
	}
	answer(w, status, map[string][]graphqlError{"errors": {shown}})
}
