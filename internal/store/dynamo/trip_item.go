package dynamo

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/vacancy/vacancy/internal/saga/trip"
)

// All of a trip is one partition, named by its id: the saga's own record, and the items of
// the pattern, HOTEL#id, FLIGHT#id, RENTAL#id and PAYMENT#id.
const (
	tripKind    = "TRIP"
	tripBuckets = 4
)

func tripKey(id string) Key { return Key{PK: id, SK: tripKind} }

func openTrips(bucket string) string             { return "TRIPS_OPEN#" + bucket }
func tripsToStart(bucket string) string          { return "TRIPS_TO_START#" + bucket }
func tripsNeedingAttention(bucket string) string { return "TRIPS_ATTENTION#" + bucket }

// tripRecord is the saga's own record as the table has it. What is made of parts is JSON, as
// the domain writes it.
type tripRecord struct {
	Type          string      `dynamodbav:"type"`
	ID            string      `dynamodbav:"id"`
	TenantID      string      `dynamodbav:"tenantId"`
	Request       string      `dynamodbav:"request"`
	Status        trip.Status `dynamodbav:"status"`
	Charge        string      `dynamodbav:"charge,omitempty"`
	Undone        []string    `dynamodbav:"undone,omitempty"`
	NotUndone     string      `dynamodbav:"notUndone,omitempty"`
	Error         string      `dynamodbav:"failureError,omitempty"`
	Cause         string      `dynamodbav:"failureCause,omitempty"`
	Started       bool        `dynamodbav:"started"`
	Repairs       int         `dynamodbav:"repairs,omitempty"`
	RepairedAt    time.Time   `dynamodbav:"repairedAt,omitempty"`
	ExecutionName string      `dynamodbav:"executionName"`
	CreatedAt     time.Time   `dynamodbav:"createdAt,omitempty"`
	UpdatedAt     time.Time   `dynamodbav:"updatedAt,omitempty"`
	EndedAt       time.Time   `dynamodbav:"endedAt,omitempty"`
	Timeline      string      `dynamodbav:"timeline,omitempty"`
	// Revision counts the changes. Items says which items there are, and at which revision
	// each was written: a partition that was read while a transaction was being written shows.
	Revision int64            `dynamodbav:"revision"`
	Items    map[string]int64 `dynamodbav:"items,omitempty"`

	// While it has not ended, or needs attention; and while its execution is to be started.
	Open      string `dynamodbav:"gsi4pk,omitempty"`
	OpenSort  string `dynamodbav:"gsi4sk,omitempty"`
	Start     string `dynamodbav:"gsi5pk,omitempty"`
	StartSort string `dynamodbav:"gsi5sk,omitempty"`
}

// tripItem is an item of the pattern, with its names.
type tripItem struct {
	Type              trip.ItemType          `dynamodbav:"type"`
	TripID            string                 `dynamodbav:"trip_id"`
	ID                string                 `dynamodbav:"id"`
	TransactionStatus trip.TransactionStatus `dynamodbav:"transaction_status"`
	Hotel             string                 `dynamodbav:"hotel,omitempty"`
	CheckIn           string                 `dynamodbav:"check_in,omitempty"`
	CheckOut          string                 `dynamodbav:"check_out,omitempty"`
	ApartmentID       string                 `dynamodbav:"apartmentId,omitempty"`
	ReservationID     string                 `dynamodbav:"reservationId,omitempty"`
	Epoch             int64                  `dynamodbav:"epoch,omitempty"`
	DepartCity        string                 `dynamodbav:"depart_city,omitempty"`
	DepartTime        string                 `dynamodbav:"depart_time,omitempty"`
	ArriveCity        string                 `dynamodbav:"arrive_city,omitempty"`
	ArriveTime        string                 `dynamodbav:"arrive_time,omitempty"`
	Rental            string                 `dynamodbav:"rental,omitempty"`
	RentalFrom        string                 `dynamodbav:"rental_from,omitempty"`
	RentalTo          string                 `dynamodbav:"rental_to,omitempty"`
	Amount            trip.Decimal           `dynamodbav:"amount,omitempty"`
	Currency          string                 `dynamodbav:"currency,omitempty"`
	Lines             string                 `dynamodbav:"lines,omitempty"` // JSON
	Revision          int64                  `dynamodbav:"revision"`
}

func tripRecordOf(t trip.Trip, revision int64, items map[string]int64) (tripRecord, error) {
	r := tripRecord{
		Type: "Trip", ID: t.ID, TenantID: t.TenantID, Status: t.Status, Undone: t.Undone, Error: t.Failure.Error, Cause: t.Failure.Cause,
		Started: t.Execution.Started, Repairs: t.Execution.Repairs, RepairedAt: t.Execution.RepairedAt, ExecutionName: t.ExecutionName,
		CreatedAt: t.CreatedAt, UpdatedAt: t.UpdatedAt, EndedAt: t.EndedAt, Revision: revision, Items: items,
	}
	in := bucket(t.ID, tripBuckets)
	switch {
	case t.Status == trip.NeedsAttention:
		r.Open, r.OpenSort = tripsNeedingAttention(in), timeSort(t.EndedAt, t.ID)
	case !t.Status.Ended():
		r.Open, r.OpenSort = openTrips(in), timeSort(t.UpdatedAt, t.ID)
	}
	if !t.Execution.Started {
		r.Start, r.StartSort = tripsToStart(in), timeSort(t.CreatedAt, t.ID)
	}
	for _, part := range []struct {
		into *string
		of   any
	}{{&r.Request, t.Request}, {&r.Charge, t.Charge}, {&r.NotUndone, t.NotUndone}, {&r.Timeline, t.Timeline}} {
		text, err := json.Marshal(part.of)
		if err != nil {
			return r, fmt.Errorf("trip %s: %w", t.ID, err)
		}
		if string(text) != "null" {
			*part.into = string(text)
		}
	}
	return r, nil
}

// trip answers the record without its items.
func (r tripRecord) trip() (trip.Trip, error) {
	t := trip.Trip{
		ID: r.ID, TenantID: r.TenantID, Status: r.Status, Undone: r.Undone, Failure: trip.Failure{Error: r.Error, Cause: r.Cause},
		ExecutionName: r.ExecutionName, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt, EndedAt: r.EndedAt,
	}
	t.Execution.Started, t.Execution.Repairs, t.Execution.RepairedAt = r.Started, r.Repairs, r.RepairedAt
	for _, part := range []struct {
		text string
		into any
	}{{r.Request, &t.Request}, {r.Charge, &t.Charge}, {r.NotUndone, &t.NotUndone}, {r.Timeline, &t.Timeline}} {
		if part.text == "" {
			continue
		}
		if err := json.Unmarshal([]byte(part.text), part.into); err != nil {
			return t, fmt.Errorf("trip %s: %w", r.ID, err)
		}
	}
	return t, nil
}

func tripItemOf(i trip.Item, revision int64) (tripItem, error) {
	item := tripItem{
		Type: i.Type, TripID: i.TripID, ID: i.ID, TransactionStatus: i.TransactionStatus,
		Hotel: i.Hotel, CheckIn: i.CheckIn, CheckOut: i.CheckOut, ApartmentID: i.ApartmentID, ReservationID: i.ReservationID, Epoch: i.Epoch,
		DepartCity: i.DepartCity, DepartTime: i.DepartTime, ArriveCity: i.ArriveCity, ArriveTime: i.ArriveTime,
		Rental: i.Rental, RentalFrom: i.RentalFrom, RentalTo: i.RentalTo, Amount: i.Amount, Currency: i.Currency, Revision: revision,
	}
	if len(i.Lines) > 0 {
		lines, err := json.Marshal(i.Lines)
		if err != nil {
			return item, fmt.Errorf("trip %s: %w", i.TripID, err)
		}
		item.Lines = string(lines)
	}
	return item, nil
}

func (i tripItem) item() (trip.Item, error) {
	item := trip.Item{
		Type: i.Type, TripID: i.TripID, ID: i.ID, TransactionStatus: i.TransactionStatus,
		Hotel: i.Hotel, CheckIn: i.CheckIn, CheckOut: i.CheckOut, ApartmentID: i.ApartmentID, ReservationID: i.ReservationID, Epoch: i.Epoch,
		DepartCity: i.DepartCity, DepartTime: i.DepartTime, ArriveCity: i.ArriveCity, ArriveTime: i.ArriveTime,
		Rental: i.Rental, RentalFrom: i.RentalFrom, RentalTo: i.RentalTo, Amount: i.Amount, Currency: i.Currency,
	}
	if i.Lines == "" {
		return item, nil
	}
	err := json.Unmarshal([]byte(i.Lines), &item.Lines)
	return item, err
}
