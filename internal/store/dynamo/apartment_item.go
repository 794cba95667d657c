package dynamo

import (
	"context"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// apartmentItem is an apartment as the table has it. Durations are nanoseconds.
type apartmentItem struct {
	Type          string                  `dynamodbav:"type"`
	ID            string                  `dynamodbav:"id"`
	SourceID      string                  `dynamodbav:"sourceId,omitempty"`
	Title         string                  `dynamodbav:"title,omitempty"`
	City          string                  `dynamodbav:"city,omitempty"`
	State         string                  `dynamodbav:"state,omitempty"`
	Bedrooms      *int                    `dynamodbav:"bedrooms,omitempty"`
	Bathrooms     *float64                `dynamodbav:"bathrooms,omitempty"`
	SquareFeet    *int                    `dynamodbav:"squareFeet,omitempty"`
	Pets          []string                `dynamodbav:"pets,omitempty"`
	Price         int64                   `dynamodbav:"price"`
	Currency      string                  `dynamodbav:"currency"`
	RentPeriod    booking.RentPeriod      `dynamodbav:"rentPeriod"`
	PaymentWindow time.Duration           `dynamodbav:"paymentWindow,omitempty"`
	LateMoney     booking.LateMoney       `dynamodbav:"lateMoney,omitempty"`
	Status        booking.ApartmentStatus `dynamodbav:"status"`
	Epoch         int64                   `dynamodbav:"epoch"`
	ReservationID string                  `dynamodbav:"reservationId,omitempty"`
	HoldExpiresAt time.Time               `dynamodbav:"holdExpiresAt,omitempty"`
	CreatedAt     time.Time               `dynamodbav:"createdAt,omitempty"`
	UpdatedAt     time.Time               `dynamodbav:"updatedAt,omitempty"`

	// Lists: by price and the newest first, each of all, of a state and of a city.
	PriceAll      string `dynamodbav:"gsi1pk"`
	PriceAllSort  string `dynamodbav:"gsi1sk"`
	PriceState    string `dynamodbav:"gsi2pk,omitempty"`
	PriceInState  string `dynamodbav:"gsi2sk,omitempty"`
	PriceCity     string `dynamodbav:"gsi3pk,omitempty"`
	PriceInCity   string `dynamodbav:"gsi3sk,omitempty"`
	NewestAll     string `dynamodbav:"gsi4pk"`
	NewestAllSort string `dynamodbav:"gsi4sk"`
	NewestState   string `dynamodbav:"gsi5pk,omitempty"`
	NewestInState string `dynamodbav:"gsi5sk,omitempty"`
	NewestCity    string `dynamodbav:"gsi6pk,omitempty"`
	NewestInCity  string `dynamodbav:"gsi6sk,omitempty"`
}

func itemOfApartment(a booking.Apartment) apartmentItem {
	i := apartmentItem{
		Type: apartmentKind, ID: a.ID, SourceID: a.SourceID, Title: a.Title, City: a.City, State: a.State,
		Bedrooms: a.Bedrooms, Bathrooms: a.Bathrooms, SquareFeet: a.SquareFeet, Pets: a.Pets,
		Price: a.Price.Amount, Currency: a.Price.Currency, RentPeriod: a.RentPeriod, PaymentWindow: a.PaymentWindow, LateMoney: a.LateMoney,
		Status: a.Status, Epoch: a.Epoch, ReservationID: a.ReservationID, HoldExpiresAt: a.HoldExpiresAt,
		CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt,
	}
	b, price, newest := bucket(a.ID, apartmentBuckets), priceSort(a.Price.Amount, a.ID), timeSort(a.CreatedAt, a.ID)
	i.PriceAll, i.PriceAllSort = allApartments(b), price
	i.NewestAll, i.NewestAllSort = allApartments(b), newest
	if a.State != "" {
		i.PriceState, i.PriceInState = apartmentsIn(b, a.State), price
		i.NewestState, i.NewestInState = apartmentsIn(b, a.State), newest
		if a.City != "" {
			i.PriceCity, i.PriceInCity = townsApartments(b, a.State, a.City), price
			i.NewestCity, i.NewestInCity = townsApartments(b, a.State, a.City), newest
		}
	}
	return i
}

func (i apartmentItem) apartment() booking.Apartment {
	return booking.Apartment{
		ID: i.ID, SourceID: i.SourceID,
		Listing: booking.Listing{
			Title: i.Title, City: i.City, State: i.State, Bedrooms: i.Bedrooms, Bathrooms: i.Bathrooms, SquareFeet: i.SquareFeet,
			Pets: i.Pets, Price: booking.Money{Amount: i.Price, Currency: i.Currency}, RentPeriod: i.RentPeriod,
			PaymentWindow: i.PaymentWindow, LateMoney: i.LateMoney,
		},
		Status: i.Status, Epoch: i.Epoch, ReservationID: i.ReservationID, HoldExpiresAt: i.HoldExpiresAt,
		CreatedAt: i.CreatedAt, UpdatedAt: i.UpdatedAt,
	}
}

func apartmentOf(s Stored) (booking.Apartment, error) {
	var i apartmentItem
	err := s.Decode(&i)
	return i.apartment(), err
}

// readApartment reads an apartment that must be there and visible, or answers NotFound.
func (s *Store) readApartment(ctx context.Context, id string) (booking.Apartment, Stored, error) {
	was, err := s.table.Get(ctx, apartmentKey(id))
	if err != nil {
		return booking.Apartment{}, was, err
	}
	visible := was.Exists()
	if visible {
		if visible, err = s.visible(ctx, was); err != nil {
			return booking.Apartment{}, was, err
		}
	}
	if !visible {
		return booking.Apartment{}, was, booking.ApartmentNotFound(id)
	}
	a, err := apartmentOf(was)
	return a, was, err
}
