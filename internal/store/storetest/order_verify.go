package storetest

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga/order"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/trial"
)

// wrong says what is wrong with an order that has come to its end by an execution, "" if
// nothing is: all of it is there, or none, or what is left is listed; the money is right; and
// nothing is silent.
func (w *orderWorld) wrong(id, execution string, r trial.Result) string {
	w.t.Helper()
	o, kept, told := w.order(id), w.kept(id), w.told(execution)
	is := func(error string, notified string) string {
		if r.Error != error || told != notified || o.EndedAt.IsZero() || !o.LookAt.IsZero() {
			return fmt.Sprintf("%s: the execution %s %s, told %q, ended %s, look at %s", o.Status, r.Status, r.Error, told, o.EndedAt, o.LookAt)
		}
		return ""
	}
	switch o.Status {
	case order.Fulfilled:
		if o.Content == nil || o.Payment == nil || o.Payment.Status != booking.Captured || o.Shipment == nil || o.Shipment.Status != order.Sent || len(o.Undone) > 0 {
			return fmt.Sprintf("FULFILLED, and not all of it is there: %+v", o)
		}
		if kept != o.Payment.Amount.Amount {
			return fmt.Sprintf("FULFILLED with %d of %d", kept, o.Payment.Amount.Amount)
		}
		return is("", "")
	case order.Failed:
		if len(o.Remaining()) > 0 || kept != 0 || o.Failure == nil || len(o.NotUndone) > 0 {
			return fmt.Sprintf("FAILED, %v is there, %d kept, because of %v", o.Remaining(), kept, o.Failure)
		}
		return is("OrderFailed", "order-failed")
	case order.NeedsAttention:
		if len(o.NotUndone) == 0 || len(o.NotUndone) != len(o.Remaining()) || o.Failure == nil {
			return fmt.Sprintf("NEEDS_ATTENTION, %v is there, %v is listed, because of %v", o.Remaining(), o.NotUndone, o.Failure)
		}
		for i, step := range o.Remaining() {
			if n := o.NotUndone[i]; n.Step != step || n.Compensation != step.Compensation() || n.Failure.Error == "" {
				return fmt.Sprintf("%s is there, %+v is listed", step, n)
			}
		}
		if o.Payment == nil && kept != 0 {
			return fmt.Sprintf("the payment is gone, and %d kept", kept)
		}
		return is("NeedsAttention", "needs-attention")
	}
	return fmt.Sprintf("it has ended %s", o.Status)
}

// late runs each forward step again after the end, as an attempt does that was slow: none
// changes anything, at the gateway neither.
func (w *orderWorld) late(id string) string {
	w.t.Helper()
	before, kept := w.order(id), w.kept(id)
	input, _ := json.Marshal(map[string]any{"order_id": id, "tenant_id": "tenant", "total": 100, "address": "123 st",
		"card": map[string]string{"token": "pm_ok"}, "token": "late"})
	ctx := workflow.WithTask(context.Background(), workflow.Task{ExecutionID: workflow.ExecutionID{Machine: "order", Name: "late"}})
	for _, name := range []string{"OrderCreateOrder", "OrderProcessPayment", "OrderProcessShipment"} {
		_, _ = w.steps[name](ctx, input) // it may be refused
	}
	if d := diff(w.order(id), before); d != "" {
		return "a step that came late changed the order: " + d
	}
	if now := w.kept(id); now != kept {
		return fmt.Sprintf("a step that came late took money: %d, before %d", now, kept)
	}
	return ""
}
