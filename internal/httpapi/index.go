package httpapi

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"text/tabwriter"
)

// index says in a few lines what is where.
func index(c Config) http.Handler {
	var text bytes.Buffer
	text.WriteString("Vacancy reserves apartments.\n\n")
	table := tabwriter.NewWriter(&text, 0, 0, 3, ' ', 0)
	row := func(pattern, says string) { _, _ = fmt.Fprintf(table, "%s\t%s\n", pattern, says) }
	row("POST /graphql", "the API; needs the header Authorization: Bearer TOKEN")
	for _, route := range c.Routes {
		row(route.Pattern, audience(route))
	}
	if c.Operations != nil {
		row("GET /", "in a browser, a page to reserve by")
	}
	if c.Development {
		row("GET /graphiql", "try the API in a browser")
	}
	row("GET /healthz", "does the process run?")
	row("GET /readyz", "can it work?")
	row("GET /metrics", "for Prometheus")
	_ = table.Flush() // into memory
	text.WriteString("\nThe schema is graph/schema.graphql, with ready operations beside it. `vacancy --help` is the command line.\n")
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write(text.Bytes())
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
