//go:build !lambda.norpc

package httpapi

import (
	"embed"
	"net/http"
	"path"
)

//go:embed graphiql/index.html graphiql/assets
var graphiqlFiles embed.FS

// graphiqlPolicy lets the page run and show its own files and talk to this server,
// nothing else: no inline script or style, no other host.
const graphiqlPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; " +
	"font-src 'self' data:; img-src 'self' data:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// graphiqlRoutes serve GraphiQL at /graphiql from embedded files.
func graphiqlRoutes() []Route {
	return []Route{
		{Pattern: "GET /graphiql", Handler: graphiqlFile("graphiql/index.html")},
		{Pattern: "GET /graphiql/{file}", Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			graphiqlFile(path.Join("graphiql/assets", path.Base(r.PathValue("file")))).ServeHTTP(w, r)
		})},
	}
}

func graphiqlFile(name string) http.Handler { return embeddedFile(graphiqlFiles, name, graphiqlPolicy) }
