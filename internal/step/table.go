// Package step holds every workflow step and the one table that names them. A step
// is a [workflow.Handler]: the embedded runner and the Lambda runtime call the same
// function on the same bytes.
package step

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	// Each task's JSON is read on its way in: encoding/json takes four times as long.
	segmentio "github.com/segmentio/encoding/json"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga/batch"
	"github.com/vacancy/vacancy/internal/saga/order"
	"github.com/vacancy/vacancy/internal/saga/trip"
	"github.com/vacancy/vacancy/internal/workflow"
)

// Table is the steps by name. A name is machine + state: ReservationReleaseHold is
// the step of the state ReleaseHold in statemachine/reservation.asl.json.
type Table map[string]workflow.Handler

// Services are the domain services that steps call.
type Services struct {
	Reservations *booking.Service
	Orders       *order.Service
	Imports      *batch.Service
	Trips        *trip.Service
}

// all are the rows of the table, machine by machine.
func all(s Services) []named {
	return slices.Concat(
		reservationSteps(s.Reservations),
		orderSteps(s.Orders),
		importSteps(s.Imports),
		tripSteps(s.Trips),
	)
}

// New makes the table of all steps.
func New(s Services) Table {
	t := Table{}
	for _, row := range all(s) {
		t[row.name] = row.handler
	}
	return t
}

// Names lists the names of all steps.
func Names() []string {
	var names []string
	for _, row := range all(Services{}) {
		names = append(names, row.name)
	}
	return names
}

// named is one row of the table.
type named struct {
	name    string
	handler workflow.Handler
}

// typed makes a Handler of a function from In to Out. An input that is no In fails
// the task as InvalidInput; errors reach the state machine under the names that
// definitions catch (see failure).
func typed[In, Out any](name string, run func(context.Context, In) (Out, error)) named {
	return named{name, func(ctx context.Context, input json.RawMessage) (json.RawMessage, error) {
		var in In
		if err := segmentio.Unmarshal(input, &in); err != nil {
			return nil, workflow.Error{Name: "InvalidInput", Cause: fmt.Sprintf("step %s: %v", name, err)}
		}
		if checked, ok := any(in).(interface{ Validate() error }); ok {
			if err := checked.Validate(); err != nil {
				return nil, workflow.Error{Name: "InvalidInput", Cause: fmt.Sprintf("step %s: %v", name, err)}
			}
		}
		out, err := run(ctx, in)
		if err != nil {
			return nil, failure(err)
		}
		return segmentio.Marshal(out)
	}}
}
