package graph_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/carrier"
	"github.com/vacancy/vacancy/internal/payment/simulated"
	"github.com/vacancy/vacancy/internal/saga"
	"github.com/vacancy/vacancy/internal/saga/order"
	"github.com/vacancy/vacancy/internal/store/sqlite"
	"github.com/vacancy/vacancy/internal/workflow"
)

// orderWorkflow starts executions of the machine of orders.
type orderWorkflow struct{ domainWorkflow }

func (w orderWorkflow) Start(ctx context.Context, s booking.WorkflowStart) error {
	_, err := w.domainWorkflow.runner.Start(ctx, workflow.ExecutionID{Machine: "order", Name: s.Name}, s.Input)
	return err
}

func newOrders(t testing.TB, runner *memoryRunner, gateway booking.Gateway, now func() time.Time) *order.Service {
	t.Helper()
	store, err := sqlite.OpenMemory(context.Background(), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	injection, err := saga.NewInjection(saga.Development, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	return order.NewService(order.Ports{Store: store.Orders(), Gateway: gateway, Cards: simulated.NewCards([]byte("k")), Carrier: carrier.Manual{},
		Workflow: orderWorkflow{domainWorkflow{runner}}, Injection: injection, Now: now, NewID: func(kind string) string { return kind + "_1" }, Log: slog.New(slog.DiscardHandler)}, order.Config{})
}

const orderOf = `order { id status total { amount currency } cardLast4 address failure { step error } notUndone { step } timeline { kind by note } pollAfter } userErrors { code field message }`

// canary is a card number that must appear nowhere.
const canary = "4929-0000-1111-7777"

func place(id string, total int, address string) (string, map[string]any) {
	return `mutation($input: PlaceOrderInput!) { placeOrder(input: $input) { ` + orderOf + ` } }`,
		map[string]any{"input": map[string]any{"orderId": id, "total": map[string]any{"amount": total, "currency": "USD"}, "cardNumber": canary, "address": address}}
}

func TestPlaceOrder(t *testing.T) {
	a := newAPI(t)
	document, variables := place("o-1", 10_000, "123 st")
	first := a.told(ann, document, variables)
	for _, want := range []string{`"id":"o-1"`, `"status":"PLACED"`, `"amount":10000`, `"cardLast4":"7777"`, `"address":"123 st"`, `"kind":"ORDER_PLACED"`, `"by":"ann"`, `"userErrors":[]`} {
		if !strings.Contains(first, want) {
			t.Errorf("%s is not in %s", want, first)
		}
	}
	if again := a.told(ann, document, variables); again != first {
		t.Errorf("the same order again:\n%s\n%s", first, again)
	}
	_, other := place("o-1", 10_001, "123 st")
	if got := a.told(ann, document, other); !strings.Contains(got, "IDEMPOTENCY_KEY_REUSED") {
		t.Errorf("another order under the same id: %s", got)
	}
	if got := a.told(bob, document, variables); !strings.Contains(got, "IDEMPOTENCY_KEY_REUSED") || strings.Contains(got, "7777") {
		t.Errorf("the same order by somebody else: %s", got)
	}
	execution, err := a.runner.Describe(t.Context(), workflow.ExecutionID{Machine: "order", Name: "o-1"})
	if err != nil || strings.Contains(string(execution.Input), canary) || !strings.Contains(string(execution.Input), `"last4":"7777"`) {
		t.Errorf("execution %s, %v", execution.Input, err)
	}
	for _, document := range []string{
		`mutation { placeOrder(input: {orderId: "", cardNumber: "` + canary + `"}) { userErrors { code message } } }`,
		`mutation { placeOrder(input: {orderId: "a b", cardNumber: "` + canary + `"}) { userErrors { code message } } }`,
		`mutation { placeOrder(input: {orderId: "x", cardNumber: 4929000011117777}) { userErrors { code message } } }`,
		`mutation { placeOrder(input: {orderId: "x", total: {amount: 0, currency: "USD"}}) { userErrors { code message } } }`,
		`mutation { placeOrder(input: {orderId: "x", total: {amount: 5, currency: "usd"}}) { userErrors { code message } } }`,
	} {
		if got := a.told(ann, document, nil); !strings.Contains(got, "INVALID_INPUT") {
			t.Errorf("%s: %s", document, got)
		}
	}
	if text := a.log.String(); strings.Contains(text, canary) || strings.Contains(text, "4929000011117777") {
		t.Errorf("a card number is in the log: %s", text)
	}
}

func TestAnOrderIsItsTenants(t *testing.T) {
	a := newAPI(t)
	document, variables := place("o-1", 10_000, "123 st")
	a.told(ann, document, variables)
	for _, who := range []booking.Principal{ann, mary, otto} {
		if got := a.told(who, `{ order(id: "o-1") { id status } }`, nil); !strings.Contains(got, "PLACED") {
			t.Errorf("%s: %s", who.ID, got)
		}
	}
	if theirs, none := a.told(bob, `{ order(id: "o-1") { id } }`, nil), a.told(bob, `{ order(id: "o-2") { id } }`, nil); theirs != none || !strings.Contains(none, `"order":null`) {
		t.Errorf("somebody else's order is answered %s, a missing one %s", theirs, none)
	}
	if got := a.told(mary, `{ order(id: "o-1") { execution { machine name } } }`, nil); !strings.Contains(got, `"name":"o-1"`) {
		t.Errorf("execution: %s", got)
	}
	if got := a.code(ann, `{ order(id: "o-1") { execution { name } } }`, nil); got != "FORBIDDEN" {
		t.Errorf("a tenant reads the execution: %q", got)
	}
}

// TestAnOrderIsStartedThroughTheDoor: no card number gets into an execution by startExecution.
func TestAnOrderIsStartedThroughTheDoor(t *testing.T) {
	a := newAPI(t)
	start := func(name, input string) string {
		return a.told(mary, `mutation($i: StartExecutionInput!) { startExecution(input: $i) { execution { name input } userErrors { code } } }`,
			map[string]any{"i": map[string]any{"machine": "order", "name": name, "input": json.RawMessage(input)}})
	}
	got := start("random", `{"order_id":"1","total":100,"card_no":"`+canary+`","address":"123 st"}`)
	if strings.Contains(got, canary) || !strings.Contains(got, `"name":"1"`) || !strings.Contains(got, `"total":100`) {
		t.Errorf("%s", got)
	}
	if got := start("named", `{"total":100}`); !strings.Contains(got, `"name":"named"`) {
		t.Errorf("without an order_id: %s", got)
	}
	if got := start("random", `{"order_id":"1","total":7}`); !strings.Contains(got, "IDEMPOTENCY_KEY_REUSED") {
		t.Errorf("another order under the id: %s", got)
	}
	for _, input := range []string{`[]`, `{"order_id":1}`, `{"order_id":"9","card_no":4929000011117777}`, `{"order_id":"9","total":"much"}`, `{"order_id":"9","total":-5}`} {
		if got := start("x", input); !strings.Contains(got, "INVALID_INPUT") {
			t.Errorf("%s: %s", input, got)
		}
	}
}

func TestAnswerAndResumeAreRefused(t *testing.T) {
	a := newAPI(t)
	document, variables := place("o-1", 10_000, "123 st")
	a.told(ann, document, variables)
	for document, want := range map[string]string{
		`mutation { answerShipment(input: {orderId: "o-1", answer: SENT}) { order { id } userErrors { code } } }`:  "SHIPMENT_NOT_AWAITED",
		`mutation { answerShipment(input: {orderId: "none", answer: SENT}) { order { id } userErrors { code } } }`: "NOT_FOUND",
		`mutation { resumeOrder(input: {orderId: "o-1"}) { order { id } userErrors { code } } }`:                   "NOTHING_TO_RESUME",
		`mutation { resumeOrder(input: {orderId: "none"}) { order { id } userErrors { code } } }`:                  "NOT_FOUND",
	} {
		if got := a.told(otto, document, nil); !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", document, got, want)
		}
	}
}

// told answers the text of an answer.
func (a *api) told(who booking.Principal, query string, variables map[string]any) string {
	a.t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		a.t.Fatal(err)
	}
	return a.post(a.token(who), string(body)).Body.String()
}
