package trip

// ConfirmHotel: BOOKING, paid, hotel pending → confirmed. For an apartment of ours its
// hold has been confirmed.
type ConfirmHotel struct{ On }

func (i ConfirmHotel) Decide(t Trip) (Trip, bool, error) {
	if t.Hotel != nil && t.Hotel.Status == Confirmed {
		return t, false, nil
	}
	if err := t.confirmable("ConfirmHotel", ReserveHotel, t.Hotel != nil); err != nil {
		return t, false, err
	}
	hotel := *t.Hotel
	hotel.Status = Confirmed
	t.Hotel = &hotel
	t.record(HotelConfirmed, i.On, 0, "")
	t.finish(i.On)
	return t, true, nil
}

// ConfirmFlight: BOOKING, paid, flight pending → confirmed.
type ConfirmFlight struct{ On }

func (i ConfirmFlight) Decide(t Trip) (Trip, bool, error) {
	if t.Flight != nil && t.Flight.Status == Confirmed {
		return t, false, nil
	}
	if err := t.confirmable("ConfirmFlight", ReserveFlight, t.Flight != nil); err != nil {
		return t, false, err
	}
	flight := *t.Flight
	flight.Status = Confirmed
	t.Flight = &flight
	t.record(FlightConfirmed, i.On, 0, "")
	t.finish(i.On)
	return t, true, nil
}

// ConfirmCarRental: BOOKING, paid, car rental pending → confirmed.
type ConfirmCarRental struct{ On }

func (i ConfirmCarRental) Decide(t Trip) (Trip, bool, error) {
	if t.CarRental != nil && t.CarRental.Status == Confirmed {
		return t, false, nil
	}
	if err := t.confirmable("ConfirmCarRental", ReserveCarRental, t.CarRental != nil); err != nil {
		return t, false, err
	}
	rental := *t.CarRental
	rental.Status = Confirmed
	t.CarRental = &rental
	t.record(CarRentalConfirmed, i.On, 0, "")
	t.finish(i.On)
	return t, true, nil
}

// confirmable refuses to confirm what is not reserved, not paid, or being undone.
func (t Trip) confirmable(step, reserved string, there bool) error {
	if err := goesOn(t, reserved); err != nil {
		return err
	}
	switch {
	case !there:
		return wanting(t, step, reserved)
	case !t.captured():
		return wanting(t, step, "the payment to be captured")
	}
	return nil
}

// finish makes the trip BOOKED once everything that it wants is confirmed.
func (t *Trip) finish(on On) {
	if t.complete() {
		t.Status, t.EndedAt = Booked, on.Now
		t.record(TripBooked, on, 0, "")
	}
}
