package dynamo

import (
	"context"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// reservationItem is a reservation as the table has it, its payment and its timeline in
// it: one item is one write. Durations are nanoseconds.
type reservationItem struct {
	Type            string                    `dynamodbav:"type"`
	ID              string                    `dynamodbav:"id"`
	ApartmentID     string                    `dynamodbav:"apartmentId"`
	TenantID        string                    `dynamodbav:"tenantId"`
	TripID          string                    `dynamodbav:"tripId,omitempty"`
	Status          booking.ReservationStatus `dynamodbav:"status"`
	Epoch           int64                     `dynamodbav:"epoch"`
	Price           int64                     `dynamodbav:"price"`
	Currency        string                    `dynamodbav:"currency"`
	Window          time.Duration             `dynamodbav:"window"`
	PlacedAt        time.Time                 `dynamodbav:"placedAt,omitempty"`
	HoldExpiresAt   time.Time                 `dynamodbav:"holdExpiresAt,omitempty"`
	EndedAt         time.Time                 `dynamodbav:"endedAt,omitempty"`
	Extensions      int                       `dynamodbav:"extensions,omitempty"`
	WorkflowStarted bool                      `dynamodbav:"workflowStarted"`
	Repairs         int                       `dynamodbav:"repairs,omitempty"`
	TaskToken       string                    `dynamodbav:"taskToken,omitempty"`
	Payment         *paymentItem              `dynamodbav:"payment,omitempty"`
	Timeline        []eventItem               `dynamodbav:"timeline"`

	// Lists, the newest first: a tenant's, an apartment's, all.
	Tenant          string `dynamodbav:"gsi1pk"`
	TenantSort      string `dynamodbav:"gsi1sk"`
	OfApartment     string `dynamodbav:"gsi2pk"`
	OfApartmentSort string `dynamodbav:"gsi2sk"`
	All             string `dynamodbav:"gsi3pk"`
	AllSort         string `dynamodbav:"gsi3sk"`
	// What is left to do. A reservation is in one of these only while it is.
	Work      string `dynamodbav:"gsi4pk,omitempty"`
	WorkSort  string `dynamodbav:"gsi4sk,omitempty"`
	Start     string `dynamodbav:"gsi5pk,omitempty"`
	StartSort string `dynamodbav:"gsi5sk,omitempty"`
}

type paymentItem struct {
	ID           string                `dynamodbav:"id"`
	Attempt      int                   `dynamodbav:"attempt"`
	Status       booking.PaymentStatus `dynamodbav:"status"`
	Amount       int64                 `dynamodbav:"amount"`
	Currency     string                `dynamodbav:"currency"`
	Method       string                `dynamodbav:"method,omitempty"`
	GatewayRef   string                `dynamodbav:"gatewayRef,omitempty"`
	DeclineCode  string                `dynamodbav:"declineCode,omitempty"`
	CreatedAt    time.Time             `dynamodbav:"createdAt,omitempty"`
	AuthorizedAt time.Time             `dynamodbav:"authorizedAt,omitempty"`
	CapturedAt   time.Time             `dynamodbav:"capturedAt,omitempty"`
	EndedAt      time.Time             `dynamodbav:"endedAt,omitempty"`
}

type eventItem struct {
	Kind   booking.TimelineKind `dynamodbav:"kind"`
	At     time.Time            `dynamodbav:"at,omitempty"`
	By     string               `dynamodbav:"by,omitempty"`
	Amount int64                `dynamodbav:"amount,omitempty"`
	Note   string               `dynamodbav:"note,omitempty"`
}

func itemOfReservation(r booking.Reservation) reservationItem {
	i := reservationItem{
		Type: reservationKind, ID: r.ID, ApartmentID: r.ApartmentID, TenantID: r.TenantID, TripID: r.TripID, Status: r.Status, Epoch: r.Epoch,
		Price: r.Price.Amount, Currency: r.Price.Currency, Window: r.Window,
		PlacedAt: r.PlacedAt, HoldExpiresAt: r.HoldExpiresAt, EndedAt: r.EndedAt, Extensions: r.Extensions,
		WorkflowStarted: r.WorkflowStarted, Repairs: r.Repairs, TaskToken: r.TaskToken, Timeline: make([]eventItem, len(r.Timeline)),
	}
	if p := r.Payment; p != nil {
		i.Payment = &paymentItem{ID: p.ID, Attempt: p.Attempt, Status: p.Status, Amount: p.Amount.Amount, Currency: p.Amount.Currency,
			Method: p.Method, GatewayRef: p.GatewayRef, DeclineCode: p.DeclineCode,
			CreatedAt: p.CreatedAt, AuthorizedAt: p.AuthorizedAt, CapturedAt: p.CapturedAt, EndedAt: p.EndedAt}
	}
	for n, e := range r.Timeline {
		i.Timeline[n] = eventItem(e)
	}
	b, placed := bucket(r.ID, reservationBuckets), timeSort(r.PlacedAt, r.ID)
	i.Tenant, i.TenantSort = tenantsReservations(r.TenantID), placed
	i.OfApartment, i.OfApartmentSort = apartmentsReservations(r.ApartmentID), placed
	i.All, i.AllSort = allReservations(b), placed
	switch {
	case r.Status == booking.Held:
		i.Work, i.WorkSort = dueReservations(b), timeSort(r.HoldExpiresAt, r.ID)
	case unsettled(r):
		i.Work, i.WorkSort = unsettledReservations(b), placed
	}
	if !r.WorkflowStarted {
		i.Start, i.StartSort = toStartReservations(b), placed
	}
	return i
}

// unsettled is what booking.Sweeping.Unsettled lists.
func unsettled(r booking.Reservation) bool {
	switch r.Status {
	case booking.Confirming:
		return true
	case booking.Held, booking.ReservationPaid:
		return false
	}
	if r.Payment == nil {
		return false
	}
	switch r.Payment.Status {
	case booking.Pending, booking.Authorized, booking.Captured:
		return true
	}
	return false
}

func (i reservationItem) reservation() booking.Reservation {
	r := booking.Reservation{
		ID: i.ID, ApartmentID: i.ApartmentID, TenantID: i.TenantID, TripID: i.TripID, Status: i.Status, Epoch: i.Epoch,
		Price: booking.Money{Amount: i.Price, Currency: i.Currency}, Window: i.Window,
		PlacedAt: i.PlacedAt, HoldExpiresAt: i.HoldExpiresAt, EndedAt: i.EndedAt, Extensions: i.Extensions,
		WorkflowStarted: i.WorkflowStarted, Repairs: i.Repairs, TaskToken: i.TaskToken,
	}
	if p := i.Payment; p != nil {
		r.Payment = &booking.Payment{ID: p.ID, Attempt: p.Attempt, Status: p.Status, Amount: booking.Money{Amount: p.Amount, Currency: p.Currency},
			Method: p.Method, GatewayRef: p.GatewayRef, DeclineCode: p.DeclineCode,
			CreatedAt: p.CreatedAt, AuthorizedAt: p.AuthorizedAt, CapturedAt: p.CapturedAt, EndedAt: p.EndedAt}
	}
	for _, e := range i.Timeline {
		r.Timeline = append(r.Timeline, booking.TimelineEvent(e))
	}
	return r
}

func reservationOf(s Stored) (booking.Reservation, error) {
	var i reservationItem
	err := s.Decode(&i)
	return i.reservation(), err
}

// readReservation reads a reservation that must be there, or answers NotFound.
func (s *Store) readReservation(ctx context.Context, id string) (booking.Reservation, Stored, error) {
	was, err := s.table.Get(ctx, reservationKey(id))
	if err != nil {
		return booking.Reservation{}, was, err
	}
	if !was.Exists() {
		return booking.Reservation{}, was, booking.ReservationNotFound(id)
	}
	r, err := reservationOf(was)
	return r, was, err
}
