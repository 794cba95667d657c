package httpapi

import (
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/identity"
)

// issuerRetry is after how many seconds it makes sense to ask again when the issuer of
// the tokens does not answer.
const issuerRetry = "5"

// authenticated lets through who has a good token and one of the roles.
type authenticated struct {
	verifier identity.Verifier
	roles    []booking.Role
	log      *slog.Logger
	next     http.Handler
}

func (a authenticated) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	token, ok := bearerToken(r)
	if !ok {
		a.refuse(w, `Bearer realm="vacancy"`, "this needs a bearer token: send the header Authorization: Bearer TOKEN")
		return
	}
	who, err := a.verifier.Verify(r.Context(), token)
	if errors.Is(err, identity.ErrUnavailable) {
		id := RequestID(r.Context())
		a.log.WarnContext(r.Context(), "token not checked", "requestId", id, "error", err)
		w.Header().Set("Retry-After", issuerRetry)
		writeError(w, http.StatusServiceUnavailable, codeUnavailable, "the bearer token cannot be checked at the moment; ask again in a few seconds", id)
		return
	}
	if err != nil {
		a.log.InfoContext(r.Context(), "token refused", "requestId", RequestID(r.Context()), "error", err)
		a.refuse(w, `Bearer realm="vacancy", error="invalid_token"`, "the bearer token is not valid, or not any more; get a new one")
		return
	}
	if !slices.Contains(a.roles, who.Role) {
		writeError(w, http.StatusForbidden, string(booking.Forbidden), "this is not for the role "+string(who.Role), "")
		return
	}
	a.next.ServeHTTP(w, r.WithContext(identity.WithPrincipal(r.Context(), who)))
}

// refuse answers 401 with the challenge (RFC 6750, section 3).
func (authenticated) refuse(w http.ResponseWriter, challenge, message string) {
	w.Header().Set("WWW-Authenticate", challenge)
	writeError(w, http.StatusUnauthorized, string(booking.Unauthenticated), message, "")
}

// bearerToken answers the token of the one Authorization header (RFC 6750, section 2.1).
func bearerToken(r *http.Request) (string, bool) {
	values := r.Header["Authorization"]
	if len(values) != 1 {
		return "", false
	}
	scheme, token, ok := strings.Cut(values[0], " ")
	return token, ok && token != "" && strings.EqualFold(scheme, "Bearer")
}
