//go:build unix

package graph_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/vacancy/vacancy/graph"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/httpapi"
	"github.com/vacancy/vacancy/internal/identity"
	"github.com/vacancy/vacancy/internal/processtime"
	"github.com/vacancy/vacancy/internal/ratelimit"
	"github.com/vacancy/vacancy/internal/redaction"
)

// BenchmarkConnections is what 'vacancy bench' asks through HTTP and GraphQL, of a server put
// together as 'vacancy serve' does it, but for the store, which is idle: 64 kept-alive
// connections whose client costs as little as it can. cpu-µs is processor time of this
// process, client included; its difference between the two is what reserveApartment costs
// beyond a mutation that does nothing.
func BenchmarkConnections(b *testing.B) {
	nothing := []byte(`{"query":"mutation { __typename }"}`)
	for _, c := range []struct {
		name string
		ask  func(n int64) []byte
		want string
	}{
		{"nothing", func(int64) []byte { return nothing }, `"__typename":"Mutation"`},
		{"reserve", func(n int64) []byte {
			return fmt.Appendf(nil, `{"query":"mutation R($input: ReserveApartmentInput!) { reserveApartment(input: $input) `+
				`{ reservation { id status holdExpiresAt serverTime } userErrors { code message } } }",`+
				`"variables":{"input":{"apartmentId":"apt_%08d","idempotencyKey":"bench-%d"}}}`, n, n)
		}, `"userErrors":[]`},
	} {
		b.Run(c.name, func(b *testing.B) {
			address, token := servedAPI(b)
			benchmarkConnections(b, address, token, c.ask, []byte(c.want))
		})
	}
}

func servedAPI(b *testing.B) (address, token string) {
	b.Helper()
	percent := debug.SetGCPercent(400) // as 'vacancy serve' has it
	b.Cleanup(func() { debug.SetGCPercent(percent) })
	now := func() time.Time { return time.Now().UTC() }
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = null.Close() })
	log := slog.New(redaction.NewHandler(slog.NewJSONHandler(null, nil)))
	service := booking.NewService(idleStore{}, nil, nil, now, func(kind string) string { return kind + "_" + uuid.NewString() }, booking.DefaultConfig(), log)
	key, err := identity.NewKey(zeros{})
	if err != nil {
		b.Fatal(err)
	}
	if token, err = identity.NewSigner(key, now).Sign(ann, time.Hour); err != nil {
		b.Fatal(err)
	}
	revoked, err := identity.NewRevocations(filepath.Join(b.TempDir(), identity.RevocationsFileName), now())
	if err != nil {
		b.Fatal(err)
	}
	handler := httpapi.New(httpapi.Config{
		GraphQL: graph.New(graph.Config{
			Booking: service, RequestID: httpapi.RequestID, Development: true, Log: log,
			Rates: graph.Rates{Reserve: ratelimit.Unlimited{}, Pay: ratelimit.Unlimited{}},
		}),
		Verifier: identity.NewRevocableCache(identity.NewKeeper(key, now), revoked.Check, now), Log: log, Now: now,
		NewRequestID: uuid.NewString,
	})
	return listening(b, handler, log), token
}

func benchmarkConnections(b *testing.B, address, token string, ask func(int64) []byte, want []byte) {
	const clients = 64
	var asked atomic.Int64
	var group sync.WaitGroup
	start := make(chan struct{})
	for range clients {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			b.Fatal(err)
		}
		group.Go(func() {
			defer conn.Close()
			answers := bufio.NewReaderSize(conn, 4<<10)
			var request, answer []byte
			<-start
			for n := asked.Add(1); n <= int64(b.N); n = asked.Add(1) {
				body := ask(n)
				request = append(request[:0], "POST /graphql HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nAccept: application/json\r\nAuthorization: Bearer "...)
				request = append(append(request, token...), "\r\nContent-Length: "...)
				request = append(strconv.AppendInt(request, int64(len(body)), 10), "\r\n\r\n"...)
				if _, err = conn.Write(append(request, body...)); err == nil {
					answer, err = readAnswer(answers, answer[:0])
				}
				if err != nil || !bytes.Contains(answer, want) {
					b.Errorf("%v: %.300s", err, answer)
					return
				}
			}
		})
	}
	var memory, memoryAfter runtime.MemStats
	runtime.ReadMemStats(&memory)
	cpu := processtime.Used()
	b.ResetTimer()
	close(start)
	group.Wait()
	b.StopTimer()
	cpu = processtime.Used() - cpu
	runtime.ReadMemStats(&memoryAfter)
	b.ReportMetric(float64(cpu)/1e3/float64(b.N), "cpu-µs/op")
	b.ReportMetric(float64(memoryAfter.Mallocs-memory.Mallocs)/float64(b.N), "mallocs/op")
	b.ReportMetric(float64(memoryAfter.TotalAlloc-memory.TotalAlloc)/float64(b.N), "alloc-B/op")
}

// readAnswer reads an answer whose length is said, and appends its body.
func readAnswer(from *bufio.Reader, body []byte) ([]byte, error) {
	length := -1
	for {
		line, err := from.ReadSlice('\n')
		if err != nil {
			return body, err
		}
		if line = bytes.TrimRight(line, "\r\n"); len(line) == 0 {
			break
		}
		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(value)); err != nil {
				return body, err
			}
		}
	}
	if length < 0 {
		return body, fmt.Errorf("the answer does not say its length")
	}
	body = append(body, make([]byte, length)...)
	_, err := io.ReadFull(from, body)
	return body, err
}
