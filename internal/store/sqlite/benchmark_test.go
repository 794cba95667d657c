package sqlite_test

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/processtime"
	"github.com/vacancy/vacancy/internal/store/sqlite"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
)

// holdCallers is how many place holds at once in the benchmarks, as clients would.
const holdCallers = 64

var benchTime = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

var startReservation = &sqlite.StartExecutions{
	Machine:    "reservation",
	Definition: "5f3e1c7a0d7b4a1f9c2e8d6b5a49382716051423f4e3d2c1b0a99887766554433",
}

// offer stores n vacant apartments and answers their ids.
func offer(tb testing.TB, s *sqlite.Store, prefix string, n int) []string {
	tb.Helper()
	ids := make([]string, n)
	for at := 0; at < n; at += 500 {
		batch := make([]booking.Apartment, 0, 500)
		for i := at; i < min(at+500, n); i++ {
			ids[i] = fmt.Sprintf("apt_%s%022d", prefix, i)
			bedrooms := i % 5
			batch = append(batch, booking.Apartment{
				ID: ids[i], SourceID: fmt.Sprintf("%s-%d", prefix, i), Status: booking.Vacant, CreatedAt: benchTime, UpdatedAt: benchTime,
				Listing: booking.Listing{Title: "Two rooms near the park", City: "Seattle", State: "WA", Bedrooms: &bedrooms,
					Pets: []string{"Cats"}, Price: booking.Money{Amount: int64(50_000 + i), Currency: "USD"}, RentPeriod: booking.Monthly},
			})
		}
		if _, err := s.ImportApartments(tb.Context(), batch); err != nil {
			tb.Fatalf("ImportApartments = %v", err)
		}
	}
	return ids
}

func holdOn(apartment, reservation string, caller int, now time.Time) booking.PlaceHold {
	tenant := fmt.Sprintf("tenant-%04d", caller)
	return booking.PlaceHold{
		ApartmentID: apartment, ReservationID: reservation, TenantID: tenant, Now: now, Window: 15 * time.Minute,
		Idempotency: booking.Idempotency{Principal: tenant, Operation: "reserveApartment", Key: "key of " + reservation,
			Fingerprint: "0123456789abcdef", At: now, ResultID: reservation},
	}
}

// measured is what holdCallers callers saw.
type measured struct {
	took time.Duration
	cpu  time.Duration // of the whole process
	each []time.Duration
}

// call runs f n times by holdCallers goroutines.
func call(n int, f func(caller, i int)) measured {
	var next atomic.Int64
	each := make([][]time.Duration, holdCallers)
	var wg sync.WaitGroup
	begin, cpu := time.Now(), processtime.Used()
	for c := range holdCallers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				start := time.Now()
				f(c, i)
				each[c] = append(each[c], time.Since(start))
			}
		})
	}
	wg.Wait()
	m := measured{took: time.Since(begin), cpu: processtime.Used() - cpu, each: slices.Concat(each...)}
	slices.SortFunc(m.each, cmp.Compare)
	return m
}

func (m measured) percentile(p float64) time.Duration {
	return m.each[min(len(m.each)-1, int(p*float64(len(m.each))))]
}

// shuffled spreads callers over the file as customers would be.
func shuffled(i, n int) int { return int((uint64(i) * 2654435761) % uint64(n)) }

func report(b *testing.B, m measured, commits int64) {
	b.ReportMetric(float64(len(m.each))/m.took.Seconds(), "holds/s")
	b.ReportMetric(float64(commits)/m.took.Seconds(), "syncs/s")
	b.ReportMetric(float64(len(m.each))/float64(commits), "holds/sync")
	b.ReportMetric(float64(m.cpu.Microseconds())/float64(len(m.each)), "cpu-us/hold")
	b.ReportMetric(float64(m.percentile(0.5).Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(m.percentile(0.99).Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(m.percentile(1).Microseconds())/1000, "max-ms")
}

// BenchmarkPlaceHold places holds durably, each with its execution, by 64 callers.
func BenchmarkPlaceHold(b *testing.B) { placeHolds(b, openIn(b, benchDir(b))) }

// BenchmarkPlaceHoldAfterAMillion is BenchmarkPlaceHold in a file that a million
// reservations have been through, each with its execution ended and its history. A hold is to
// cost the same, within a fifth.
func BenchmarkPlaceHoldAfterAMillion(b *testing.B) { placeHoldsAfter(b, false) }

// BenchmarkPlaceHoldAfterAMillionToday is BenchmarkPlaceHoldAfterAMillion on the day on which the
// million were placed: their idempotency keys, which come in no order, are remembered still. That is to
// cost no more.
func BenchmarkPlaceHoldAfterAMillionToday(b *testing.B) { placeHoldsAfter(b, true) }

func placeHoldsAfter(b *testing.B, remembered bool) {
	b.Helper()
	if b.N == 1 {
		return // the trial run, which is not worth a million rows
	}
	dir := benchDir(b)
	openIn(b, dir).Close() // makes the schema
	past(b, dir, 1_000_000, remembered)
	placeHolds(b, openIn(b, dir))
}

func placeHolds(b *testing.B, s *sqlite.Store) {
	b.Helper()
	ids := offer(b, s, "b", b.N)
	before := s.Stats().Commits
	b.ResetTimer()
	m := call(b.N, func(caller, i int) {
		if _, err := s.PlaceHold(b.Context(), holdOn(ids[shuffled(i, b.N)], fmt.Sprintf("res_%026d", i), caller, benchTime.Add(time.Duration(i)*time.Microsecond))); err != nil {
			b.Errorf("PlaceHold = %v", err)
		}
	})
	b.StopTimer()
	report(b, m, s.Stats().Commits-before)
}

// BenchmarkAppend appends transitions, as large as those of a reservation's execution,
// by 64 callers.
func BenchmarkAppend(b *testing.B) {
	s := openIn(b, benchDir(b))
	const executions = 10_000
	names := make([]workflow.ExecutionID, executions)
	call(executions, func(_, i int) {
		names[i] = workflow.ExecutionID{Machine: "reservation", Name: fmt.Sprintf("res_%026d", i)}
		if _, err := s.Journal().Create(b.Context(), local.Record{ExecutionID: names[i], Definition: startReservation.Definition, Input: make([]byte, 120), StartedAt: benchTime}); err != nil {
			b.Errorf("Create = %v", err)
		}
	})
	before := s.Stats().Commits
	b.ResetTimer()
	m := call(b.N, func(_, i int) {
		e := local.Entry{ExecutionID: names[i%executions], Seq: int64(i / executions), Status: workflow.Running, State: make([]byte, 900),
			Lane: local.Deadlines, Due: benchTime.Add(time.Duration(i) * time.Millisecond), At: benchTime}
		for n := range int64(3) {
			e.Events = append(e.Events, workflow.HistoryEvent{ID: int64(i/executions)*3 + n + 1, Type: "TaskStateEntered", Timestamp: benchTime, Details: make([]byte, 300)})
		}
		// Callers who run at once may be one round apart; the next caller of the
		// execution then comes too early.
		for err := s.Journal().Append(b.Context(), e); err != nil; err = s.Journal().Append(b.Context(), e) {
			if !errors.Is(err, local.ErrConflict) {
				b.Errorf("Append = %v", err)
				return
			}
		}
	})
	b.StopTimer()
	report(b, m, s.Stats().Commits-before)
}

func openIn(b *testing.B, dir string) *sqlite.Store {
	b.Helper()
	s, err := sqlite.Open(b.Context(), dir, sqlite.Options{StartExecutions: startReservation})
	if err != nil {
		b.Fatalf("Open = %v", err)
	}
	b.Cleanup(func() { s.Close() })
	return s
}

// benchDir is a directory on the disk that temporary files are on; set TMPDIR to
// measure another.
func benchDir(b *testing.B) string {
	b.Helper()
	dir, err := os.MkdirTemp("", "vacancy-bench")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}
