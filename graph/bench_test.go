package graph_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vacancy/vacancy/graph"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/httpapi"
	"github.com/vacancy/vacancy/internal/identity"
)

// idleStore places every hold at once and keeps nothing: what is measured is the way
// to the store and back.
type idleStore struct{ booking.Store }

func (idleStore) PlaceHold(_ context.Context, p booking.PlaceHold) (booking.Reservation, error) {
	placed, err := p.Decide(booking.Apartment{ID: p.ApartmentID, Status: booking.Vacant, Listing: booking.Listing{Price: booking.Money{Amount: 1000, Currency: "USD"}}}, nil)
	placed.Reservation.WorkflowStarted = true
	return placed.Reservation, err
}

func idleAPI(b *testing.B, log *slog.Logger) (handler http.Handler, token string) {
	b.Helper()
	now := func() time.Time { return time.Now().UTC() }
	var ids atomic.Int64
	service := booking.NewService(idleStore{}, nil, nil, now, func(kind string) string { return fmt.Sprintf("%s_%d", kind, ids.Add(1)) }, booking.DefaultConfig(), log)
	key, err := identity.NewKey(zeros{})
	if err != nil {
		b.Fatal(err)
	}
	token, err = identity.NewSigner(key, now).Sign(ann, time.Hour)
	if err != nil {
		b.Fatal(err)
	}
	return httpapi.New(httpapi.Config{
		GraphQL:  graph.New(graph.Config{Booking: service, RequestID: httpapi.RequestID, Log: log}),
		Verifier: identity.NewCache(identity.NewKeeper(key, now), now), Log: log, Now: now,
		NewRequestID: func() string { return fmt.Sprint("r", ids.Add(1)) },
	}), token
}

const reserveOperation = `mutation Reserve($input: ReserveApartmentInput!) { reserveApartment(input: $input) { reservation { id status price { amount currency } holdExpiresAt serverTime pollAfter } userErrors { code field message heldUntil } } }`

func reserveBody(n int64) string {
	return fmt.Sprintf(`{"query": %q, "variables": {"input": {"apartmentId": "apt_%d", "idempotencyKey": "key-%d"}}}`, reserveOperation, n, n)
}

// BenchmarkReserve is the handler alone, without a connection.
func BenchmarkReserve(b *testing.B) {
	handler, token := idleAPI(b, slog.New(slog.DiscardHandler))
	benchmarkHandler(b, handler, token)
}

// BenchmarkReserveLogged is the same with the access log written.
func BenchmarkReserveLogged(b *testing.B) {
	handler, token := idleAPI(b, slog.New(slog.NewJSONHandler(io.Discard, nil)))
	benchmarkHandler(b, handler, token)
}

func benchmarkHandler(b *testing.B, handler http.Handler, token string) {
	b.ReportAllocs()
	b.ResetTimer()
	for n := range b.N {
		request := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(reserveBody(int64(n))))
		request.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + token}}
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		if answer.Code != http.StatusOK || !bytes.Contains(answer.Body.Bytes(), []byte(`"HELD"`)) {
			b.Fatalf("status %d: %s", answer.Code, answer.Body)
		}
	}
}

// BenchmarkReserveOverHTTP is 64 clients on connections of their own, in this process.
func BenchmarkReserveOverHTTP(b *testing.B) {
	quiet, logged := slog.New(slog.DiscardHandler), slog.New(slog.NewJSONHandler(io.Discard, nil))
	bare := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, `{"data":{"__typename":"Query"}}`)
	})
	for _, c := range []struct {
		name    string
		log     *slog.Logger
		instead http.Handler
	}{{"quiet", quiet, nil}, {"logged", logged, nil}, {"bare", quiet, bare}} {
		b.Run(c.name, func(b *testing.B) {
			log := c.log
			handler, token := idleAPI(b, log)
			if c.instead != nil {
				handler = c.instead
			}
			address := listening(b, handler, log)
			client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
			url := "http://" + address + "/graphql"
			var n atomic.Int64
			b.SetParallelism(32)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					request, _ := http.NewRequest(http.MethodPost, url, strings.NewReader(reserveBody(n.Add(1))))
					request.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + token}}
					answer, err := client.Do(request)
					if err != nil {
						b.Error(err)
						return
					}
					_, _ = io.Copy(io.Discard, answer.Body)
					_ = answer.Body.Close()
					if answer.StatusCode != http.StatusOK {
						b.Error(answer.Status)
						return
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "req/s")
			b.StopTimer()
			client.CloseIdleConnections()
		})
	}
}

// listening serves a handler, until the benchmark ends, as the product does, and answers its address.
func listening(b *testing.B, handler http.Handler, log *slog.Logger) (address string) {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- httpapi.Serve(ctx, listener, handler, time.Second, log) }()
	b.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			b.Error(err)
		}
	})
	return listener.Addr().String()
}
