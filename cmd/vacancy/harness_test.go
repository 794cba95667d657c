package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/client"
	"github.com/vacancy/vacancy/internal/identity"
)

var update = flag.Bool("update", false, "write the golden files anew")

// noon is when the tests take place.
var noon = time.Date(2026, 2, 3, 12, 0, 0, 0, time.UTC)

// harness runs command lines against a server that answers what a test recorded,
// under a clock that moves only by waiting.
type harness struct {
	t      *testing.T
	server *httptest.Server
	env    map[string]string
	data   string // a data directory that names the server

	mu      sync.Mutex
	clock   time.Time
	answers map[string][]answer // by operation; the last one stays
	asked   []call
}

type call struct {
	Operation string
	Variables map[string]any
	Token     string
}

// answer makes the data of an answer, given the server's time.
type answer func(now time.Time) string

func newHarness(t *testing.T) *harness {
	t.Helper()
	h := &harness{t: t, clock: noon, answers: map[string][]answer{}, env: map[string]string{}, data: t.TempDir()}
	h.server = httptest.NewServer(http.HandlerFunc(h.serve))
	t.Cleanup(h.server.Close)
	if err := client.WriteServerFile(h.data, client.ServerFile{Address: h.server.URL, PID: 1}); err != nil {
		t.Fatal(err)
	}
	if _, err := identity.LoadOrMakeKey(filepath.Join(h.data, client.SigningKeyFileName), strings.NewReader(strings.Repeat("k", 64))); err != nil {
		t.Fatal(err)
	}
	return h
}

// on records answers to an operation, as the content of "data".
func (h *harness) on(operation string, data ...string) {
	for _, d := range data {
		h.answers[operation] = append(h.answers[operation], func(now time.Time) string {
			return strings.ReplaceAll(d, "SERVERTIME", now.Format(time.RFC3339Nano))
		})
	}
}

func (h *harness) serve(w http.ResponseWriter, r *http.Request) {
	var body struct {
		OperationName string
		Variables     map[string]any
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.asked = append(h.asked, call{body.OperationName, body.Variables, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")})
	answers := h.answers[body.OperationName]
	if len(answers) == 0 {
		_, _ = fmt.Fprintf(w, `{"errors":[{"message":"nothing recorded for %s"}]}`, body.OperationName)
		return
	}
	if len(answers) > 1 {
		h.answers[body.OperationName] = answers[1:]
	}
	data := answers[0](h.clock)
	if data == connectionBreaks {
		panic(http.ErrAbortHandler)
	}
	if data == forbidden {
		_, _ = fmt.Fprint(w, `{"data":null,"errors":[{"message":"not for you","extensions":{"code":"FORBIDDEN"}}]}`)
		return
	}
	_, _ = fmt.Fprintf(w, `{"data":%s}`, data)
}

// What is recorded in place of an answer.
const (
	connectionBreaks = "connection breaks" // no answer arrives
	forbidden        = "forbidden"
)

type result struct {
	code     int
	out, err string
}

// run runs a command line with the data directory, as one process would.
func (h *harness) run(args ...string) result {
	h.t.Helper()
	return h.runOn(&bytes.Buffer{}, append([]string{"--data", h.data}, args...)...)
}

// screen is an output that a person watches.
type screen struct{ bytes.Buffer }

func (*screen) IsTerminal() bool { return true }

func (h *harness) runOn(out interface {
	Write([]byte) (int, error)
	String() string
}, args ...string) result {
	h.t.Helper()
	var err bytes.Buffer
	p := newProgram(strings.NewReader(""), out, &err)
	p.getenv = func(name string) (string, bool) { v, ok := h.env[name]; return v, ok }
	p.now = func() time.Time { h.mu.Lock(); defer h.mu.Unlock(); return h.clock }
	p.wait = func(ctx context.Context, d time.Duration) error {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.clock = h.clock.Add(d)
		return ctx.Err()
	}
	keys := 0
	p.newKey = func() string { keys++; return fmt.Sprintf("key-%d", keys) }
	code := p.run(h.t.Context(), args)
	return result{code, out.String(), err.String()}
}

// golden compares with a file in testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s:\n--- got\n%s--- want\n%s", path, got, want)
	}
}

// must fails the test unless the command line ended with the code.
func (h *harness) must(code int, r result) result {
	h.t.Helper()
	if r.code != code {
		h.t.Fatalf("exit code %d, want %d\nstdout: %s\nstderr: %s", r.code, code, r.out, r.err)
	}
	return r
}
