package trip

import (
	"github.com/vacancy/vacancy/internal/booking"
)

// RecordHotel: BOOKING, not undone, wanted → hotel pending. For an apartment of ours the
// hold has been placed; its reservation says the epoch and the price.
type RecordHotel struct {
	On
	Hold *booking.Reservation // nil for a hotel
}

func (i RecordHotel) Decide(t Trip) (Trip, bool, error) {
	if t.Hotel != nil {
		return t, false, nil
	}
	if err := goesOn(t, ReserveHotel); err != nil {
		return t, false, err
	}
	if t.Lodging == nil {
		return t, false, wanting(t, ReserveHotel, "a lodging that is wanted")
	}
	h := Hotel{ID: t.hotelID(), Status: Pending, Name: t.Lodging.Hotel, CheckIn: t.Lodging.CheckIn, CheckOut: t.Lodging.CheckOut}
	if i.Hold != nil {
		h.ApartmentID, h.ReservationID, h.Epoch, h.Price = i.Hold.ApartmentID, i.Hold.ID, i.Hold.Epoch, i.Hold.Price
	}
	t.Hotel = &h
	t.record(HotelReserved, i.On, 0, "")
	return t, true, nil
}

// RecordFlight: BOOKING, not undone → flight pending.
type RecordFlight struct{ On }

func (i RecordFlight) Decide(t Trip) (Trip, bool, error) {
	if t.Flight != nil {
		return t, false, nil
	}
	if err := goesOn(t, ReserveFlight); err != nil {
		return t, false, err
	}
	t.Flight = &Flight{ID: t.flightID(), Status: Pending,
		DepartCity: t.DepartCity, DepartTime: t.DepartTime, ArriveCity: t.ArriveCity, ArriveTime: t.ArriveTime}
	t.record(FlightReserved, i.On, 0, "")
	return t, true, nil
}

// RecordCarRental: BOOKING, not undone, wanted → car rental pending.
type RecordCarRental struct{ On }

func (i RecordCarRental) Decide(t Trip) (Trip, bool, error) {
	if t.CarRental != nil {
		return t, false, nil
	}
	if err := goesOn(t, ReserveCarRental); err != nil {
		return t, false, err
	}
	if t.Car == nil {
		return t, false, wanting(t, ReserveCarRental, "a car that is wanted")
	}
	t.CarRental = &CarRental{ID: t.carRentalID(), Status: Pending, Car: t.Car.Name, From: t.Car.From, To: t.Car.To}
	t.record(CarRentalReserved, i.On, 0, "")
	return t, true, nil
}
