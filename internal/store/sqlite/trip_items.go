package sqlite

import (
	"encoding/json"
	"fmt"

	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga/trip"
)

// readTripItems reads the items that the trip has.
func readTripItems(conn *sqlite.Conn, t *trip.Trip) error {
	for _, read := range []func(*sqlite.Conn, *trip.Trip) error{readHotel, readFlight, readCarRental, readTripPayment} {
		if err := read(conn, t); err != nil {
			return err
		}
	}
	return nil
}

func readHotel(conn *sqlite.Conn, t *trip.Trip) error {
	_, err := queryOne(conn, `SELECT id, transaction_status, hotel, check_in, check_out, apartment_id, reservation_id, epoch, price, currency
		FROM trip_hotels WHERE trip_id = ?`, func(p *params) { p.text(t.ID) }, func(c *columns) error {
		t.Hotel = &trip.Hotel{ID: c.text(), Status: trip.TransactionStatus(c.text()), Name: c.text(), CheckIn: c.time(), CheckOut: c.time(),
			ApartmentID: c.text(), ReservationID: c.text(), Epoch: c.int(), Price: booking.Money{Amount: c.int(), Currency: c.text()}}
		return nil
	})
	return err
}

func readFlight(conn *sqlite.Conn, t *trip.Trip) error {
	_, err := queryOne(conn, `SELECT id, transaction_status, depart_city, depart_time, arrive_city, arrive_time
		FROM trip_flights WHERE trip_id = ?`, func(p *params) { p.text(t.ID) }, func(c *columns) error {
		t.Flight = &trip.Flight{ID: c.text(), Status: trip.TransactionStatus(c.text()),
			DepartCity: c.text(), DepartTime: c.time(), ArriveCity: c.text(), ArriveTime: c.time()}
		return nil
	})
	return err
}

func readCarRental(conn *sqlite.Conn, t *trip.Trip) error {
	_, err := queryOne(conn, `SELECT id, transaction_status, rental, rental_from, rental_to
		FROM trip_car_rentals WHERE trip_id = ?`, func(p *params) { p.text(t.ID) }, func(c *columns) error {
		t.CarRental = &trip.CarRental{ID: c.text(), Status: trip.TransactionStatus(c.text()), Car: c.text(), From: c.time(), To: c.time()}
		return nil
	})
	return err
}

func readTripPayment(conn *sqlite.Conn, t *trip.Trip) error {
	_, err := queryOne(conn, `SELECT id, transaction_status, amount, currency, lines
		FROM trip_payments WHERE trip_id = ?`, func(p *params) { p.text(t.ID) }, func(c *columns) error {
		t.Payment = &trip.Payment{ID: c.text(), Status: trip.TransactionStatus(c.text()), Amount: booking.Money{Amount: c.int(), Currency: c.text()}}
		if err := json.Unmarshal([]byte(c.text()), &t.Payment.Lines); err != nil {
			return fmt.Errorf("lines of the payment of trip %s: %w", t.ID, err)
		}
		return nil
	})
	return err
}

// writeTripItems inserts, updates and deletes what is not as it was. Only its status changes
// of an item that stands.
func writeTripItems(conn *sqlite.Conn, was, is trip.Trip) error {
	if err := writeTripItem(conn, "trip_hotels", is.ID, hotelStatus(was), hotelStatus(is), func() error { return insertHotel(conn, is) }); err != nil {
		return err
	}
	if err := writeTripItem(conn, "trip_flights", is.ID, flightStatus(was), flightStatus(is), func() error { return insertFlight(conn, is) }); err != nil {
		return err
	}
	if err := writeTripItem(conn, "trip_car_rentals", is.ID, carRentalStatus(was), carRentalStatus(is), func() error { return insertCarRental(conn, is) }); err != nil {
		return err
	}
	return writeTripItem(conn, "trip_payments", is.ID, tripPaymentStatus(was), tripPaymentStatus(is), func() error { return insertTripPayment(conn, is) })
}

// writeTripItem brings an item from one status to another; "" is an item that is not there.
func writeTripItem(conn *sqlite.Conn, table, tripID string, was, is trip.TransactionStatus, insert func() error) error {
	switch {
	case was == is:
		return nil
	case was == "":
		return insert()
	case is == "":
		_, err := exec(conn, "DELETE FROM "+table+" WHERE trip_id = ?", func(p *params) { p.text(tripID) })
		return err
	}
	_, err := exec(conn, "UPDATE "+table+" SET transaction_status = ? WHERE trip_id = ?", func(p *params) { p.text(string(is)).text(tripID) })
	return err
}

func hotelStatus(t trip.Trip) trip.TransactionStatus {
	if t.Hotel == nil {
		return ""
	}
	return t.Hotel.Status
}

func flightStatus(t trip.Trip) trip.TransactionStatus {
	if t.Flight == nil {
		return ""
	}
	return t.Flight.Status
}

func carRentalStatus(t trip.Trip) trip.TransactionStatus {
	if t.CarRental == nil {
		return ""
	}
	return t.CarRental.Status
}

func tripPaymentStatus(t trip.Trip) trip.TransactionStatus {
	if t.Payment == nil {
		return ""
	}
	return t.Payment.Status
}

func insertHotel(conn *sqlite.Conn, t trip.Trip) error {
	h := t.Hotel
	_, err := exec(conn, `INSERT INTO trip_hotels (trip_id, id, transaction_status, hotel, check_in, check_out, apartment_id, reservation_id, epoch, price, currency)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, func(p *params) {
		p.text(t.ID).text(h.ID).text(string(h.Status)).text(h.Name).optTime(h.CheckIn).optTime(h.CheckOut)
		p.optText(h.ApartmentID).optText(h.ReservationID).optInt(h.Epoch).optInt(h.Price.Amount).optText(h.Price.Currency)
	})
	return err
}

func insertFlight(conn *sqlite.Conn, t trip.Trip) error {
	f := t.Flight
	_, err := exec(conn, `INSERT INTO trip_flights (trip_id, id, transaction_status, depart_city, depart_time, arrive_city, arrive_time)
		VALUES (?, ?, ?, ?, ?, ?, ?)`, func(p *params) {
		p.text(t.ID).text(f.ID).text(string(f.Status)).text(f.DepartCity).time(f.DepartTime).text(f.ArriveCity).time(f.ArriveTime)
	})
	return err
}

func insertCarRental(conn *sqlite.Conn, t trip.Trip) error {
	r := t.CarRental
	_, err := exec(conn, "INSERT INTO trip_car_rentals (trip_id, id, transaction_status, rental, rental_from, rental_to) VALUES (?, ?, ?, ?, ?, ?)", func(p *params) {
		p.text(t.ID).text(r.ID).text(string(r.Status)).text(r.Car).time(r.From).time(r.To)
	})
	return err
}

func insertTripPayment(conn *sqlite.Conn, t trip.Trip) error {
	lines, err := json.Marshal(t.Payment.Lines)
	if err != nil {
		return err
	}
	_, err = exec(conn, "INSERT INTO trip_payments (trip_id, id, transaction_status, amount, currency, lines) VALUES (?, ?, ?, ?, ?, ?)", func(p *params) {
		p.text(t.ID).text(t.Payment.ID).text(string(t.Payment.Status)).int(t.Payment.Amount.Amount).text(t.Payment.Amount.Currency).json(lines)
	})
	return err
}
