package rehearsal

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/vacancy/vacancy/internal/workflow"
)

// before are the steps that have run when a step of the order machine is invoked by itself.
var before = map[string][]string{
	"OrderProcessPayment":  {"OrderCreateOrder"},
	"OrderProcessShipment": {"OrderCreateOrder", "OrderProcessPayment"},
	"OrderReadShipment":    {"OrderCreateOrder", "OrderProcessPayment", "OrderProcessShipment"},
	"OrderCancelShipment":  {"OrderCreateOrder", "OrderProcessPayment", "OrderProcessShipment"},
	"OrderRefundPayment":   {"OrderCreateOrder", "OrderProcessPayment", "OrderCancelShipment"},
	"OrderDeleteOrder":     {"OrderCreateOrder", "OrderProcessPayment", "OrderCancelShipment", "OrderRefundPayment"},
	"OrderCloseOrder":      {"OrderCreateOrder", "OrderProcessPayment", "OrderCancelShipment", "OrderDeleteOrder"},
}

// prepare runs the steps that come before a step of the order machine, for the event's order,
// as if it cost 100 and had a card that works and an address.
func (s *stage) prepare(ctx context.Context, steps map[string]workflow.Handler, name string, event json.RawMessage) error {
	if !strings.HasPrefix(name, "Order") {
		return nil
	}
	var of struct {
		ID string `json:"order_id"`
	}
	if json.Unmarshal(event, &of) != nil {
		return nil //nolint:nilerr // the step itself refuses it
	}
	input, err := json.Marshal(map[string]any{"order_id": of.ID, "tenant_id": "tenant", "total": 100, "address": "123 st",
		"card": map[string]string{"token": "pm_ok", "last4": "1234"}, "token": "a-task-token"})
	if err != nil {
		return err
	}
	for _, earlier := range before[name] {
		if _, err := steps[earlier](ctx, input); err != nil {
			return nil //nolint:nilerr // nor does it come so far without an id: the step itself says so
		}
	}
	return nil
}
