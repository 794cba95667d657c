package graph

import (
	"github.com/vacancy/vacancy/graph/generated"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga/batch"
	"github.com/vacancy/vacancy/internal/saga/order"
	"github.com/vacancy/vacancy/internal/saga/trip"
	"github.com/vacancy/vacancy/internal/workflow"
)

// resolver is the root of the resolvers. They are thin: they hand over to the domain
// service and show what it answers.
type resolver struct {
	booking *booking.Service
	imports *batch.Service
	orders  *order.Service
	trips   *trip.Service
	runner  workflow.Runner
	rates   Rates
}

type (
	queries      struct{ *resolver }
	mutations    struct{ *resolver }
	apartments   struct{ *resolver }
	reservations struct{ *resolver }
	executions   struct{ *resolver }
	importFields struct{ *resolver }
	orders       struct{ *resolver }
	tripFields   struct{ *resolver }

	hotelReservations struct{ *resolver }
)

func (r *resolver) Query() generated.QueryResolver             { return queries{r} }
func (r *resolver) Mutation() generated.MutationResolver       { return mutations{r} }
func (r *resolver) Apartment() generated.ApartmentResolver     { return apartments{r} }
func (r *resolver) Reservation() generated.ReservationResolver { return reservations{r} }
func (r *resolver) Execution() generated.ExecutionResolver     { return executions{r} }
func (r *resolver) Import() generated.ImportResolver           { return importFields{r} }
func (r *resolver) Order() generated.OrderResolver             { return orders{r} }
func (r *resolver) Trip() generated.TripResolver               { return tripFields{r} }
func (r *resolver) HotelReservation() generated.HotelReservationResolver {
	return hotelReservations{r}
}
