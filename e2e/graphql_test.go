package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// account is somebody with a token who asks a server.
type account struct {
	url   string // of the server
	token string // "" sends none
	name  string
	http  *http.Client
}

// graphqlError is one entry of an answer's errors.
type graphqlError struct {
	Message    string `json:"message"`
	Extensions struct {
		Code      string `json:"code"`
		RequestID string `json:"requestId"`
	} `json:"extensions"`
}

// refusedRequest is an answer with errors in the GraphQL sense: not what the caller's
// order was answered with, but that there is no answer.
type refusedRequest struct {
	Status int
	Errors []graphqlError
}

func (e *refusedRequest) Error() string {
	return fmt.Sprintf("HTTP %d, errors %+v", e.Status, e.Errors)
}

// ask sends one operation and reads its data into data.
func (a account) ask(ctx context.Context, query string, variables map[string]any, data any) error {
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return err
	}
	status, answer, err := a.post(ctx, "/graphql", body)
	if err != nil {
		return err
	}
	var envelope struct {
		Data   json.RawMessage `json:"data"`
		Errors []graphqlError  `json:"errors"`
	}
	if err := json.Unmarshal(answer, &envelope); err != nil {
		return fmt.Errorf("HTTP %d with a body that is no JSON: %w: %.200s", status, err, answer)
	}
	if status != http.StatusOK || len(envelope.Errors) > 0 {
		return &refusedRequest{status, envelope.Errors}
	}
	return json.Unmarshal(envelope.Data, data)
}

// get reads what a path answers, as JSON.
func (a account) get(ctx context.Context, path string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, a.url+path, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+a.token)
	response, err := a.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: HTTP %d: %.200s", path, response.StatusCode, answer)
	}
	return json.Unmarshal(answer, into)
}

// post sends a body as JSON and answers the status and the body that came back.
func (a account) post(ctx context.Context, path string, body []byte) (int, []byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	if a.token != "" {
		request.Header.Set("Authorization", "Bearer "+a.token)
	}
	response, err := a.http.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	return response.StatusCode, answer, err
}

// What the API answers with, as far as the tests read it.
type (
	money struct {
		Amount   int64  `json:"amount"`
		Currency string `json:"currency"`
	}
	userError struct {
		Code, Field, Message string
		HeldUntil            *time.Time
	}
	apartment struct {
		ID, Title, City, State, Status string
		Bedrooms                       *int
		Price                          money
		PaymentWindow                  int
		HoldExpiresAt                  *time.Time
	}
	payment struct {
		ID, Status, Method, DeclineCode string
		Attempt                         int
		Amount                          money
		AuthorizedAt, CapturedAt        *time.Time
	}
	event struct {
		Kind, By, Note string
		At             time.Time
		Amount         *money
	}
	execution struct {
		Machine, Name, ARN, Status, Error, Cause string
		StartedAt                                time.Time
		StoppedAt                                *time.Time
	}
	reservation struct {
		ID, Status, TenantID                string
		Price                               money
		PlacedAt, HoldExpiresAt, ServerTime time.Time
		EndedAt                             *time.Time
		Extensions, PollAfter               int
		Payment                             *payment
		Timeline                            []event
		Apartment                           apartment
		Execution                           *execution
	}
	// answer is what a mutation answers.
	answer struct {
		Reservation *reservation
		Apartment   *apartment
		UserErrors  []userError
	}
	pageInfo struct {
		HasNextPage, HasPreviousPage bool
		StartCursor, EndCursor       *string
	}
)

const (
	apartmentFields = ` id title city state bedrooms status paymentWindow holdExpiresAt price { amount currency } `
	executionFields = ` machine name arn status error cause startedAt stoppedAt `

	reservationFields = ` id status tenantId price { amount currency } placedAt holdExpiresAt serverTime endedAt
		extensions pollAfter timeline { kind at by note amount { amount currency } }
		payment { id status method declineCode attempt amount { amount currency } authorizedAt capturedAt }
		apartment { id status } `
)

// code is the code of what the order was refused with, "" if it was not.
func (a answer) code() string {
	if len(a.UserErrors) == 0 {
		return ""
	}
	return a.UserErrors[0].Code
}

// order runs the mutation of a name with its input.
func (a account) order(ctx context.Context, name string, input map[string]any) (answer, error) {
	object := "reservation { " + reservationFields + " }"
	if strings.HasSuffix(name, "Apartment") && name != "reserveApartment" {
		object = "apartment { " + apartmentFields + " }"
	}
	mutation := fmt.Sprintf(`mutation($input: %s%sInput!) { %s(input: $input) { %s userErrors { code field message heldUntil } } }`,
		strings.ToUpper(name[:1]), name[1:], name, object)
	var data map[string]answer
	if err := a.ask(ctx, mutation, map[string]any{"input": input}, &data); err != nil {
		return answer{}, fmt.Errorf("%s by %s: %w", name, a.name, err)
	}
	return data[name], nil
}

func (a account) reserve(ctx context.Context, apartmentID, key string) (answer, error) {
	return a.order(ctx, "reserveApartment", map[string]any{"apartmentId": apartmentID, "idempotencyKey": key})
}

func (a account) pay(ctx context.Context, reservationID, method, key string) (answer, error) {
	return a.order(ctx, "payReservation", map[string]any{"reservationId": reservationID, "paymentMethod": method, "idempotencyKey": key})
}

func (a account) extend(ctx context.Context, reservationID, key string) (answer, error) {
	return a.order(ctx, "extendHold", map[string]any{"reservationId": reservationID, "idempotencyKey": key})
}

func (a account) cancel(ctx context.Context, reservationID string) (answer, error) {
	return a.order(ctx, "cancelReservation", map[string]any{"reservationId": reservationID})
}

// reservation answers nil for one that is not the account's to see.
func (a account) reservation(ctx context.Context, id string) (*reservation, error) {
	var data struct{ Reservation *reservation }
	err := a.ask(ctx, `query($id: ID!) { reservation(id: $id) {`+reservationFields+`} }`, map[string]any{"id": id}, &data)
	return data.Reservation, err
}

func (a account) apartment(ctx context.Context, id string) (*apartment, error) {
	var data struct{ Apartment *apartment }
	err := a.ask(ctx, `query($id: ID!) { apartment(id: $id) {`+apartmentFields+`} }`, map[string]any{"id": id}, &data)
	return data.Apartment, err
}

func asRefused(err error) (*refusedRequest, bool) {
	var refused *refusedRequest
	ok := errors.As(err, &refused)
	return refused, ok
}
