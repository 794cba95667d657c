package app_test

import (
	"testing"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga"
)

func TestFailuresOnPurposeAreForDevelopmentStages(t *testing.T) {
	for _, stage := range []saga.Stage{"", saga.Development, saga.Staging} {
		if _, err := (app.Config{Stage: stage, CompensationFailureRate: 0.4}).WithDefaults(); err != nil {
			t.Errorf("in stage %q: %v", stage, err)
		}
	}
	if _, err := (app.Config{Stage: saga.Production, CompensationFailureRate: 0.4}).WithDefaults(); booking.CodeOf(err) != booking.InvalidInput {
		t.Errorf("in production: %v", err)
	}
	if _, err := (app.Config{Stage: "live"}).WithDefaults(); booking.CodeOf(err) != booking.InvalidInput {
		t.Errorf("an unknown stage: %v", err)
	}
}
