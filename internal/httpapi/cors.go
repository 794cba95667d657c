package httpapi

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// CheckOrigin refuses what no browser sends as Origin, and "*": who may call the API from a
// page is to be named.
func CheckOrigin(origin string) error {
	u, err := url.Parse(origin)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.Host != strings.ToLower(u.Host) ||
		u.Scheme+"://"+u.Host != origin {
		return fmt.Errorf("an origin is a scheme and a host, such as https://app.example.com, not %q", origin)
	}
	return nil
}

// preflightAge is how long, in seconds, a browser may remember what it was allowed.
const preflightAge = "600"

// cors lets pages of the allowed origins call the API (Fetch standard, CORS protocol).
// There are no cookies, so nothing is sent that a page does not have itself.
type cors struct {
	origins []string
}

// answer sets the headers for a page of another origin, and reports whether it answered the
// request: a browser's question whether it may ask.
func (c cors) answer(w http.ResponseWriter, r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if len(c.origins) == 0 || origin == "" {
		return false
	}
	headers := w.Header()
	headers.Add("Vary", "Origin")
	preflight := r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != ""
	if !slices.Contains(c.origins, origin) {
		if preflight {
			writeError(w, http.StatusForbidden, "FORBIDDEN", "pages of this origin may not call the API; the server names those that may by --allow-origin", "")
		}
		return preflight
	}
	headers.Set("Access-Control-Allow-Origin", origin)
	if !preflight {
		headers.Set("Access-Control-Expose-Headers", HeaderRequestID+", Retry-After, WWW-Authenticate")
		return false
	}
	headers.Set("Access-Control-Allow-Methods", "GET, POST")
	headers.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, "+HeaderRequestID)
	headers.Set("Access-Control-Max-Age", preflightAge)
	w.WriteHeader(http.StatusNoContent)
	return true
}
