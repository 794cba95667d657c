package app

import (
	"fmt"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// Limits are what one principal may take of a deployment. The zero value of a field is
// its default, a negative one no limit.
type Limits struct {
	MaxHolds   int           // live holds at once; 0: 2
	HoldBudget time.Duration // held time of a day (UTC) that is not paid for, in whole minutes; 0: 4 h
	// ReserveRate and PayRate are how often one may reserve and pay, a minute; 0: 30 and 30.
	ReserveRate, PayRate int
}

// DefaultLimits suit people who look for a home.
func DefaultLimits() Limits {
	return Limits{MaxHolds: 2, HoldBudget: 4 * time.Hour, ReserveRate: 30, PayRate: 30}
}

// NoLimits let one principal do everything: for load tests.
func NoLimits() Limits { return Limits{MaxHolds: -1, HoldBudget: -1, ReserveRate: -1, PayRate: -1} }

// withDefaults fills in what is not said.
func (l Limits) withDefaults() (Limits, error) {
	standard := DefaultLimits()
	if l.MaxHolds == 0 {
		l.MaxHolds = standard.MaxHolds
	}
	if l.HoldBudget == 0 {
		l.HoldBudget = standard.HoldBudget
	}
	if l.ReserveRate == 0 {
		l.ReserveRate = standard.ReserveRate
	}
	if l.PayRate == 0 {
		l.PayRate = standard.PayRate
	}
	if l.HoldBudget > 0 && l.HoldBudget < time.Minute {
		return l, fmt.Errorf("the hold budget must be at least a minute a day, it is %s", l.HoldBudget)
	}
	return l, nil
}

// holds are those that the store checks.
func (l Limits) holds() booking.HoldLimits {
	return booking.HoldLimits{Live: max(l.MaxHolds, 0), Budget: max(l.HoldBudget, 0)}
}
