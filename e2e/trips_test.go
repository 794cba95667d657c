package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// The inputs of the vacation and the holiday saga, unchanged but for the id and the run type.
const (
	vacationInput = `{"trip_id":"ID","depart_city":"Detroit","depart_time":"2021-07-07T06:00:00.000Z","arrive_city":"Frankfurt","arrive_time":"2021-07-09T08:00:00.000Z","rental":"BMW","rental_from":"2021-07-09T00:00:00.000Z","rental_to":"2021-07-17T00:00:00.000Z","run_type":"RUN"}`
	holidayInput  = `{"trip_id":"ID","depart":"London","depart_at":"2021-07-10T06:00:00.000Z","arrive":"Dublin","arrive_at":"2021-07-12T08:00:00.000Z","hotel":"holiday inn","check_in":"2021-07-10T12:00:00.000Z","check_out":"2021-07-12T14:00:00.000Z","rental":"Volvo","rental_from":"2021-07-10T00:00:00.000Z","rental_to":"2021-07-12T00:00:00.000Z","run_type":"RUN"}`
)

// travelled is a trip as GET /trips/{id} answers it.
type travelled struct {
	TripID string
	Status string
	Items  []struct {
		Type              string `json:"type"`
		TransactionStatus string `json:"transaction_status"`
		Amount, Currency  string
	}
	Failure *struct{ Error string }
}

// trips sends a request to a URL of trips.
func (a account) trips(ctx context.Context, method, path, body string) (status int, t travelled, err error) {
	request, err := http.NewRequestWithContext(ctx, method, a.url+path, strings.NewReader(body))
	if err != nil {
		return 0, t, err
	}
	request.Header.Set("Authorization", "Bearer "+a.token)
	response, err := a.http.Do(request)
	if err != nil {
		return 0, t, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode >= http.StatusInternalServerError {
		err = fmt.Errorf("status %d: %s", response.StatusCode, content)
	}
	if err == nil {
		err = json.Unmarshal(content, &t)
	}
	return response.StatusCode, t, err
}

// TestTripPatterns runs the inputs of both patterns, and every failure of each.
func TestTripPatterns(t *testing.T) {
	tt := suite(t)
	for _, pattern := range []struct {
		name, input string
		items       int
		runTypes    []string
	}{
		{"vacation", vacationInput, 3, []string{"success", "failFlightsReservation", "failFlightsConfirmation", "failCarRentalReservation", "failCarRentalConfirmation", "failPayment"}},
		{"holiday", holidayInput, 4, []string{"success", "failHotelReservation", "failHotelConfirmation", "failFlightsReservation", "failFlightsConfirmation", "failPayment"}},
	} {
		for _, runType := range pattern.runTypes {
			id := "trip-" + newKey()
			status, started, err := tt.alice.trips(testContext(t), http.MethodPost, "/trips/"+pattern.name+"/start", strings.NewReplacer("ID", id, "RUN", runType).Replace(pattern.input))
			if err != nil || status != http.StatusAccepted || started.TripID != id {
				t.Fatalf("%s, %s: %d %+v, %v", pattern.name, runType, status, started, err)
			}
			ended := poll(t, "the trip "+id+" has ended", func(ctx context.Context) (travelled, error) {
				_, trip, err := tt.alice.trips(ctx, http.MethodGet, "/trips/"+id, "")
				return trip, err
			}, func(trip travelled) bool {
				return trip.Status == "BOOKED" || trip.Status == "FAILED" || trip.Status == "NEEDS_ATTENTION"
			})
			if runType != "success" {
				if ended.Status != "FAILED" || len(ended.Items) != 0 || ended.Failure == nil || ended.Failure.Error != "InjectedFailure" {
					t.Errorf("%s, %s: %+v", pattern.name, runType, ended)
				}
				continue
			}
			if ended.Status != "BOOKED" || len(ended.Items) != pattern.items {
				t.Fatalf("%s, %s: %+v", pattern.name, runType, ended)
			}
			for _, item := range ended.Items {
				if item.TransactionStatus != "confirmed" || item.Type == "Payment" && (item.Amount != "450.00" || item.Currency != "USD") {
					t.Errorf("%s: %+v", pattern.name, item)
				}
			}
		}
	}
}

// moneyOfTrips is what the gateway must have kept of each trip.
func moneyOfTrips(ctx context.Context, manager account) (map[string]int64, error) {
	kept := map[string]int64{}
	var after *string
	for {
		var data struct {
			Executions struct {
				Nodes    []execution
				PageInfo pageInfo
			}
		}
		err := manager.ask(ctx, `query($after: String) { executions(machine: "trip", first: 100, after: $after) { nodes {`+executionFields+`} pageInfo { hasNextPage endCursor } } }`,
			map[string]any{"after": after}, &data)
		if err != nil {
			return nil, fmt.Errorf("list executions of trips: %w", err)
		}
		for _, e := range data.Executions.Nodes {
			id, _, _ := strings.Cut(e.Name, "-repair-")
			_, trip, err := manager.trips(ctx, http.MethodGet, "/trips/"+id, "")
			if err != nil {
				return nil, err
			}
			kept[id] = 0
			for _, item := range trip.Items {
				if item.Type == "Payment" && trip.Status == "BOOKED" {
					units, err := strconv.ParseFloat(item.Amount, 64)
					if err != nil {
						return nil, fmt.Errorf("amount of trip %s: %w", id, err)
					}
					kept[id] = int64(units*100 + 0.5)
				}
			}
		}
		if after = data.Executions.PageInfo.EndCursor; !data.Executions.PageInfo.HasNextPage {
			return kept, nil
		}
	}
}
