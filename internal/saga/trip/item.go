package trip

import (
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// ItemType is the kind of an item, in the words of the pattern.
type ItemType string

const (
	HotelItem     ItemType = "Hotel"
	FlightItem    ItemType = "Flight"
	CarRentalItem ItemType = "Rental"
	PaymentItem   ItemType = "Payment"
)

// Prefixes of the sort keys of items; the item's id follows.
const (
	HotelKey     = "HOTEL#"
	FlightKey    = "FLIGHT#"
	CarRentalKey = "RENTAL#"
	PaymentKey   = "PAYMENT#"
)

// Item is an item of a trip as clients of the patterns know it: in one table, the items of a
// trip share a partition. Moments are in RFC 3339, amounts in whole currency units.
type Item struct {
	PartitionKey      string            `json:"pk"`
	SortKey           string            `json:"sk"`
	Type              ItemType          `json:"type"`
	TripID            string            `json:"trip_id"`
	ID                string            `json:"id"`
	TransactionStatus TransactionStatus `json:"transaction_status"`

	Hotel         string `json:"hotel,omitempty"`
	CheckIn       string `json:"check_in,omitempty"`
	CheckOut      string `json:"check_out,omitempty"`
	ApartmentID   string `json:"apartmentId,omitempty"`
	ReservationID string `json:"reservationId,omitempty"`
	Epoch         int64  `json:"epoch,omitempty"`

	DepartCity string `json:"depart_city,omitempty"`
	DepartTime string `json:"depart_time,omitempty"`
	ArriveCity string `json:"arrive_city,omitempty"`
	ArriveTime string `json:"arrive_time,omitempty"`

	Rental     string `json:"rental,omitempty"`
	RentalFrom string `json:"rental_from,omitempty"`
	RentalTo   string `json:"rental_to,omitempty"`

	// Amount is the payment's, or the price of an apartment of ours.
	Amount   Decimal `json:"amount,omitempty"`
	Currency string  `json:"currency,omitempty"`
	Lines    []Line  `json:"lines,omitempty"`
}

// Items are those that the trip has.
func (t Trip) Items() []Item {
	items := []Item{}
	add := func(kind ItemType, key, id string, status TransactionStatus) *Item {
		items = append(items, Item{PartitionKey: t.ID, SortKey: key + id, Type: kind, TripID: t.ID, ID: id, TransactionStatus: status})
		return &items[len(items)-1]
	}
	if h := t.Hotel; h != nil {
		i := add(HotelItem, HotelKey, h.ID, h.Status)
		i.Hotel, i.CheckIn, i.CheckOut = h.Name, moment(h.CheckIn), moment(h.CheckOut)
		i.ApartmentID, i.ReservationID, i.Epoch = h.ApartmentID, h.ReservationID, h.Epoch
		if h.ReservationID != "" {
			i.Amount, i.Currency = decimal(h.Price), h.Price.Currency
		}
	}
	if f := t.Flight; f != nil {
		i := add(FlightItem, FlightKey, f.ID, f.Status)
		i.DepartCity, i.DepartTime, i.ArriveCity, i.ArriveTime = f.DepartCity, moment(f.DepartTime), f.ArriveCity, moment(f.ArriveTime)
	}
	if c := t.CarRental; c != nil {
		i := add(CarRentalItem, CarRentalKey, c.ID, c.Status)
		i.Rental, i.RentalFrom, i.RentalTo = c.Car, moment(c.From), moment(c.To)
	}
	if p := t.Payment; p != nil {
		i := add(PaymentItem, PaymentKey, p.ID, p.Status)
		i.Amount, i.Currency, i.Lines = decimal(p.Amount), p.Amount.Currency, p.Lines
	}
	return items
}

// WithItem answers the trip with an item that Items answered. It fails on what it did not
// answer.
func (t Trip) WithItem(i Item) (Trip, error) {
	price := booking.Money{Currency: i.Currency}
	var err error
	if i.Amount != "" {
		if price.Amount, err = i.Amount.minor(); err != nil {
			return t, err
		}
	}
	times := map[string]time.Time{}
	for _, text := range []string{i.CheckIn, i.CheckOut, i.DepartTime, i.ArriveTime, i.RentalFrom, i.RentalTo} {
		if text == "" {
			continue
		}
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			return t, err
		}
		times[text] = at.UTC()
	}
	switch i.Type {
	case HotelItem:
		t.Hotel = &Hotel{ID: i.ID, Status: i.TransactionStatus, Name: i.Hotel, CheckIn: times[i.CheckIn], CheckOut: times[i.CheckOut],
			ApartmentID: i.ApartmentID, ReservationID: i.ReservationID, Epoch: i.Epoch, Price: price}
	case FlightItem:
		t.Flight = &Flight{ID: i.ID, Status: i.TransactionStatus, DepartCity: i.DepartCity, DepartTime: times[i.DepartTime],
			ArriveCity: i.ArriveCity, ArriveTime: times[i.ArriveTime]}
	case CarRentalItem:
		t.CarRental = &CarRental{ID: i.ID, Status: i.TransactionStatus, Car: i.Rental, From: times[i.RentalFrom], To: times[i.RentalTo]}
	case PaymentItem:
		t.Payment = &Payment{ID: i.ID, Status: i.TransactionStatus, Amount: price, Lines: i.Lines}
	default:
		return t, booking.Invalid("type", "trip %s has an item %s of unknown type %q", t.ID, i.SortKey, i.Type)
	}
	return t, nil
}

// moment is a time in RFC 3339, with milliseconds as the patterns write it, unless there is
// more to say; "" for the zero time.
func moment(t time.Time) string {
	switch {
	case t.IsZero():
		return ""
	case t.Nanosecond()%int(time.Millisecond) == 0:
		return t.UTC().Format("2006-01-02T15:04:05.000Z07:00")
	}
	return t.UTC().Format(time.RFC3339Nano)
}
