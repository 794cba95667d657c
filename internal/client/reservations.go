package client

import "context"

// Reserve places a hold on the apartment. The same key answers the same reservation
// in its present state. Refused with NOT_FOUND, APARTMENT_NOT_VACANT or
// IDEMPOTENCY_KEY_REUSED.
func (c *Client) Reserve(ctx context.Context, apartmentID, key string) (Reservation, error) {
	return c.order(ctx, "ReserveApartment", map[string]any{"apartmentId": apartmentID, "idempotencyKey": key})
}

// Pay authorizes the payment of a held reservation; that it is PAID comes by
// polling. Refused with NOT_FOUND, HOLD_EXPIRED, RESERVATION_NOT_HELD,
// PAYMENT_DECLINED or PAYMENT_PENDING.
//
// Without a method, where the payer confirms in an app, it makes sure that there is a
// payment to confirm.
func (c *Client) Pay(ctx context.Context, reservationID, method, key string) (Reservation, error) {
	input := map[string]any{"reservationId": reservationID, "idempotencyKey": key}
	if method != "" {
		input["paymentMethod"] = method
	}
	return c.order(ctx, "PayReservation", input)
}

// Extend moves the deadline of a hold. Refused with NOT_FOUND, HOLD_EXPIRED,
// RESERVATION_NOT_HELD or EXTENSION_LIMIT_REACHED.
func (c *Client) Extend(ctx context.Context, reservationID, key string) (Reservation, error) {
	return c.order(ctx, "ExtendHold", map[string]any{"reservationId": reservationID, "idempotencyKey": key})
}

// Cancel frees the apartment. Cancelling a cancelled reservation succeeds. Refused
// with NOT_FOUND or RESERVATION_NOT_HELD.
func (c *Client) Cancel(ctx context.Context, reservationID string) (Reservation, error) {
	return c.order(ctx, "CancelReservation", map[string]any{"reservationId": reservationID})
}

// Reservation answers a reservation of the caller's. Refused with NOT_FOUND.
func (c *Client) Reservation(ctx context.Context, id string) (Reservation, error) {
	var data struct{ Reservation *Reservation }
	if err := c.call(ctx, "Reservation", map[string]any{"id": id}, &data); err != nil {
		return Reservation{}, err
	}
	if data.Reservation == nil {
		return Reservation{}, &Refusal{Code: "NOT_FOUND", Field: "id", Message: "there is no reservation " + id + " of yours"}
	}
	return *data.Reservation, nil
}

// order runs a mutation whose payload, under the alias "payload", has a reservation
// and userErrors.
func (c *Client) order(ctx context.Context, operation string, input map[string]any) (Reservation, error) {
	var data struct {
		Payload struct {
			Reservation *Reservation
			UserErrors  []Refusal
		}
	}
	if err := c.call(ctx, operation, map[string]any{"input": input}, &data); err != nil {
		return Reservation{}, err
	}
	var r Reservation
	if data.Payload.Reservation != nil {
		r = *data.Payload.Reservation
	}
	if len(data.Payload.UserErrors) > 0 {
		return r, &data.Payload.UserErrors[0]
	}
	if data.Payload.Reservation == nil {
		return r, &ServerFault{Status: 200, Message: "it answered neither a reservation nor a reason"}
	}
	return r, nil
}
