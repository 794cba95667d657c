package booking

// Occupy: apartment PAID → OCCUPIED. It is applied to the reservation that the
// apartment is with. Refused with APARTMENT_NOT_PAID.
type Occupy struct{ On }

// NeedsApartment: the apartment changes with the reservation.
func (i Occupy) NeedsApartment() bool { return true }

func (i Occupy) Decide(b Booking) (Booking, bool, error) {
	switch {
	case i.stale(b.Reservation):
		return b, false, notHeld(b.Reservation)
	case b.hasApartment() && b.Apartment.Status == Occupied:
		return b, false, nil
	case !b.hasApartment() || b.Apartment.Status != ApartmentPaid:
		return b, false, Refuse(ApartmentNotPaid, "the apartment is %s; only a PAID one can be occupied", b.Apartment.Status)
	}
	b.Apartment.Status, b.Apartment.UpdatedAt = Occupied, i.Now
	b.Reservation.record(MovedIn, i.Now, i.By, 0, "")
	return b, true, nil
}

// Vacate: apartment OCCUPIED → VACANT; the reservation stays PAID. Refused with
// APARTMENT_NOT_OCCUPIED.
type Vacate struct{ On }

// NeedsApartment: the apartment changes with the reservation.
func (i Vacate) NeedsApartment() bool { return true }

func (i Vacate) Decide(b Booking) (Booking, bool, error) {
	if i.stale(b.Reservation) || !b.hasApartment() || b.Apartment.Status != Occupied {
		return b, false, Refuse(ApartmentNotOccupied, "the apartment is %s; only an OCCUPIED one can be vacated", b.Apartment.Status)
	}
	b.free(i.Now)
	b.Reservation.record(MovedOut, i.Now, i.By, 0, "")
	return b, true, nil
}

// RefundReservation: PAID, and the apartment not lived in → reservation REFUNDED,
// apartment VACANT. The money is returned afterwards.
type RefundReservation struct{ On }

// NeedsApartment: the apartment changes with the reservation.
func (i RefundReservation) NeedsApartment() bool { return true }

func (i RefundReservation) Decide(b Booking) (Booking, bool, error) {
	r := &b.Reservation
	switch {
	case i.stale(*r):
		return b, false, notHeld(*r)
	case r.TripID != "":
		return b, false, belongsToTrip(*r)
	case r.Status == ReservationRefunded:
		return b, false, nil
	case r.Status != ReservationPaid:
		return b, false, Refuse(ApartmentNotPaid, "the reservation is %s; only a PAID one can be refunded", r.Status)
	case b.hasApartment() && b.Apartment.Status == Occupied:
		return b, false, Refuse(ApartmentNotPaid, "the apartment is OCCUPIED; vacate it first")
	}
	r.Status = ReservationRefunded
	r.record(RefundOrdered, i.Now, i.By, r.Price.Amount, "")
	b.free(i.Now)
	return b, true, nil
}
