package graph

import (
	"context"
	"strings"

	"github.com/vacancy/vacancy/graph/model"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga/batch"
	"github.com/vacancy/vacancy/internal/saga/trip"
)

// Node answers any object by its id, whose kind stands before the first "_".
func (q queries) Node(ctx context.Context, id string) (model.Node, error) {
	kind, _, _ := strings.Cut(id, "_")
	switch kind {
	case booking.ApartmentKind:
		if a, err := q.Apartment(ctx, id); a != nil || err != nil {
			return a, err
		}
	case booking.ReservationKind:
		if r, err := q.Reservation(ctx, id); r != nil || err != nil {
			return r, err
		}
	case trip.Kind:
		if t, err := q.Trip(ctx, id); t != nil || err != nil {
			return t, err
		}
	case batch.Kind:
		if !principal(ctx).Manages() {
			break
		}
		if i, err := q.Import(ctx, id); i != nil || err != nil {
			return i, err
		}
	}
	return nil, nil // GraphQL's null: there is none
}
