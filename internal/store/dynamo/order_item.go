package dynamo

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/vacancy/vacancy/internal/saga"
	"github.com/vacancy/vacancy/internal/saga/order"
)

// All of an order is one partition: the saga's own record, and an item for each step that is
// done.
const (
	orderKind     = "ORDER"
	orderItemKind = "ORDER_ITEM"
	orderItemSort = "ITEM#"
	orderBuckets  = 4
)

func orderPartition(id string) string { return "ORDER#" + id }

func orderKey(id string) Key { return Key{PK: orderPartition(id), SK: orderKind} }

func orderItemKey(id string, step order.Step) Key {
	return Key{PK: orderPartition(id), SK: orderItemSort + string(step)}
}

func dueOrders(bucket string) string              { return "ORDERS_DUE#" + bucket }
func ordersNeedingAttention(bucket string) string { return "ORDERS_ATTENTION#" + bucket }

// orderRecord is the saga's own record as the table has it. What is made of parts is JSON, as
// the domain writes it.
type orderRecord struct {
	Type         string       `dynamodbav:"type"`
	ID           string       `dynamodbav:"id"`
	TenantID     string       `dynamodbav:"tenantId"`
	Fingerprint  string       `dynamodbav:"fingerprint"`
	Status       order.Status `dynamodbav:"status"`
	Started      bool         `dynamodbav:"started"`
	Repairs      int          `dynamodbav:"repairs,omitempty"`
	RepairedAt   time.Time    `dynamodbav:"repairedAt,omitempty"`
	TaskToken    string       `dynamodbav:"taskToken,omitempty"`
	LookAt       time.Time    `dynamodbav:"lookAt,omitempty"`
	PlacedAt     time.Time    `dynamodbav:"placedAt,omitempty"`
	UpdatedAt    time.Time    `dynamodbav:"updatedAt,omitempty"`
	EndedAt      time.Time    `dynamodbav:"endedAt,omitempty"`
	Compensating []string     `dynamodbav:"compensating,omitempty"`
	Undone       []string     `dynamodbav:"undone,omitempty"`
	Failure      string       `dynamodbav:"failure,omitempty"`
	NotUndone    string       `dynamodbav:"notUndone,omitempty"`
	Timeline     string       `dynamodbav:"timeline,omitempty"`
	// Revision counts the changes. Items says which items there are, and at which revision
	// each was written: a partition that was read while a transaction was being written shows.
	Revision int64            `dynamodbav:"revision"`
	Items    map[string]int64 `dynamodbav:"items,omitempty"`

	// While there is something to look after, by the sweeper or by people.
	Due     string `dynamodbav:"gsi4pk,omitempty"`
	DueSort string `dynamodbav:"gsi4sk,omitempty"`
}

// orderItem is what a step has made.
type orderItem struct {
	Type     string `dynamodbav:"type"`
	OrderID  string `dynamodbav:"orderId"`
	Step     string `dynamodbav:"step"`
	Item     string `dynamodbav:"item"`
	Revision int64  `dynamodbav:"revision"`
}

func recordOf(o order.Order, revision int64, items map[string]int64) (orderRecord, error) {
	r := orderRecord{
		Type: orderKind, ID: o.ID, TenantID: o.TenantID, Fingerprint: o.Fingerprint, Status: o.Status,
		Started: o.Execution.Started, Repairs: o.Execution.Repairs, RepairedAt: o.Execution.RepairedAt,
		TaskToken: o.TaskToken, LookAt: o.LookAt, PlacedAt: o.PlacedAt, UpdatedAt: o.UpdatedAt, EndedAt: o.EndedAt,
		Compensating: o.Compensating, Undone: o.Undone, Revision: revision, Items: items,
	}
	switch in := bucket(o.ID, orderBuckets); {
	case o.Status == order.NeedsAttention:
		r.Due, r.DueSort = ordersNeedingAttention(in), timeSort(o.EndedAt, o.ID)
	case !o.LookAt.IsZero():
		r.Due, r.DueSort = dueOrders(in), timeSort(o.LookAt, o.ID)
	}
	for _, part := range []struct {
		into *string
		of   any
	}{{&r.Failure, o.Failure}, {&r.NotUndone, o.NotUndone}, {&r.Timeline, o.Timeline}} {
		text, err := json.Marshal(part.of)
		if err != nil {
			return r, fmt.Errorf("order %s: %w", o.ID, err)
		}
		if string(text) != "null" {
			*part.into = string(text)
		}
	}
	return r, nil
}

// order answers the record without its items.
func (r orderRecord) order() (order.Order, error) {
	o := order.Order{
		ID: r.ID, TenantID: r.TenantID, Fingerprint: r.Fingerprint, Status: r.Status,
		Execution: saga.Execution{Started: r.Started, Repairs: r.Repairs, RepairedAt: r.RepairedAt},
		TaskToken: r.TaskToken, LookAt: r.LookAt, PlacedAt: r.PlacedAt, UpdatedAt: r.UpdatedAt, EndedAt: r.EndedAt,
		Compensating: r.Compensating, Undone: r.Undone,
	}
	for _, part := range []struct {
		text string
		into any
	}{{r.Failure, &o.Failure}, {r.NotUndone, &o.NotUndone}, {r.Timeline, &o.Timeline}} {
		if part.text == "" {
			continue
		}
		if err := json.Unmarshal([]byte(part.text), part.into); err != nil {
			return o, fmt.Errorf("order %s: %w", r.ID, err)
		}
	}
	return o, nil
}

// itemTexts are an order's items as JSON, by the step that makes each.
func itemTexts(o order.Order) (map[order.Step]string, error) {
	texts := map[order.Step]string{}
	for _, step := range o.Remaining() {
		text, err := json.Marshal(map[order.Step]any{order.CreateOrder: o.Content, order.ProcessPayment: o.Payment, order.ProcessShipment: o.Shipment}[step])
		if err != nil {
			return nil, fmt.Errorf("order %s: %w", o.ID, err)
		}
		texts[step] = string(text)
	}
	return texts, nil
}

// take puts an item in its place.
func take(o *order.Order, i orderItem) error {
	into, known := map[order.Step]any{order.CreateOrder: &o.Content, order.ProcessPayment: &o.Payment, order.ProcessShipment: &o.Shipment}[order.Step(i.Step)]
	if !known {
		return fmt.Errorf("order %s has an item of an unknown step %q", o.ID, i.Step)
	}
	return json.Unmarshal([]byte(i.Item), into)
}

// stepOf is the step of an item's sort key.
func stepOf(k Key) order.Step { return order.Step(strings.TrimPrefix(k.SK, orderItemSort)) }
