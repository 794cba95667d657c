package trip

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga"
)

// DefaultAmount is what a trip costs where nobody says, without the price of an apartment
// of ours.
var DefaultAmount = booking.Money{Amount: 450_00, Currency: "USD"}

// maxText is the longest name of a city, a hotel or a car.
const maxText = 200

// Dates in the past are accepted, but not from before there were flights.
const firstYear, lastYear = 1900, 2200

// Request is what a tenant wants. Its JSON is the execution's input.
type Request struct {
	Route
	Lodging       *Lodging
	Car           *Car
	Amount        booking.Money // without the price of an apartment of ours
	PaymentMethod string
	// Failing is the failure that is asked for, in development stages; "": none.
	Failing RunType
}

// Route is the flight that is wanted.
type Route struct {
	DepartCity string
	DepartTime time.Time
	ArriveCity string
	ArriveTime time.Time
}

// Lodging is a hotel, or with an ApartmentID one of our apartments.
type Lodging struct {
	Hotel       string
	ApartmentID string
	CheckIn     time.Time // both zero where an apartment's are not said
	CheckOut    time.Time
}

// Car is the car rental that is wanted.
type Car struct {
	Name string
	From time.Time
	To   time.Time
}

// Validate refuses, with INVALID_INPUT, what is no trip. Fields are named as in the
// execution's input. Dates in the past are accepted.
func (r Request) Validate() error {
	if err := r.Route.validate(); err != nil {
		return err
	}
	if r.Lodging == nil && r.Car == nil {
		return booking.Invalid("hotel", "a trip has a hotel, a car rental or both beside its flight; this has neither")
	}
	if r.Lodging != nil {
		if err := r.Lodging.validate(); err != nil {
			return err
		}
	}
	if r.Car != nil {
		if err := r.Car.validate(); err != nil {
			return err
		}
	}
	if r.Amount.Amount <= 0 || r.Amount.Amount > booking.MaxAmount {
		return booking.Invalid("amount", "the amount must be from 1 to %d minor units, it is %d", booking.MaxAmount, r.Amount.Amount)
	}
	if !currency(r.Amount.Currency) {
		return booking.Invalid("currency", "the currency must be an ISO 4217 code of three capital letters, it is %q", r.Amount.Currency)
	}
	return r.Failing.validate()
}

func (r Route) validate() error {
	if err := text("depart_city", r.DepartCity); err != nil {
		return err
	}
	if err := text("arrive_city", r.ArriveCity); err != nil {
		return err
	}
	return period("depart_time", r.DepartTime, "arrive_time", r.ArriveTime)
}

func (l Lodging) validate() error {
	if l.ApartmentID == "" {
		if err := text("hotel", l.Hotel); err != nil {
			return err
		}
	} else {
		if err := text("apartmentId", l.ApartmentID); err != nil {
			return err
		}
		if len(l.Hotel) > maxText {
			return text("hotel", l.Hotel)
		}
		if l.CheckIn.IsZero() && l.CheckOut.IsZero() {
			return nil
		}
	}
	return period("check_in", l.CheckIn, "check_out", l.CheckOut)
}

func (c Car) validate() error {
	if err := text("rental", c.Name); err != nil {
		return err
	}
	return period("rental_from", c.From, "rental_to", c.To)
}

func text(field, value string) error {
	switch {
	case value == "":
		return booking.Invalid(field, "%s is missing", field)
	case len(value) > maxText:
		return booking.Invalid(field, "%s may have %d bytes, it has %d", field, maxText, len(value))
	}
	return nil
}

func period(fromField string, from time.Time, toField string, to time.Time) error {
	switch {
	case from.IsZero():
		return booking.Invalid(fromField, "%s is missing; say it as 2021-07-07T06:00:00.000Z", fromField)
	case to.IsZero():
		return booking.Invalid(toField, "%s is missing; say it as 2021-07-09T08:00:00.000Z", toField)
	case from.Year() < firstYear || to.Year() > lastYear:
		return booking.Invalid(toField, "%s and %s must be in the years %d to %d", fromField, toField, firstYear, lastYear)
	case !from.Before(to):
		return booking.Invalid(toField, "%s must be later than %s", toField, fromField)
	}
	return nil
}

func currency(code string) bool {
	if len(code) != 3 {
		return false
	}
	for _, c := range code {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	return true
}

// same reports whether two requests ask for the same, to the letter of their JSON.
func (r Request) same(other Request) bool {
	a, errA := json.Marshal(inputOf("", "", r))
	b, errB := json.Marshal(inputOf("", "", other))
	return errA == nil && errB == nil && bytes.Equal(a, b)
}

// RunType is the failure that a trip is asked to run into.
type RunType string

// The run types of the patterns. RunSuccess and "" ask for none.
const (
	RunSuccess               RunType = "success"
	FailHotelReservation     RunType = "failHotelReservation"
	FailHotelConfirmation    RunType = "failHotelConfirmation"
	FailFlightsReservation   RunType = "failFlightsReservation"
	FailFlightsConfirmation  RunType = "failFlightsConfirmation"
	FailCarRentalReservation RunType = "failCarRentalReservation"
	FailCarRentalConfirm     RunType = "failCarRentalConfirmation"
	FailPayment              RunType = "failPayment"
)

// RunTypes lists them, in the order of the steps.
func RunTypes() []RunType {
	return []RunType{RunSuccess, FailHotelReservation, FailFlightsReservation, FailCarRentalReservation, FailPayment,
		FailHotelConfirmation, FailFlightsConfirmation, FailCarRentalConfirm}
}

// ParseRunType reads a run type by its name. It answers "" for none and for "success".
// Refused with INVALID_INPUT.
func ParseRunType(name string) (RunType, error) {
	r := RunType(name)
	if r == RunSuccess {
		r = ""
	}
	return r, r.validate()
}

func (r RunType) validate() error {
	if r == "" {
		return nil
	}
	for _, known := range RunTypes() {
		if r == known {
			return nil
		}
	}
	return booking.Invalid("run_type", "there is no run type %q; they are %v", string(r), RunTypes())
}

// allowed refuses a failure that is asked for where none is made.
func (r Request) allowed(i *saga.Injection) error { return i.Allow("run_type", string(r.Failing)) }
