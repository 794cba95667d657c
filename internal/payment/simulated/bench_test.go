package simulated_test

import (
	"fmt"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/payment/simulated/sqliteledger"
)

// BenchmarkCreate creates payments durably from 64 callers at once; BenchmarkLifecycle takes
// each through create, authorize and capture.
func BenchmarkCreate(b *testing.B)    { benchmark(b, 1) }
func BenchmarkLifecycle(b *testing.B) { benchmark(b, 3) }

func benchmark(b *testing.B, calls int) {
	g := openFile(b, filepath.Join(b.TempDir(), sqliteledger.FileName))
	b.SetParallelism(64 / runtime.GOMAXPROCS(0))
	b.ReportAllocs()
	var n atomic.Int64
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			id := fmt.Sprintf("res_%012d-p1", n.Add(1))
			p, err := g.Create(b.Context(), booking.Payment{ID: id, Amount: booking.Money{Amount: amount, Currency: "USD"}}, id[:16], id+":create")
			if err == nil && calls > 1 {
				_, err = g.Authorize(b.Context(), p.Ref, "pm_ok", id+":authorize")
			}
			if err == nil && calls > 2 {
				_, err = g.Capture(b.Context(), p.Ref, id+":capture")
			}
			if err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(calls)*float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}
