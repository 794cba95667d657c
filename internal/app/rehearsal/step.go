package rehearsal

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/step"
	"github.com/vacancy/vacancy/internal/workflow"
)

// Steps are the names of all steps.
func Steps() []string { return slices.Sorted(maps.Keys(step.New(step.Services{}))) }

// Step runs one step on a store in which the tenant "tenant" holds the apartment apt_1
// by the reservation res_1 of epoch 1 and, if a payment method is given, has paid with
// it; for a step of the order machine, those before it have run for the event's order; for
// one of a trip likewise; for one of an import the store has the import imp_1 of a few listings, as it stands before
// that step. The step's failure is a workflow.Error.
func Step(ctx context.Context, name string, event json.RawMessage, method string, now time.Time) (json.RawMessage, error) {
	stage, err := newStage(ctx, now, 0)
	if err != nil {
		return nil, err
	}
	defer func() { _ = stage.store.Close() }()
	table := step.New(stage.services())
	handler, known := table[name]
	if !known {
		return nil, fmt.Errorf("there is no step %q; the steps are %s", name, strings.Join(Steps(), ", "))
	}
	tenant := booking.Principal{ID: "tenant", Role: booking.Tenant}
	reservation, err := stage.reserve(ctx, tenant)
	if err != nil {
		return nil, err
	}
	if method != "" {
		if _, err := stage.reservations.PayReservation(ctx, tenant, reservation.ID, method, "pay"); booking.CodeOf(err) == "" && err != nil {
			return nil, err
		}
	}
	if err := stage.prepare(ctx, table, name, event); err != nil {
		return nil, err
	}
	if err := stage.importBefore(ctx, name); err != nil {
		return nil, err
	}
	if err := stage.tripBefore(ctx, table, name, event); err != nil {
		return nil, err
	}
	output, err := handler(ctx, event)
	if err != nil {
		return nil, workflow.AsError(err)
	}
	return output, nil
}
