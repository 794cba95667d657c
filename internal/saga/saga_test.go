package saga_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga"
	"github.com/vacancy/vacancy/internal/workflow"
)

func TestInjectionInDevelopment(t *testing.T) {
	for _, stage := range []saga.Stage{saga.Development, saga.Staging} {
		drawn := 0.39
		i, err := saga.NewInjection(stage, 0.4, func() float64 { return drawn })
		if err != nil {
			t.Fatal(err)
		}
		var injected *saga.InjectedError
		if err := i.Forward("failPayment", "failPayment"); !errors.As(err, &injected) || injected.What != "failPayment" {
			t.Errorf("%s: the step that was asked for fails with %v", stage, err)
		}
		if err := i.Forward("failPayment", "failHotelReservation"); err != nil {
			t.Errorf("%s: another step fails with %v", stage, err)
		}
		if err := i.Compensation("CancelHotel"); !errors.As(err, &injected) {
			t.Errorf("%s: below the rate a compensation fails with %v", stage, err)
		}
		drawn = 0.4
		if err := i.Compensation("CancelHotel"); err != nil {
			t.Errorf("%s: at the rate a compensation fails with %v", stage, err)
		}
		if err := i.Allow("runType", "failPayment"); err != nil {
			t.Errorf("%s: Allow = %v", stage, err)
		}
	}
}

func TestNoInjectionInProduction(t *testing.T) {
	if _, err := saga.NewInjection(saga.Production, 0.4, nil); booking.CodeOf(err) != booking.InvalidInput {
		t.Errorf("a rate in production = %v", err)
	}
	i, err := saga.NewInjection(saga.Production, 0, func() float64 { return 0 })
	if err != nil {
		t.Fatal(err)
	}
	if err := i.Allow("runType", "failPayment"); booking.CodeOf(err) != booking.InvalidInput {
		t.Errorf("Allow = %v", err)
	}
	if err := i.Allow("runType", ""); err != nil {
		t.Errorf("Allow of no failure = %v", err)
	}
	if err := errors.Join(i.Forward("failPayment", "failPayment"), i.Compensation("CancelHotel")); err != nil {
		t.Errorf("a step fails with %v", err)
	}
}

func TestRatesOutOfRange(t *testing.T) {
	for _, rate := range []float64{-0.1, 1.1, math.NaN(), math.Inf(1)} {
		if _, err := saga.NewInjection(saga.Development, rate, nil); booking.CodeOf(err) != booking.InvalidInput {
			t.Errorf("the rate %v = %v", rate, err)
		}
	}
}

func TestParseStage(t *testing.T) {
	for name, want := range map[string]saga.Stage{"": saga.Development, "dev": saga.Development, "stage": saga.Staging, "prod": saga.Production} {
		if got, err := saga.ParseStage(name); err != nil || got != want {
			t.Errorf("ParseStage(%q) = %s, %v", name, got, err)
		}
	}
	if _, err := saga.ParseStage("production"); booking.CodeOf(err) != booking.InvalidInput {
		t.Errorf("an unknown stage = %v", err)
	}
}

// TestIDsNameExecutions: whatever CheckID lets through names an execution and its repairs.
func TestIDsNameExecutions(t *testing.T) {
	for _, id := range []string{"t", "trip_0d9k.A-1", strings.Repeat("x", saga.MaxIDLength)} {
		if err := saga.CheckID("tripId", id); err != nil {
			t.Errorf("CheckID(%q) = %v", id, err)
		}
		e := saga.Execution{Repairs: 1_000_000}
		if err := workflow.CheckName(e.Name(id)); err != nil {
			t.Errorf("the repair's name %q: %v", e.Name(id), err)
		}
	}
	for _, id := range []string{"", strings.Repeat("x", saga.MaxIDLength+1), "a b", "a/b", "a#b", "é", "a\x00"} {
		if err := saga.CheckID("tripId", id); booking.CodeOf(err) != booking.InvalidInput {
			t.Errorf("CheckID(%q) = %v", id, err)
		}
	}
}

func TestRepairsAreSpacedOut(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	e := saga.Execution{Started: true}
	if !e.MayRepair(now) {
		t.Error("a first repair has to wait")
	}
	for n, pause := range []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second, 40 * time.Second} {
		if e = e.Repaired(now); e.Repairs != n+1 || !e.Started {
			t.Fatalf("after %d repairs: %+v", n+1, e)
		}
		if e.MayRepair(now.Add(pause-1)) || !e.MayRepair(now.Add(pause)) {
			t.Errorf("after repair %d another may come not after %s", n+1, pause)
		}
	}
	for range 100 {
		e = e.Repaired(now)
	}
	if e.MayRepair(now.Add(15*time.Minute-1)) || !e.MayRepair(now.Add(15*time.Minute)) {
		t.Error("the pause is not bounded by a quarter of an hour")
	}
}

func TestExecutionNames(t *testing.T) {
	e := saga.Execution{Started: true, Repairs: 2}
	if got := e.Names("t1"); !slices.Equal(got, []string{"t1", "t1-repair-1", "t1-repair-2"}) || e.Name("t1") != got[2] {
		t.Errorf("names are %v, now %s", got, e.Name("t1"))
	}
}

// running is a workflow in which one execution runs.
type running string

func (running) Start(context.Context, booking.WorkflowStart) error     { return nil }
func (running) Wake(context.Context, string, json.RawMessage) error    { return nil }
func (r running) Running(_ context.Context, name string) (bool, error) { return name == string(r), nil }

func TestAnyOfItsExecutionsSpeaksForASaga(t *testing.T) {
	e := saga.Execution{Started: true, Repairs: 2}
	for name, want := range map[string]bool{"t1": true, "t1-repair-1": true, "t1-repair-2": true, "t1-repair-3": false, "t2": false} {
		if got, err := e.Running(t.Context(), running(name), "t1"); err != nil || got != want {
			t.Errorf("with %s running = %t, %v", name, got, err)
		}
	}
}

func TestUndone(t *testing.T) {
	var none saga.Undone
	one := none.With("ReserveHotel")
	two := one.With("ReserveFlight")
	if none.Has("ReserveHotel") || !one.Has("ReserveHotel") || one.Has("ReserveFlight") || !two.Has("ReserveFlight") || len(two.With("ReserveHotel")) != 2 {
		t.Errorf("%v, %v, %v", none, one, two)
	}
}
