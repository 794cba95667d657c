package order

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga"
)

// DefaultCurrency is of a total that names none.
const DefaultCurrency = "USD"

// Units is an amount in minor units that JSON shows in whole units of the currency, as the
// inputs of this pattern have it: 100 is 10000 cents, 99.95 is 9995.
type Units int64

// UnmarshalJSON reads a JSON number with at most two decimals, exactly.
func (u *Units) UnmarshalJSON(text []byte) error {
	refusal := booking.Invalid("total", "the total must be a positive number of whole currency units with at most two decimals, such as 100 or 99.95, and at most %d.%02d", booking.MaxAmount/100, booking.MaxAmount%100)
	whole, decimals, _ := strings.Cut(string(text), ".")
	if len(decimals) > 2 || strings.HasSuffix(string(text), ".") {
		return refusal
	}
	minor, err := strconv.ParseInt(whole+(decimals + "00")[:2], 10, 64)
	if err != nil || minor <= 0 || minor > booking.MaxAmount {
		return refusal
	}
	*u = Units(minor)
	return nil
}

// MarshalJSON writes what UnmarshalJSON reads.
func (u Units) MarshalJSON() ([]byte, error) {
	text := strconv.FormatInt(int64(u)/100, 10)
	if cents := int64(u) % 100; cents != 0 {
		text += "." + strconv.FormatInt(100+cents, 10)[1:]
	}
	return []byte(text), nil
}

// Request is what somebody orders. Total, Card and Address may be missing at the door: the
// saga refuses, not the API.
type Request struct {
	OrderID string         // unique; the order's id and its idempotency key
	Total   *booking.Money // nil: missing
	Card    *CardNumber    // nil: missing
	Address string         // "": missing
}

// ParseRequest reads a request in the form that clients of this pattern send:
// {"order_id":"1","total":100,"card_no":"123-1234","address":"123 st"}; currency is USD
// unless it says otherwise. Refused with INVALID_INPUT. No error repeats what was sent.
func ParseRequest(text []byte) (Request, error) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(text, &fields) != nil {
		return Request{}, booking.Invalid("input", "an order must be a JSON object such as {\"order_id\":\"1\",\"total\":100,\"card_no\":\"…\",\"address\":\"123 st\"}")
	}
	var r Request
	var number, currency string
	var total *Units
	for name, into := range map[string]any{"order_id": &r.OrderID, "total": &total, "currency": &currency, "card_no": &number, "address": &r.Address} {
		if err := parseField(fields, name, into); err != nil {
			return Request{}, err
		}
	}
	if number != "" {
		card := CardNumber(number)
		r.Card = &card
	}
	if total != nil {
		if currency == "" {
			currency = DefaultCurrency
		}
		r.Total = &booking.Money{Amount: int64(*total), Currency: currency}
	}
	return r, nil
}

// parseField reads one field, if it is there.
func parseField(fields map[string]json.RawMessage, name string, into any) error {
	text, there := fields[name]
	if !there {
		return nil
	}
	err := json.Unmarshal(text, into)
	switch {
	case err == nil:
		return nil
	case booking.CodeOf(err) != "":
		return err
	case name == "total":
		return new(Units).UnmarshalJSON(nil)
	}
	return booking.Invalid(name, "%s must be a string", name) // what the decoder says may repeat what was sent
}

// maxAddress is the longest address, in bytes.
const maxAddress = 1000

// Validate refuses what is there and wrong; what is missing is the saga's to refuse.
func (r Request) Validate() error {
	if err := saga.CheckID("orderId", r.OrderID); err != nil {
		return err
	}
	if t := r.Total; t != nil {
		if t.Amount <= 0 || t.Amount > booking.MaxAmount {
			return booking.Invalid("total", "the total must be from 1 to %d minor units, it is %d", booking.MaxAmount, t.Amount)
		}
		if !isCurrency(t.Currency) {
			return booking.Invalid("total", "the currency must be an ISO 4217 code of three capital letters")
		}
	}
	if len(r.Address) > maxAddress {
		return booking.Invalid("address", "the address must have at most %d bytes, it has %d", maxAddress, len(r.Address))
	}
	return nil
}

func isCurrency(code string) bool {
	for i := range len(code) {
		if code[i] < 'A' || code[i] > 'Z' {
			return false
		}
	}
	return len(code) == 3
}

// ExecutionInput is the input of an order's execution, and what each step is given. It has
// the pattern's fields, with a card in place of card_no.
type ExecutionInput struct {
	OrderID  string `json:"order_id"`
	TenantID string `json:"tenant_id,omitempty"`
	Total    *Units `json:"total,omitempty"`
	Currency string `json:"currency,omitempty"` // USD if it is not said
	Card     *Card  `json:"card,omitempty"`
	Address  string `json:"address,omitempty"`
	// Undo: the execution begins with the compensations.
	Undo bool `json:"undo,omitempty"`
}

// Validate refuses an input that names no order.
func (in ExecutionInput) Validate() error {
	return Request{OrderID: in.OrderID, Address: in.Address}.Validate()
}

// content is what the input orders.
func (in ExecutionInput) content() Content {
	c := Content{Card: in.Card, Address: in.Address}
	if in.Total != nil {
		c.Total = &booking.Money{Amount: int64(*in.Total), Currency: in.Currency}
		if in.Currency == "" {
			c.Total.Currency = DefaultCurrency
		}
	}
	return c
}

// start is the execution that speaks for the order now. It is the same for every attempt to
// start it, as long as nothing is undone.
func (o Order) start() (booking.WorkflowStart, error) {
	in := ExecutionInput{OrderID: o.ID, TenantID: o.TenantID, Undo: o.Status == Undoing}
	if c := o.Content; c != nil {
		in.Card, in.Address = c.Card, c.Address
		if c.Total != nil {
			total := Units(c.Total.Amount)
			in.Total, in.Currency = &total, c.Total.Currency
		}
	}
	input, err := json.Marshal(in)
	return booking.WorkflowStart{Name: o.Execution.Name(o.ID), Input: input}, err
}

// fingerprint is a digest of who ordered what. It tells nothing of a card: what goes in is
// the card's token.
func fingerprint(tenantID string, c Content) string {
	c.Created = false
	text, _ := json.Marshal([]any{tenantID, c}) // strings and numbers always marshal
	sum := sha256.Sum256(text)
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}
