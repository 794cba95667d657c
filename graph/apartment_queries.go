package graph

import (
	"context"
	"strings"

	"github.com/vacancy/vacancy/graph/model"
	"github.com/vacancy/vacancy/internal/booking"
)

func (q queries) Apartment(ctx context.Context, id string) (*model.Apartment, error) {
	a, err := q.booking.Apartment(ctx, id)
	if absent(err) {
		return nil, nil // GraphQL's null: there is none
	}
	if err != nil {
		return nil, err
	}
	return q.showApartment(principal(ctx), a), nil
}

func (q queries) Apartments(ctx context.Context, filter *model.ApartmentFilter, orderBy *booking.ApartmentOrder, first *int, after *string) (*model.ApartmentConnection, error) {
	ask := booking.ApartmentQuery{Order: enum(orderBy), First: size(first), After: text(after)}
	if filter != nil {
		ask.Status = enum(filter.Status)
		ask.State, ask.City = strings.ToUpper(text(filter.State)), text(filter.City)
		ask.MinBedrooms = number(filter.MinBedrooms)
		if filter.Price != nil {
			ask.MinPrice, ask.MaxPrice = int64(number(filter.Price.Min)), int64(number(filter.Price.Max))
		}
	}
	page, err := q.booking.Apartments(ctx, ask)
	if err != nil {
		return nil, err
	}
	edges := make([]model.ApartmentEdge, len(page.Items))
	for i, a := range q.showApartments(principal(ctx), page.Items) {
		edges[i] = model.ApartmentEdge{Cursor: page.Cursors[i], Node: a}
	}
	return &model.ApartmentConnection{Edges: edges, PageInfo: pageInfo(page, after)}, nil
}

func (apartments) Reservation(ctx context.Context, a *model.Apartment) (*model.Reservation, error) {
	if a.ReservationID == "" {
		return nil, nil // GraphQL's null: nobody has it
	}
	r, _, err := a.Holders().Get(ctx, a.ReservationID)
	return r, err
}
