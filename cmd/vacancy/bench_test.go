package main

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/vacancy/vacancy/cmd/vacancy/internal/bench"
	"github.com/vacancy/vacancy/internal/booking"
)

// asVacancy makes the test binary be the program itself, for the benchmarks, which
// start it as a server.
const asVacancy = "TEST_BINARY_IS_VACANCY"

func TestMain(m *testing.M) {
	if os.Getenv(asVacancy) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestBenchMeasuresAServer(t *testing.T) {
	if testing.Short() {
		t.Skip("starts servers and loads them")
	}
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := newProgram(nil, os.Stdout, os.Stderr)
	p.global.json = true
	report, err := bench.Run(t.Context(), bench.Options{
		Scenarios: []string{"http", "waiting"}, Callers: 4, Duration: 100 * time.Millisecond, Waiting: 20, Settle: time.Millisecond,
		Dir: t.TempDir(), Executable: []string{executable}, Environment: []string{asVacancy + "=1"}, Progress: p.newProgress(),
		Token: func(dataDir string) (string, error) { return p.signToken(dataDir, booking.Tenant, time.Hour) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if report.HTTP.Holds.Calls == 0 || report.HTTP.Nothing.Calls == 0 || report.Waiting == nil || report.Waiting.ReadyAfterKill <= 0 {
		t.Errorf("%+v, %+v", report.HTTP, report.Waiting)
	}
}

func TestBenchCommand(t *testing.T) {
	h := newHarness(t)
	river := csvFile(t, `{"holdsPerSecond":1e9,"endingOver10s":{"p99Ms":120},"endingWithin100ms":{"lastMs":1900}}`)
	dir := t.TempDir()
	args := []string{"bench", "--scenario", "service", "--duration", "100ms", "--callers", "4", "--dir", dir, "--river", river}
	r := h.must(exitDone, h.run(args...))
	for _, told := range []string{"syncs of this disk", "holds through the service", "River on PostgreSQL: holds", "times River's holds", "MISSED  ratio"} {
		if !strings.Contains(r.out, told) {
			t.Errorf("%q is not in\n%s", told, r.out)
		}
	}
	r = h.must(exitFailed, h.run(append(args, "--check", "--json")...))
	var report bench.Report
	if err := json.Unmarshal([]byte(r.out), &report); err != nil || report.Service == nil || len(report.MissedRatios()) == 0 || !strings.Contains(r.err, "a ratio was missed") {
		t.Errorf("%v in %s, %s", err, r.out, r.err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if r := h.must(exitUsage, h.run("bench", "--river", csvFile(t, `{}`))); !strings.Contains(r.err, "is not what") {
		t.Errorf("%q", r.err)
	}
}

func TestAnInterruptedBenchLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	p := newProgram(nil, os.Stdout, os.Stderr)
	p.global.json = true
	_, err := bench.Run(ctx, bench.Options{Scenarios: []string{"service"}, Callers: 2, Duration: 20 * time.Second, Dir: dir, Progress: p.newProgress()})
	if err == nil {
		t.Error("it was not interrupted")
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
