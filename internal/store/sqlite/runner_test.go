package sqlite_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/store/sqlite"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
	"github.com/vacancy/vacancy/internal/workflow/workflowtest"
)

// TestRunner runs the contract of a workflow runner with the embedded runner on
// this journal, on a real disk and in real time.
func TestRunner(t *testing.T) {
	workflowtest.Run(t, func(t *testing.T, test func(*testing.T, workflowtest.Open)) {
		t.Parallel() // most of its time is waiting
		test(t, func(t *testing.T, s workflowtest.Scenario) workflow.Runner {
			definitions := map[string]local.Definition{}
			for name, source := range s.Machines {
				definitions[name] = local.Definition{Source: []byte(source)}
			}
			journal := open(t, t.TempDir(), sqlite.Options{}).Journal()
			r, stop := runRunner(t, local.Config{Journal: journal, Definitions: definitions, Steps: s.Handlers})
			t.Cleanup(stop)
			return r
		})
	})
}

func runRunner(t testing.TB, cfg local.Config) (r *local.Runner, stop func()) {
	t.Helper()
	r, err := local.New(context.Background(), cfg)
	if err != nil {
		t.Fatalf("New = %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- r.Run(ctx) }()
	return r, func() {
		cancel()
		if err := <-ran; err != nil {
			t.Errorf("Run = %v", err)
		}
	}
}

// toTheWait is what a hold does first: a task, then a task token with a timeout.
const toTheWait = `{"StartAt":"RequestPayment","States":{
	"RequestPayment":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"Echo","Payload.$":"$"},"OutputPath":"$.Payload","Next":"AwaitPayment"},
	"AwaitPayment":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","TimeoutSecondsPath":"$.timeoutSeconds",
		"Parameters":{"FunctionName":"Echo","Payload":{"token.$":"$$.Task.Token","reservationId.$":"$.reservationId"}},
		"Catch":[{"ErrorEquals":["States.Timeout"],"Next":"Done"}],"Next":"Done"},
	"Done":{"Type":"Succeed"}}}`

func holdConfig(journal local.Journal) local.Config {
	return local.Config{
		Journal:     journal,
		Definitions: map[string]local.Definition{"reservation": {Source: []byte(toTheWait)}},
		Steps: map[string]workflow.Handler{
			"Echo": func(_ context.Context, in json.RawMessage) (json.RawMessage, error) { return in, nil },
		},
	}
}

func holdInput(name string, seconds int) json.RawMessage {
	return fmt.Appendf(nil, `{"reservationId":%q,"apartmentId":"apt-4711","price":{"amount":120000,"currency":"USD"},"timeoutSeconds":%d}`, name, seconds)
}

// startHolds starts n executions that wait so long.
func startHolds(t testing.TB, r *local.Runner, n, seconds int) {
	startAll(t, r, n, func(i int64) json.RawMessage { return holdInput(strconv.FormatInt(i, 10), seconds) })
}

// startAll starts the executions 1 to n, 64 callers at once.
func startAll(t testing.TB, r *local.Runner, n int, input func(i int64) json.RawMessage) {
	var next atomic.Int64
	var callers sync.WaitGroup
	for range 64 {
		callers.Go(func() {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				id := workflow.ExecutionID{Machine: "reservation", Name: strconv.FormatInt(i, 10)}
				if _, err := r.Start(context.Background(), id, input(i)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	callers.Wait()
}

func openForBench(b *testing.B, dir string) *sqlite.Store {
	b.Helper()
	s, err := sqlite.Open(b.Context(), dir, sqlite.Options{})
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// BenchmarkRunnerStartToWait is one execution from Start to its wait for a
// callback, durable at each transition, 64 callers at once.
func BenchmarkRunnerStartToWait(b *testing.B) {
	s := openForBench(b, b.TempDir())
	defer s.Close()
	r, stop := runRunner(b, holdConfig(s.Journal()))
	defer stop()
	b.ReportAllocs()
	b.ResetTimer()
	startHolds(b, r, b.N, 3600)
	started := b.Elapsed()
	waitUntil(func() bool { return r.Stats().Transitions >= int64(2*b.N) })
	b.ReportMetric(float64(b.N)/started.Seconds(), "started/s")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "waiting/s")
}

// BenchmarkRunnerDeadlines has b.N executions whose waits end within 100 ms, and
// then a thousand a second, and reports how late the runner was.
func BenchmarkRunnerDeadlines(b *testing.B) {
	for _, name := range []string{"together", "1000-a-second"} {
		b.Run(name, func(b *testing.B) {
			between := time.Millisecond
			s := openForBench(b, b.TempDir())
			defer s.Close()
			r, stop := runRunner(b, local.Config{Journal: s.Journal(), Definitions: map[string]local.Definition{
				"reservation": {Source: []byte(`{"StartAt":"Wait","States":{"Wait":{"Type":"Wait","TimestampPath":"$.until","Next":"Done"},"Done":{"Type":"Succeed"}}}`)},
			}})
			defer stop()
			if name == "together" {
				between = 100 * time.Millisecond / time.Duration(b.N)
			}
			first := time.Now().Add(time.Second + time.Duration(b.N)*time.Second/1500)
			startAll(b, r, b.N, func(i int64) json.RawMessage {
				return fmt.Appendf(nil, `{"until":%q}`, first.Add(time.Duration(i)*between).UTC().Format("2006-01-02T15:04:05.000Z"))
			})
			waitUntil(func() bool { return r.Stats().Transitions >= int64(b.N) })
			if early := r.Stats().Succeeded; early > 0 {
				b.Fatalf("%d ended before all were started", early)
			}
			<-time.After(time.Until(first))
			b.ResetTimer()
			waitUntil(func() bool { return r.Stats().Succeeded >= int64(b.N) })
			reportLateness(b, r.Stats())
		})
	}
}

// reportLateness reports the mean, and bounds of the 99th percentile and the latest.
func reportLateness(b *testing.B, s local.Stats) {
	b.ReportMetric(float64(s.LatenessTotal.Microseconds())/1000/float64(b.N), "mean-ms-late")
	bound := func(share float64) float64 {
		sum := int64(0)
		for i, n := range s.Deadlines[:len(local.LatenessBounds())] {
			if sum += n; float64(sum) >= share*float64(b.N) {
				return float64(local.LatenessBounds()[i].Milliseconds())
			}
		}
		return math.Inf(1)
	}
	b.ReportMetric(bound(0.99), "p99-ms-late-at-most")
	b.ReportMetric(bound(1), "max-ms-late-at-most")
}

// BenchmarkRunnerWaiting reports the memory of an execution that waits, and how
// long a new process needs until it is ready.
func BenchmarkRunnerWaiting(b *testing.B) {
	dir := b.TempDir()
	s := openForBench(b, dir)
	r, stop := runRunner(b, holdConfig(s.Journal()))
	startHolds(b, r, b.N, 36000)
	waitUntil(func() bool { return r.Stats().Transitions >= int64(2*b.N) })
	stop()
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	before := heap()
	b.ResetTimer()
	s = openForBench(b, dir)
	defer s.Close()
	r, stop = runRunner(b, holdConfig(s.Journal()))
	defer stop()
	waitUntil(func() bool { return r.Healthy() == nil })
	b.ReportMetric(float64(b.Elapsed().Microseconds())/1000, "ms-to-ready")
	b.StopTimer()
	b.ReportMetric((heap()-before)/float64(b.N), "B/waiting")
	if file, err := os.Stat(dir + "/" + sqlite.FileName); err == nil {
		b.ReportMetric(float64(file.Size())/float64(b.N), "disk-B/waiting")
	}
}

func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

func waitUntil(ok func() bool) {
	for !ok() {
		<-time.After(200 * time.Microsecond)
	}
}
