package httpapi

import (
	"fmt"
	"net/http"
	"strings"
)

// index says in a few lines what is where.
func index(c Config) http.Handler {
	lines := []string{
		"Vacancy reserves apartments.",
		"",
		"POST /graphql   the API; needs the header Authorization: Bearer <token>",
	}
	for _, route := range c.Routes {
		lines = append(lines, fmt.Sprintf("%-15s %s", route.Pattern, audience(route)))
	}
	if c.Development {
		lines = append(lines, "GET /graphiql   try the API in a browser")
	}
	lines = append(lines,
		"GET /healthz    does the process run?",
		"GET /readyz     can it work?",
		"GET /metrics    for Prometheus",
		"",
		"The schema is graph/schema.graphql, with ready operations beside it. `vacancy --help` is the command line.",
		"")
	text := []byte(strings.Join(lines, "\n"))
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write(text)
	})
}

// audience says who a route is for.
func audience(r Route) string {
	if len(r.Roles) == 0 {
		return "for anybody"
	}
	roles := make([]string, len(r.Roles))
	for i, role := range r.Roles {
		roles[i] = string(role)
	}
	return "for the roles " + strings.Join(roles, ", ")
}
