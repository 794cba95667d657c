package bench

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"
)

// Scenarios are what can be measured.
var Scenarios = []string{"service", "sustained", "http", "ending", "waiting", "past"}

// Run measures the scenarios, one after the other. What was measured before one of
// them failed is in the report all the same.
func Run(ctx context.Context, o Options) (Report, error) {
	r := Report{Machine: Machine{OS: runtime.GOOS, Arch: runtime.GOARCH, Processors: runtime.NumCPU(), Go: runtime.Version(), Version: o.Version}, River: o.River}
	wanted := func(scenario string) bool { return len(o.Scenarios) == 0 || slices.Contains(o.Scenarios, scenario) }
	var err error
	for _, scenario := range Scenarios {
		if err == nil && wanted(scenario) {
			if err = r.measure(ctx, o, scenario); err != nil {
				err = fmt.Errorf("%s: %w", scenario, err)
			}
		}
	}
	r.Targets = targets(r)
	return r, err
}

func (r *Report) measure(ctx context.Context, o Options, scenario string) (err error) {
	switch scenario {
	case "service":
		// Beside each other, as a disk has moods.
		if r.SyncsPerSec, err = inTemporary(ctx, o, measureSyncs); err == nil {
			r.Service, err = inTemporary(ctx, o, measureService)
		}
	case "sustained":
		r.Sustained, err = inTemporary(ctx, o, measureSustained)
	case "http":
		r.HTTP, err = inTemporary(ctx, o, measureHTTP)
	case "ending":
		if r.EndingSpread, err = inTemporary(ctx, o, ending(10*time.Second)); err == nil {
			r.EndingBurst, err = inTemporary(ctx, o, ending(100*time.Millisecond))
		}
	case "waiting":
		r.Waiting, err = inTemporary(ctx, o, measureWaiting)
		if errors.Is(err, errNoResident) {
			err = nil // it is said in the documentation; the rest of the run stands
		}
	case "past":
		r.Past, err = inTemporary(ctx, o, measurePast)
	default:
		err = fmt.Errorf("there is no such scenario; there are %v", Scenarios)
	}
	return err
}

func ending(over time.Duration) func(context.Context, Options, string) (*Lateness, error) {
	return func(ctx context.Context, o Options, dir string) (*Lateness, error) {
		return measureEnding(ctx, o, dir, over)
	}
}

func measureSyncs(_ context.Context, o Options, dir string) (float64, error) {
	const long = 2 * time.Second
	defer o.begin("syncs of this disk", min(long, o.Duration))()
	return syncsPerSecond(dir, min(long, o.Duration))
}
