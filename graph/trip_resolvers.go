package graph

import (
	"context"

	"github.com/vacancy/vacancy/graph/model"
	"github.com/vacancy/vacancy/internal/saga/trip"
)

// tripMachine is the state machine whose executions are named by trips.
const tripMachine = "trip"

func (q queries) Trip(ctx context.Context, id string) (*model.Trip, error) {
	t, err := q.trips.Trip(ctx, principal(ctx), id)
	if absent(err) {
		return nil, nil // GraphQL's null: none, or not the caller's
	}
	if err != nil {
		return nil, err
	}
	return showTrip(t), nil
}

func (q queries) TripsNeedingAttention(ctx context.Context, first *int) ([]model.Trip, error) {
	return needingAttention(ctx, first, q.trips.NeedingAttention, showTrip)
}

func (r tripFields) Execution(ctx context.Context, t *model.Trip) (*model.Execution, error) {
	return queries(r).Execution(ctx, tripMachine, t.CurrentExecution())
}

func (r hotelReservations) Reservation(ctx context.Context, h *model.HotelReservation) (*model.Reservation, error) {
	if h.ReservationID == "" {
		return nil, nil // GraphQL's null: a hotel
	}
	return queries(r).Reservation(ctx, h.ReservationID)
}

func (m mutations) BookTrip(ctx context.Context, in model.BookTripInput) (*model.BookTripPayload, error) {
	who := principal(ctx)
	if refusal, err := tooOften(ctx, m.rates.Reserve, who); refusal != nil || err != nil {
		return &model.BookTripPayload{UserErrors: model.NewUserErrors(refusal)}, err
	}
	t, err := m.trips.BookOnce(ctx, who, in.IdempotencyKey, tripRequest(in))
	refusal, err := refused(err)
	if err != nil {
		return nil, err
	}
	if refusal != nil {
		named := *refusal
		if name, known := tripInputFields[refusal.Field]; known {
			named.Field = name
		}
		refusal = &named
	}
	return &model.BookTripPayload{Trip: showTrip(t), UserErrors: model.NewUserErrors(refusal)}, nil
}

func (m mutations) ResumeTrip(ctx context.Context, in model.ResumeTripInput) (*model.ResumeTripPayload, error) {
	t, err := m.trips.Resume(ctx, principal(ctx), in.TripID)
	refusal, err := refused(err)
	if err != nil {
		return nil, err
	}
	return &model.ResumeTripPayload{Trip: showTrip(t), UserErrors: model.NewUserErrors(refusal)}, nil
}

// tripRequest is what the input asks for.
func tripRequest(in model.BookTripInput) trip.Request {
	r := trip.Request{
		Route: trip.Route{DepartCity: in.Flight.DepartCity, DepartTime: in.Flight.DepartTime.UTC(),
			ArriveCity: in.Flight.ArriveCity, ArriveTime: in.Flight.ArriveTime.UTC()},
		Amount: trip.DefaultAmount, PaymentMethod: text(in.PaymentMethod),
	}
	if in.Amount != nil {
		r.Amount = *in.Amount
	}
	if in.Hotel != nil || in.ApartmentID != nil {
		r.Lodging = &trip.Lodging{ApartmentID: text(in.ApartmentID)}
		if in.Hotel != nil {
			r.Lodging.Hotel, r.Lodging.CheckIn, r.Lodging.CheckOut = text(in.Hotel.Name), in.Hotel.CheckIn.UTC(), in.Hotel.CheckOut.UTC()
		}
	}
	if in.CarRental != nil {
		r.Car = &trip.Car{Name: in.CarRental.Car, From: in.CarRental.From.UTC(), To: in.CarRental.To.UTC()}
	}
	if in.RunType != nil && *in.RunType != trip.RunSuccess {
		r.Failing = *in.RunType
	}
	return r
}

// tripInputFields are the fields of BookTripInput by their names in an execution's input.
var tripInputFields = map[string]string{
	"trip_id": "idempotencyKey", "depart_city": "flight.departCity", "depart_time": "flight.departTime",
	"arrive_city": "flight.arriveCity", "arrive_time": "flight.arriveTime",
	"hotel": "hotel.name", "check_in": "hotel.checkIn", "check_out": "hotel.checkOut",
	"rental": "carRental.car", "rental_from": "carRental.from", "rental_to": "carRental.to",
	"currency": "amount.currency", "payment_method": "paymentMethod", "run_type": "runType",
}

// showTrip is nil for a trip that is not there.
func showTrip(t trip.Trip) *model.Trip {
	if t.ID == "" {
		return nil
	}
	return &model.Trip{Trip: t}
}
