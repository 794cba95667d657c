package rehearsal_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/app/rehearsal"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga/order"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/statemachine"
)

func rehearseOrder(t *testing.T, input string, change ...func(*rehearsal.OrderScript)) rehearsal.OrderResult {
	t.Helper()
	request, err := order.ParseRequest([]byte(input))
	if err != nil {
		t.Fatal(err)
	}
	s := rehearsal.OrderScript{Request: request, Answer: order.Sent, Now: noon, Rand: func() uint64 { return 4 }}
	for _, c := range change {
		c(&s)
	}
	r, err := rehearsal.Order(t.Context(), statemachine.Definitions()["order"], s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestThePatternsOrders(t *testing.T) {
	for input, want := range map[string]order.Status{
		`{"order_id":"1","total":100,"card_no":"123-1234","address":"123 st"}`: order.Fulfilled,
		`{"order_id":"2"}`:                                  order.Failed,
		`{"order_id":"3","total":100}`:                      order.Failed,
		`{"order_id":"5","total":100,"card_no":"123-1234"}`: order.Failed,
	} {
		r := rehearseOrder(t, input)
		if r.Order.Status != want || (r.Status == workflow.Succeeded) != (want == order.Fulfilled) {
			t.Errorf("%s: %s, the execution %s", input, r.Order.Status, r.Status)
		}
		if took := r.History[len(r.History)-1].Timestamp.Sub(noon); took > time.Minute {
			t.Errorf("%s: it took %s: nobody woke it", input, took)
		}
		history, err := json.Marshal(r.History)
		if err != nil || strings.Contains(string(history), "123-1234") || strings.Contains(string(r.Output), "123-1234") {
			t.Errorf("%s: the card's number is in the history or the output, %v", input, err)
		}
	}
}

func TestACarrierThatCancelsOrIsSilent(t *testing.T) {
	const input = `{"order_id":"1","total":100,"card_no":"123-1234","address":"123 st"}`
	for answer, why := range map[order.ShipmentStatus]string{order.Cancelled: "ShipmentCancelled", "": "ShipmentTimedOut"} {
		r := rehearseOrder(t, input, func(s *rehearsal.OrderScript) { s.Answer = answer })
		if r.Order.Status != order.Failed || r.Order.Failure.Error != why || r.Money[0].Kept() != 0 {
			t.Errorf("%q: %s, %+v, %+v", answer, r.Order.Status, r.Order.Failure, r.Money)
		}
	}
	r := rehearseOrder(t, `{"order_id":"1","total":100,"card_no":"123-1234"}`, func(s *rehearsal.OrderScript) { s.FailureRate = 1 })
	if r.Order.Status != order.NeedsAttention || len(r.Order.NotUndone) != 2 || r.Error != "NeedsAttention" || r.Order.NotUndone[0].Failure.Error != "InjectedFailure" {
		t.Errorf("no compensation works: %s, %+v, %s", r.Order.Status, r.Order.NotUndone, r.Error)
	}
}

func TestACardNumberThatReachesTheStep(t *testing.T) {
	_, err := rehearsal.Step(t.Context(), "OrderProcessPayment", json.RawMessage(`{"order_id":"1","card_no":"4929-5555-6666-8888"}`), "", noon)
	var failed workflow.Error
	if !errors.As(err, &failed) || failed.Name != "CardNumberNotAllowed" || strings.Contains(failed.Cause, "4929") {
		t.Errorf("ProcessPayment takes it: %v", err)
	}
}

func TestADoorRefusesWhatIsWrong(t *testing.T) {
	_, err := rehearsal.Order(t.Context(), statemachine.Definitions()["order"], rehearsal.OrderScript{Request: order.Request{OrderID: "a b"}, Now: noon, Rand: func() uint64 { return 4 }})
	if booking.CodeOf(err) != booking.InvalidInput {
		t.Errorf("an id that names no execution: %v", err)
	}
}

// TestEveryEventOfAnOrder runs each step by itself with the example event of its name.
func TestEveryEventOfAnOrder(t *testing.T) {
	for _, name := range rehearsal.Steps() {
		if !strings.HasPrefix(name, "Order") {
			continue
		}
		event, err := os.ReadFile(filepath.Join("../../../events", name+".json"))
		if err != nil {
			t.Errorf("%s has no example event: %v", name, err)
			continue
		}
		out, err := rehearsal.Step(t.Context(), name, event, "", noon)
		var read order.Reading
		if err != nil || json.Unmarshal(out, &read) != nil || read.OrderID != "1" || read.Status == "" {
			t.Errorf("%s: %s, %v", name, out, err)
		}
	}
	// One function alone.
	out, err := rehearsal.Step(t.Context(), "OrderCreateOrder", json.RawMessage(`{"order_id":"1","total":100}`), "", noon)
	if err != nil || !strings.Contains(string(out), `"CREATED"`) {
		t.Errorf("CreateOrder alone: %s, %v", out, err)
	}
}
