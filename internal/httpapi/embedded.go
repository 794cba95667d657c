package httpapi

import (
	"bytes"
	"io/fs"
	"net/http"
	"time"
)

// embeddedFile serves a file that is compiled in, under a content security policy.
func embeddedFile(files fs.FS, name, policy string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		content, err := fs.ReadFile(files, name)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Security-Policy", policy)
		// The zero time: the files have none, and are small.
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
	})
}
