package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/vacancy/vacancy/bench/report"
)

// settings say what to measure, and with what.
type settings struct {
	callers     int
	duration    time.Duration // of each load
	holds       int           // that end together
	connections int           // of the pool that callers and workers share
	workers     int           // that revert at once
}

func main() {
	var s settings
	flag.IntVar(&s.callers, "callers", 64, "callers at once")
	flag.DurationVar(&s.duration, "duration", 10*time.Second, "how long each load lasts")
	flag.IntVar(&s.holds, "holds", 10_000, "holds that end together")
	flag.IntVar(&s.connections, "connections", 64, "connections to PostgreSQL")
	flag.IntVar(&s.workers, "workers", 200, "workers of the queue")
	asJSON := flag.Bool("json", false, "print JSON")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	r, err := run(ctx, os.Getenv("DATABASE_URL"), s)
	switch {
	case err != nil:
	case *asJSON:
		err = json.NewEncoder(os.Stdout).Encode(r)
	default:
		err = writeTable(os.Stdout, r)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "river:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, databaseURL string, s settings) (report.River, error) {
	if err := s.check(); err != nil {
		return report.River{}, err
	}
	if databaseURL == "" {
		return report.River{}, errors.New("DATABASE_URL names no database; run it by bench/with-postgres")
	}
	return measure(ctx, databaseURL, s)
}

func (s settings) check() error {
	switch {
	case s.callers < 1 || s.connections < 1 || s.workers < 1 || s.holds < 1:
		return errors.New("-callers, -connections, -workers and -holds must be at least 1")
	case s.duration < 100*time.Millisecond || s.duration > longestLoad:
		return fmt.Errorf("-duration must be from 100ms to %s, it is %s", longestLoad, s.duration)
	}
	return nil
}

// writeTable writes what was measured for a person.
func writeTable(w io.Writer, r report.River) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(t, "River %s, PostgreSQL %s, %d callers, %d processors\n", r.Version, r.PostgreSQL.Version, r.Callers, r.Machine.Processors)
	_, _ = fmt.Fprintln(t, "MEASURED\tA SECOND\tP50 MS\tP99 MS\tMAX MS")
	_, _ = fmt.Fprintf(t, "holds\t%.0f\t%.1f\t%.1f\t%.1f\n", r.HoldsPerSecond, r.HoldP50, r.HoldP99, r.HoldMax)
	_, _ = fmt.Fprintf(t, "holds, workers running\t%.0f\t%.1f\t%.1f\t\n", r.Sustained.PerSecond, r.Sustained.P50, r.Sustained.P99)
	_, _ = fmt.Fprintf(t, "late, %d ending over 10 s\t\t%.1f\t%.1f\t%.1f\n", r.Spread.Holds, r.Spread.P50, r.Spread.P99, r.Spread.Last)
	_, _ = fmt.Fprintf(t, "late, %d ending within 100 ms\t\t%.1f\t%.1f\t%.1f\n", r.Burst.Holds, r.Burst.P50, r.Burst.P99, r.Burst.Last)
	return t.Flush()
}
