package lambdas_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/app/cloud"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/step"
	"github.com/vacancy/vacancy/internal/store/dynamo/dynamotest"
	"github.com/vacancy/vacancy/internal/workflow"
)

// hand is a program on DynamoDB whose executions a test goes through by hand, step by step.
type hand struct {
	t        *testing.T
	app      *app.App
	runner   *noted
	reserved int
}

// noted is a runner that notes what it is asked for, and runs nothing.
type noted struct {
	workflow.Runner
	uses    *uses
	running map[string]bool
	started []string
	woken   []string
}

func (n *noted) Start(ctx context.Context, id workflow.ExecutionID, _ json.RawMessage) (workflow.Execution, error) {
	n.uses.note(ctx, "states:StartExecution on states:stateMachine:${AWS::StackName}-"+id.Machine)
	n.started = append(n.started, id.Name)
	return workflow.Execution{}, nil
}

func (n *noted) SendTaskSuccess(ctx context.Context, token string, _ json.RawMessage) error {
	n.uses.note(ctx, "states:SendTaskSuccess on states:stateMachine:${AWS::StackName}-reservation")
	n.woken = append(n.woken, token)
	return nil
}

func (n *noted) Describe(ctx context.Context, id workflow.ExecutionID) (workflow.Execution, error) {
	n.uses.note(ctx, "states:DescribeExecution on states:execution:${AWS::StackName}-"+id.Machine+":*")
	if n.running[id.Name] {
		return workflow.Execution{Status: workflow.Running}, nil
	}
	return workflow.Execution{Status: workflow.Succeeded}, nil
}

func (n *noted) List(ctx context.Context, filter workflow.ListFilter) (page workflow.Page, err error) {
	n.uses.note(ctx, "states:ListExecutions on states:stateMachine:${AWS::StackName}-"+filter.Machine)
	for _, name := range slices.Sorted(maps.Keys(n.running)) {
		page.Executions = append(page.Executions, workflow.Execution{ExecutionID: workflow.ExecutionID{Machine: filter.Machine, Name: name}, Status: workflow.Running})
	}
	return page, nil
}

// byHand wires the program by c on a table of its own.
func byHand(t *testing.T, u *uses, c cloud.Config) *hand {
	t.Helper()
	ports, err := cloud.Ports(dynamotest.Table(t, u.watch), c)
	if err != nil {
		t.Fatal(err)
	}
	h := &hand{t: t, runner: &noted{uses: u, running: map[string]bool{}}}
	if c.Gateway != cloud.Stripe {
		ports.Gateway = &gateway{Gateway: ports.Gateway, uses: u}
	}
	ports.NewRunner = func(step.Table) (workflow.Runner, error) { return h.runner, nil }
	config, err := app.Config{Limits: app.NoLimits()}.WithDefaults()
	if err != nil {
		t.Fatal(err)
	}
	config.Log = c.Log
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	if h.app, err = app.New(config, ports); err != nil {
		t.Fatal(err)
	}
	return h
}

// reserve holds an apartment of its own for the tenant.
func (h *hand) reserve(listing booking.Listing) booking.Reservation {
	h.t.Helper()
	h.reserved++
	listing.Title, listing.Price, listing.RentPeriod = "x", booking.Money{Amount: 79_000, Currency: "USD"}, booking.Monthly
	flat, err := h.app.Reservations.CreateApartment(h.t.Context(), manager, listing, fmt.Sprint("flat ", h.reserved))
	if err != nil {
		h.t.Fatal(err)
	}
	r, err := h.app.Reservations.ReserveApartment(h.t.Context(), tenant, flat.ID, fmt.Sprint("hold ", h.reserved))
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

// step calls a step for the reservation, with what is given beside the usual input.
func (h *hand) step(name string, r booking.Reservation, more ...string) {
	h.t.Helper()
	input := map[string]any{"reservationId": r.ID, "apartmentId": r.ApartmentID, "tenantId": r.TenantID, "epoch": r.Epoch}
	for i := 0; i < len(more); i += 2 {
		input[more[i]] = more[i+1]
	}
	text, err := json.Marshal(input)
	if err != nil {
		h.t.Fatal(err)
	}
	if _, err := h.app.Steps()[name](context.WithValue(h.t.Context(), stepKey{}, name), text); err != nil {
		h.t.Fatalf("%s: %v", name, err)
	}
}

// read answers the reservation as it is now.
func (h *hand) read(r booking.Reservation) booking.Reservation {
	h.t.Helper()
	r, err := h.app.Reservations.Reservation(h.t.Context(), tenant, r.ID)
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

// pass waits until the reservation's hold has passed its deadline.
func (h *hand) pass(r booking.Reservation) {
	h.t.Helper()
	select {
	case <-time.After(time.Until(r.HoldExpiresAt) + time.Millisecond):
	case <-h.t.Context().Done():
		h.t.Fatal(h.t.Context().Err())
	}
}
