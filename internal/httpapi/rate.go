package httpapi

import (
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/identity"
	"github.com/vacancy/vacancy/internal/ratelimit"
)

// Limited lets each principal ask the handler as often as the limiter says, and answers 429
// with Retry-After (RFC 6585, section 4) otherwise.
func Limited(limiter ratelimit.Limiter, log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, _ := identity.PrincipalFrom(r.Context()) // a route that is limited has roles
		wait, err := limiter.Take(r.Context(), who.ID)
		if err != nil {
			failed(w, r, log, err)
			return
		}
		if wait > 0 {
			seconds := strconv.Itoa(int((wait + time.Second - 1) / time.Second))
			w.Header().Set("Retry-After", seconds)
			writeError(w, http.StatusTooManyRequests, string(booking.RateLimited), "you ask too often; ask again in "+seconds+" seconds", "")
			return
		}
		next.ServeHTTP(w, r)
	})
}
