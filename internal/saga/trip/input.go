package trip

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// Input is a trip's execution input: JSON as clients of the patterns send it. Fields that
// it does not know are ignored.
type Input struct {
	TripID   string `json:"trip_id,omitempty"`
	TenantID string `json:"tenant_id,omitempty"`

	DepartCity string    `json:"depart_city,omitempty"`
	DepartTime time.Time `json:"depart_time,omitzero"`
	ArriveCity string    `json:"arrive_city,omitempty"`
	ArriveTime time.Time `json:"arrive_time,omitzero"`

	Hotel       string    `json:"hotel,omitempty"`
	ApartmentID string    `json:"apartmentId,omitempty"`
	CheckIn     time.Time `json:"check_in,omitzero"`
	CheckOut    time.Time `json:"check_out,omitzero"`

	Rental     string    `json:"rental,omitempty"`
	RentalFrom time.Time `json:"rental_from,omitzero"`
	RentalTo   time.Time `json:"rental_to,omitzero"`

	// Amount is in whole currency units with up to two decimals: "450.00".
	Amount        Decimal `json:"amount,omitempty"`
	Currency      string  `json:"currency,omitempty"`
	PaymentMethod string  `json:"payment_method,omitempty"`
	RunType       RunType `json:"run_type,omitempty"`
}

// Decimal is an amount in whole currency units as text; in JSON a string or a number.
type Decimal string

func (d *Decimal) UnmarshalJSON(data []byte) error {
	*d = Decimal(strings.Trim(string(data), `"`))
	if *d == "null" {
		*d = ""
	}
	return nil
}

// aliases are the names that one of the patterns has for a field of the other.
var aliases = map[string]string{"depart": "depart_city", "depart_at": "depart_time", "arrive": "arrive_city", "arrive_at": "arrive_time",
	"apartment_id": "apartmentId"}

// ParseInput reads an input of either pattern. Refused with INVALID_INPUT.
func ParseInput(data []byte) (Input, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil || fields == nil {
		return Input{}, booking.Invalid("", "the input of a trip must be a JSON object: {\"trip_id\": …, \"depart_city\": …}")
	}
	for alias, name := range aliases {
		if value, there := fields[alias]; there {
			if _, both := fields[name]; both {
				return Input{}, booking.Invalid(alias, "%s and %s say the same; give one of them", alias, name)
			}
			fields[name] = value
		}
	}
	renamed, err := json.Marshal(fields)
	if err != nil {
		return Input{}, fmt.Errorf("rename the fields of a trip's input: %w", err)
	}
	var in Input
	if err := json.Unmarshal(renamed, &in); err != nil {
		return Input{}, booking.Invalid(fieldOf(err), "the input of the trip cannot be read: %v", err)
	}
	return in, nil
}

// fieldOf is the field that an error of the decoder is about, if it says so.
func fieldOf(err error) string {
	if typed, ok := err.(*json.UnmarshalTypeError); ok { //nolint:errorlint // it is not wrapped
		return typed.Field
	}
	return ""
}

// Request answers what the input asks for, with the defaults. Refused with INVALID_INPUT.
func (in Input) Request() (Request, error) {
	r := Request{
		Route:  Route{DepartCity: in.DepartCity, DepartTime: in.DepartTime.UTC(), ArriveCity: in.ArriveCity, ArriveTime: in.ArriveTime.UTC()},
		Amount: DefaultAmount, PaymentMethod: in.PaymentMethod,
	}
	if in.Hotel != "" || in.ApartmentID != "" || !in.CheckIn.IsZero() || !in.CheckOut.IsZero() {
		r.Lodging = &Lodging{Hotel: in.Hotel, ApartmentID: in.ApartmentID, CheckIn: in.CheckIn.UTC(), CheckOut: in.CheckOut.UTC()}
	}
	if in.Rental != "" || !in.RentalFrom.IsZero() || !in.RentalTo.IsZero() {
		r.Car = &Car{Name: in.Rental, From: in.RentalFrom.UTC(), To: in.RentalTo.UTC()}
	}
	if in.Currency != "" {
		r.Amount.Currency = in.Currency
	}
	var err error
	if in.Amount != "" {
		if r.Amount.Amount, err = in.Amount.minor(); err != nil {
			return r, err
		}
	}
	if r.Failing, err = ParseRunType(string(in.RunType)); err != nil {
		return r, err
	}
	return r, r.Validate()
}

// minor answers the amount in minor units.
func (d Decimal) minor() (int64, error) {
	whole, cents, _ := strings.Cut(string(d), ".")
	n, err := strconv.ParseUint((whole + (cents + "00")[:2]), 10, 32)
	if err != nil || whole == "" || len(cents) > 2 {
		return 0, booking.Invalid("amount", "the amount must be in whole currency units with at most two decimals, such as 450.00; it is %q", string(d))
	}
	return int64(n), nil
}

func decimal(m booking.Money) Decimal {
	return Decimal(fmt.Sprintf("%d.%02d", m.Amount/100, m.Amount%100))
}

// inputOf is the input by which a trip's execution is started: always the same one.
func inputOf(id, tenantID string, r Request) Input {
	in := Input{
		TripID: id, TenantID: tenantID,
		DepartCity: r.DepartCity, DepartTime: r.DepartTime, ArriveCity: r.ArriveCity, ArriveTime: r.ArriveTime,
		Amount: decimal(r.Amount), Currency: r.Amount.Currency, PaymentMethod: r.PaymentMethod, RunType: r.Failing,
	}
	if l := r.Lodging; l != nil {
		in.Hotel, in.ApartmentID, in.CheckIn, in.CheckOut = l.Hotel, l.ApartmentID, l.CheckIn, l.CheckOut
	}
	if c := r.Car; c != nil {
		in.Rental, in.RentalFrom, in.RentalTo = c.Name, c.From, c.To
	}
	return in
}

// Sample is the input that a trip is started with where nobody says one: that of the
// patterns, with a hotel and a car.
func Sample() Input {
	at := func(day, hour int) time.Time { return time.Date(2021, 7, day, hour, 0, 0, 0, time.UTC) }
	return Input{
		DepartCity: "London", DepartTime: at(10, 6), ArriveCity: "Dublin", ArriveTime: at(12, 8),
		Hotel: "holiday inn", CheckIn: at(10, 12), CheckOut: at(12, 14),
		Rental: "Volvo", RentalFrom: at(10, 0), RentalTo: at(12, 0),
	}
}
