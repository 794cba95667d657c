package bench

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestConnectionReadsBothKindsOfBodies(t *testing.T) {
	long := strings.Repeat("x", 70_000)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Header.Get("Authorization") != "Bearer secret" || r.URL.Path != "/graphql" {
			t.Errorf("%s %v", r.URL, r.Header)
		}
		switch string(body) {
		case "length":
			_, _ = io.WriteString(w, "short")
		case "chunks":
			_, _ = io.WriteString(w, long)
			w.(http.Flusher).Flush()
			_, _ = io.WriteString(w, "end")
		case "empty":
		default:
			http.Error(w, "what?", http.StatusTeapot)
		}
	}))
	defer server.Close()
	c, err := dial(strings.TrimPrefix(server.URL, "http://"), "/graphql", "secret")
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	for range 3 { // one connection, many requests
		for body, want := range map[string]string{"length": "short", "chunks": long + "end", "empty": ""} {
			if got, err := c.post([]byte(body)); err != nil || string(got) != want {
				t.Errorf("%s: %d bytes, %v", body, len(got), err)
			}
		}
	}
	if _, err := c.post([]byte("other")); err == nil || !strings.Contains(err.Error(), "418") || !strings.Contains(err.Error(), "what?") {
		t.Errorf("a status that is no success: %v", err)
	}
}

func TestConnectionToSomethingElse(t *testing.T) {
	for _, answer := range []string{"SSH-2.0\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
		"HTTP/1.1 200 OK\r\n\r\nzz\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				_, _ = io.WriteString(conn, answer)
				_ = conn.Close()
			}
		}))
		c, err := dial(strings.TrimPrefix(server.URL, "http://"), "/", "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.post([]byte("x")); err == nil {
			t.Errorf("%q was taken", answer)
		}
		c.close()
		server.Close()
	}
}

func TestDriveCountsEveryCallOnce(t *testing.T) {
	var numbers [1000]atomic.Int64
	load, err := drive(t.Context(), 8, time.Hour, func(int) (caller, error) {
		return func(_ context.Context, n int64) error {
			if n >= int64(len(numbers)) {
				return errEnough
			}
			numbers[n].Add(1)
			return nil
		}, nil
	})
	if err != nil || load.Calls != 1000 || load.PerSecond <= 0 || load.P50 > load.P99 || load.P99 > load.Max {
		t.Errorf("%+v, %v", load, err)
	}
	for n := range numbers {
		if numbers[n].Load() != 1 {
			t.Fatalf("call %d was made %d times", n, numbers[n].Load())
		}
	}
}

func TestDriveFailsWithItsCallers(t *testing.T) {
	broken := errors.New("broken")
	_, err := drive(t.Context(), 4, time.Hour, func(int) (caller, error) {
		return func(ctx context.Context, n int64) error {
			if n == 2 {
				return broken
			}
			if n > 2 {
				<-ctx.Done()
			}
			return nil
		}, nil
	})
	if !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}

func TestQuantiles(t *testing.T) {
	var took []time.Duration
	for i := range 100 {
		took = append(took, time.Duration(100-i)*time.Millisecond)
	}
	l := summarize(took, 2*time.Second)
	if l.P50 != 51 || l.P99 != 100 || l.Max != 100 || l.PerSecond != 50 {
		t.Errorf("%+v", l)
	}
	if none := summarize(nil, time.Second); none.Calls != 0 || none.P99 != 0 {
		t.Errorf("%+v", none)
	}
}

func TestSyncs(t *testing.T) {
	if n, err := syncsPerSecond(t.TempDir(), 20*time.Millisecond); err != nil || n <= 0 {
		t.Errorf("%v, %v", n, err)
	}
	if _, err := syncsPerSecond("/nonexistent", time.Millisecond); err == nil {
		t.Error("a directory that is not there")
	}
}

func TestTargetsCompareOnlyWhatWasMeasured(t *testing.T) {
	if all := targets(Report{}); len(all) != 0 {
		t.Errorf("of nothing: %+v", all)
	}
	r := Report{
		SyncsPerSec: 7000, Service: &Service{Load: Load{PerSecond: 20_999, P99: 16}},
		HTTP:  &HTTP{Holds: Load{PerSecond: 9_000}, Nothing: Load{PerSecond: 28_000}},
		River: &River{HoldsPerSecond: 4_000},
	}
	r.Targets = targets(r)
	met := map[string]bool{}
	for _, x := range r.Targets {
		met[x.What] = x.Met
	}
	for what, want := range map[string]bool{
		"holds through the service": true, "a hold through the service, p99": false, "holds for each sync of this disk": false,
		"times River's holds": true, "holds through HTTP and GraphQL": false, "of a mutation that does nothing": false,
	} {
		if got, there := met[what]; !there || got != want {
			t.Errorf("%s: met %v, compared %v", what, got, there)
		}
	}
	var missed []string
	for _, x := range r.MissedRatios() {
		missed = append(missed, x.What)
	}
	if got, _ := json.Marshal(missed); string(got) != `["holds for each sync of this disk","of a mutation that does nothing"]` {
		t.Errorf("missed ratios: %s", got)
	}
}
