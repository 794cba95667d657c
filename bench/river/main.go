package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"
)

type settings struct {
	callers  int
	duration time.Duration
	holds    int // that end together, in the scenarios of lateness
}

// report is what was measured. Times are in milliseconds.
type report struct {
	HoldsPerSecond float64  `json:"holdsPerSecond"`
	HoldP50        float64  `json:"holdP50Ms"`
	HoldP99        float64  `json:"holdP99Ms"`
	Spread         lateness `json:"endingOver10s"`
	Burst          lateness `json:"endingWithin100ms"`
}

// lateness says how long after its deadline a hold was reverted.
type lateness struct {
	Holds int     `json:"holds"`
	P50   float64 `json:"p50Ms"`
	P99   float64 `json:"p99Ms"`
	Last  float64 `json:"lastMs"`
}

func main() {
	var s settings
	flag.IntVar(&s.callers, "callers", 64, "callers at once")
	flag.DurationVar(&s.duration, "duration", 10*time.Second, "how long to place holds")
	flag.IntVar(&s.holds, "holds", 10_000, "holds that end together")
	asJSON := flag.Bool("json", false, "print JSON")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	r, err := measure(ctx, os.Getenv("DATABASE_URL"), s)
	if err != nil {
		fmt.Fprintln(os.Stderr, "river:", err)
		os.Exit(1)
	}
	if *asJSON {
		_ = json.NewEncoder(os.Stdout).Encode(r)
		return
	}
	fmt.Printf("holds a second        %.0f (p50 %.1f ms, p99 %.1f ms)\n", r.HoldsPerSecond, r.HoldP50, r.HoldP99)
	fmt.Printf("%d ending over 10 s   p50 %.0f ms, p99 %.0f ms late, the last %.0f ms\n", r.Spread.Holds, r.Spread.P50, r.Spread.P99, r.Spread.Last)
	fmt.Printf("%d within 100 ms      p50 %.0f ms, p99 %.0f ms late, the last %.0f ms\n", r.Burst.Holds, r.Burst.P50, r.Burst.P99, r.Burst.Last)
}
