package api

import (
	"net/http"
	"time"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/httpapi"
)

// doctorTime bounds one examination. It reads all that is live or paid, and asks the gateway.
const doctorTime = 15 * time.Minute

// doctorRoutes examine whether reservations, apartments, executions and the gateway agree:
// GET tells, POST mends too.
func doctorRoutes(c Config) []httpapi.Route {
	examine := func(repair bool) http.Handler {
		return httpapi.JSON(c.Log, func(r *http.Request) (any, error) {
			return examine(r, c.App, repair)
		})
	}
	slow := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			// Where the server cannot give more time, the usual has to do.
			_ = http.NewResponseController(w).SetWriteDeadline(c.Now().Add(doctorTime))
			next.ServeHTTP(w, r)
		})
	}
	return []httpapi.Route{
		{Pattern: "GET /doctor", Roles: httpapi.Managing, Handler: slow(examine(false))},
		{Pattern: "POST /doctor", Roles: httpapi.Managing, Handler: slow(examine(true))},
	}
}

func examine(r *http.Request, a *app.App, repair bool) (booking.Findings, error) {
	return a.Examine(r.Context(), booking.Examination{Repair: repair})
}
