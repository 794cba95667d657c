package main

import (
	"time"

	"github.com/spf13/pflag"

	"github.com/vacancy/vacancy/internal/app"
)

// limitFlags are what one principal may take; 0 is no limit.
type limitFlags struct {
	maxHolds    int
	holdBudget  time.Duration
	reserveRate int
	payRate     int
}

func (f *limitFlags) add(flags *pflag.FlagSet) {
	standard := app.DefaultLimits()
	flags.IntVar(&f.maxHolds, "max-holds", standard.MaxHolds, "how many live holds one tenant may have; 0: no limit")
	flags.DurationVar(&f.holdBudget, "hold-budget", standard.HoldBudget, "how long apartments may be held for one tenant in a day (UTC) without being paid for; 0: no limit")
	flags.IntVar(&f.reserveRate, "reserve-rate", standard.ReserveRate, "how often one caller may reserve, a minute; 0: no limit")
	flags.IntVar(&f.payRate, "pay-rate", standard.PayRate, "how often one caller may pay, a minute; 0: no limit")
}

// limits reads the flags.
func (f *limitFlags) limits() (app.Limits, error) {
	if f.maxHolds < 0 {
		return app.Limits{}, usagef("--max-holds must be 0 (no limit) or more, it is %d", f.maxHolds)
	}
	if f.reserveRate < 0 || f.payRate < 0 {
		return app.Limits{}, usagef("--reserve-rate and --pay-rate must be 0 (no limit) or more, they are %d and %d", f.reserveRate, f.payRate)
	}
	if f.holdBudget < 0 || f.holdBudget > 0 && f.holdBudget < time.Minute {
		return app.Limits{}, usagef("--hold-budget must be 0 (no limit) or at least 1m, it is %s", f.holdBudget)
	}
	return app.Limits{MaxHolds: orNone(f.maxHolds), HoldBudget: orNone(f.holdBudget), ReserveRate: orNone(f.reserveRate), PayRate: orNone(f.payRate)}, nil
}

// orNone turns a flag's 0 into the configuration's "no limit".
func orNone[T int | time.Duration](limit T) T {
	if limit == 0 {
		return -1
	}
	return limit
}
