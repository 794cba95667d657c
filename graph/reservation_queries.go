package graph

import (
	"context"
	"errors"
	"fmt"

	"github.com/vacancy/vacancy/graph/model"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/workflow"
)

// reservationMachine is the state machine whose executions are named by reservations.
const reservationMachine = "reservation"

func (q queries) Reservation(ctx context.Context, id string) (*model.Reservation, error) {
	who := principal(ctx)
	r, err := q.booking.Reservation(ctx, who, id)
	if absent(err) {
		return nil, nil // GraphQL's null: none, or not the caller's
	}
	if err != nil {
		return nil, err
	}
	return q.showReservation(who, r), nil
}

func (q queries) MyReservations(ctx context.Context, status *booking.ReservationStatus, first *int, after *string) (*model.ReservationConnection, error) {
	return q.reservationPage(ctx, booking.ReservationQuery{TenantID: principal(ctx).ID, Status: enum(status), First: size(first), After: text(after)})
}

func (q queries) Reservations(ctx context.Context, filter *model.ReservationFilter, first *int, after *string) (*model.ReservationConnection, error) {
	ask := booking.ReservationQuery{First: size(first), After: text(after)}
	if filter != nil {
		ask.Status, ask.TenantID, ask.ApartmentID = enum(filter.Status), text(filter.TenantID), text(filter.ApartmentID)
	}
	return q.reservationPage(ctx, ask)
}

func (q queries) reservationPage(ctx context.Context, ask booking.ReservationQuery) (*model.ReservationConnection, error) {
	who := principal(ctx)
	page, err := q.booking.Reservations(ctx, who, ask)
	if err != nil {
		return nil, err
	}
	edges := make([]model.ReservationEdge, len(page.Items))
	for i, r := range q.showReservations(who, page.Items) {
		edges[i] = model.ReservationEdge{Cursor: page.Cursors[i], Node: r}
	}
	return &model.ReservationConnection{Edges: edges, PageInfo: pageInfo(page, &ask.After)}, nil
}

func (reservations) Apartment(ctx context.Context, r *model.Reservation) (*model.Apartment, error) {
	a, ok, err := r.Apartments().Get(ctx, r.ApartmentID)
	if err == nil && !ok {
		err = fmt.Errorf("there is no apartment %s of reservation %s", r.ApartmentID, r.ID)
	}
	return a, err
}

func (r reservations) Execution(ctx context.Context, of *model.Reservation) (*model.Execution, error) {
	e, err := r.runner.Describe(ctx, workflow.ExecutionID{Machine: reservationMachine, Name: of.ID})
	if errors.Is(err, workflow.ErrExecutionDoesNotExist) {
		return nil, nil // GraphQL's null: still to be started
	}
	if err != nil {
		return nil, err
	}
	return &model.Execution{Execution: e}, nil
}
