package embedded_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/app/embedded"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/processtime"
)

// BenchmarkBacklog drives executions that were only started to where they wait for the
// payment, as after a rush. With VACANCY_BENCH_DIR it does so on another disk than that of the
// temporary directory.
func BenchmarkBacklog(b *testing.B) {
	dir, err := os.MkdirTemp(os.Getenv("VACANCY_BENCH_DIR"), "backlog")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { os.RemoveAll(dir) })
	a, err := embedded.Open(b.Context(), embedded.Config{DataDir: dir, Config: app.Config{Limits: app.NoLimits(), PaymentWindow: time.Hour}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { a.Close() })
	reserveAll(b, a, b.N)

	ctx, cancel := context.WithCancel(b.Context())
	ran := make(chan error, 1)
	b.ReportAllocs()
	b.ResetTimer()
	cpu := processtime.Used()
	go func() { ran <- a.Run(ctx) }()
	for backlog := int64(1); backlog > 0; {
		time.Sleep(time.Millisecond)
		if stats := a.Runner.Stats(); stats.Active+stats.Queued > 0 {
			continue // counting walks all of the backlog
		}
		if backlog, err = a.Runner.Backlog(ctx); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	b.ReportMetric(float64((processtime.Used()-cpu).Microseconds())/float64(b.N), "cpu-us/op")
	cancel()
	if err := <-ran; err != nil {
		b.Fatal(err)
	}
}

// reserveAll offers n apartments and has 64 tenants reserve them all.
func reserveAll(b *testing.B, a *embedded.App, n int) {
	var ids []string
	for at := 0; at < n; at += 500 {
		batch := make([]booking.Apartment, min(500, n-at))
		for i := range batch {
			id := fmt.Sprintf("apt_%022d", at+i)
			ids = append(ids, id)
			batch[i] = booking.Apartment{ID: id, SourceID: id, Status: booking.Vacant, CreatedAt: time.Now(), UpdatedAt: time.Now(),
				Listing: booking.Listing{Title: "Two rooms near the park", City: "Seattle", State: "WA",
					Price: booking.Money{Amount: 120_000, Currency: "USD"}, RentPeriod: booking.Monthly}}
		}
		if _, err := a.Store.ImportApartments(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
	}
	var next atomic.Int64
	var tenants sync.WaitGroup
	for tenant := range 64 {
		tenants.Go(func() {
			who := booking.Principal{ID: fmt.Sprintf("tenant-%02d", tenant), Role: booking.Tenant}
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				if _, err := a.Reservations.ReserveApartment(b.Context(), who, ids[i], ids[i]); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	tenants.Wait()
}
