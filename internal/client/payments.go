package client

import (
	"context"
	"time"
)

// RecordPayment notes, for a manager, that the money for a held reservation came; method is
// CASH or BANK_TRANSFER. That it is PAID comes by polling. Refused with NOT_FOUND,
// HOLD_EXPIRED, RESERVATION_NOT_HELD, or INVALID_INPUT where the gateway takes money itself.
func (c *Client) RecordPayment(ctx context.Context, reservationID, method, reference, key string) (Reservation, error) {
	return c.order(ctx, "RecordPayment", map[string]any{"reservationId": reservationID, "method": method, "reference": reference, "idempotencyKey": key})
}

// Refund gives the money of a PAID reservation back, for a manager. Refunding again
// succeeds. Refused with NOT_FOUND or APARTMENT_NOT_PAID.
func (c *Client) Refund(ctx context.Context, reservationID string) (Reservation, error) {
	return c.order(ctx, "RefundReservation", map[string]any{"reservationId": reservationID})
}

// Receipt is what a manager wrote down about money that changed hands.
type Receipt struct {
	Method    string `json:"method"` // CASH or BANK_TRANSFER
	Reference string `json:"reference,omitempty"`
	By        string `json:"by"`
}

// OwedPayment is money to be given back to a tenant by hand.
type OwedPayment struct {
	ID            string     `json:"id"`
	PaymentID     string     `json:"paymentId"`
	ReservationID string     `json:"reservationId"`
	Amount        Money      `json:"amount"`
	Received      Receipt    `json:"received"`
	Since         time.Time  `json:"since"`
	Returned      *Receipt   `json:"returned,omitempty"`
	ReturnedAt    *time.Time `json:"returnedAt,omitempty"`
}

// OwedPayments answers one page of what is owed, the oldest first. Refused with FORBIDDEN to
// a tenant.
func (c *Client) OwedPayments(ctx context.Context, first int, after string) ([]OwedPayment, PageInfo, error) {
	variables := map[string]any{"first": first}
	if after != "" {
		variables["after"] = after
	}
	var data struct {
		PaymentsOwed struct {
			Edges    []struct{ Node OwedPayment }
			PageInfo PageInfo
		}
	}
	if err := c.call(ctx, "PaymentsOwed", variables, &data); err != nil {
		return nil, PageInfo{}, err
	}
	var all []OwedPayment
	for _, e := range data.PaymentsOwed.Edges {
		all = append(all, e.Node)
	}
	return all, data.PaymentsOwed.PageInfo, nil
}

// MarkReturned notes that owed money was given back. Refused with NOT_FOUND.
func (c *Client) MarkReturned(ctx context.Context, owedPaymentID, method, reference string) (OwedPayment, error) {
	var data struct {
		Payload struct {
			OwedPayment *OwedPayment
			UserErrors  []Refusal
		}
	}
	input := map[string]any{"owedPaymentId": owedPaymentID, "method": method, "reference": reference}
	if err := c.call(ctx, "MarkPaymentReturned", map[string]any{"input": input}, &data); err != nil {
		return OwedPayment{}, err
	}
	switch {
	case len(data.Payload.UserErrors) > 0:
		return OwedPayment{}, &data.Payload.UserErrors[0]
	case data.Payload.OwedPayment == nil:
		return OwedPayment{}, &ServerFault{Status: 200, Message: "it answered neither a payment nor a reason"}
	}
	return *data.Payload.OwedPayment, nil
}
