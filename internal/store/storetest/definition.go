package storetest

import (
	"testing"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/workflow/trial"
	"github.com/vacancy/vacancy/statemachine"
)

// definition is the one of this machine, to be run in a trial with our steps.
func definition(t testing.TB, machine string) *asl.Machine {
	t.Helper()
	m, err := trial.Parse(statemachine.Definitions()[machine])
	if err != nil {
		t.Fatal(err)
	}
	return m
}
