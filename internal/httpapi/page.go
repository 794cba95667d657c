package httpapi

import (
	"io/fs"
	"net/http"
	"strings"

	"github.com/vacancy/vacancy/web"
)

// pagePolicy lets the page run and show its own files and talk to this server, nothing
// else: no inline script or style, no other host, no frame around it.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// pageRoutes serve the page for a phone, what it loads, and the operations that it sends.
func pageRoutes(operations fs.FS) []Route {
	return []Route{
		{Pattern: "GET /web/{file}", Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			embeddedFile(web.Files, r.PathValue("file"), pagePolicy).ServeHTTP(w, r)
		})},
		{Pattern: "GET /operations/{file}", Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			embeddedFile(operations, r.PathValue("file"), pagePolicy).ServeHTTP(w, r)
		})},
	}
}

// front answers a browser with the page, and whatever else asks with the text.
func front(text http.Handler) http.Handler {
	page := embeddedFile(web.Files, "index.html", pagePolicy)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Accept")
		if strings.Contains(r.Header.Get("Accept"), "text/html") {
			page.ServeHTTP(w, r)
			return
		}
		text.ServeHTTP(w, r)
	})
}
