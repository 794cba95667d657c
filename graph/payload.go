package graph

import (
	"context"
	"io"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/vacancy/vacancy/graph/model"
	"github.com/vacancy/vacancy/internal/booking"
)

// payloads are the root fields of a document whose payload is written at once, as one value,
// where the executor would resolve each of its fields: for a hold that costs more than
// placing it. What they answer is the same to the byte.
type payloads map[*ast.Field]write[reserved]

// reserved is the payload of a tenant's mutations of a reservation.
type reserved model.ReserveApartmentPayload

// reservedTypes are the mutations that answer one, with its name in the schema.
var reservedTypes = map[string]string{
	"reserveApartment": "ReserveApartmentPayload", "payReservation": "PayReservationPayload",
	"extendHold": "ExtendHoldPayload", "cancelReservation": "CancelReservationPayload",
}

// payloadsOf finds them in a document; nil when there are none.
func payloadsOf(doc *document) payloads {
	var found payloads
	for _, op := range doc.Operations {
		if op.Operation != ast.Mutation || len(op.SelectionSet) != 1 { // more: fields may merge
			continue
		}
		field, ok := op.SelectionSet[0].(*ast.Field)
		if !ok {
			continue
		}
		name, ok := reservedTypes[field.Name]
		if !ok {
			continue
		}
		if w := reservedLeaves(name).selection(field.SelectionSet); w != nil {
			if found == nil {
				found = payloads{}
			}
			found[field] = w
		}
	}
	return found
}

// resolve is the executor's middleware around a field: behind the schema's directives, before
// the field's own fields. It hands the executor what was written already.
func (p payloads) resolve(ctx context.Context, next graphql.Resolver) (any, error) {
	answered, err := next(ctx)
	if err != nil {
		return answered, err
	}
	w, ok := p[graphql.GetFieldContext(ctx).Field.Field]
	if !ok {
		return answered, nil
	}
	if payload := asReserved(answered); payload != nil {
		if text, ok := w(make([]byte, 0, usualPayload), payload); ok {
			return written(text), nil
		}
	}
	return answered, nil // the executor says what is wrong with it
}

// usualPayload is more bytes than most payloads have.
const usualPayload = 512

// written is a value of the response.
type written []byte

// MarshalGQL implements graphql.Marshaler.
func (w written) MarshalGQL(out io.Writer) { _, _ = out.Write(w) }

// asReserved answers nil for what is no such payload.
func asReserved(answered any) *reserved {
	switch payload := answered.(type) {
	case *model.ReserveApartmentPayload:
		return (*reserved)(payload)
	case *model.PayReservationPayload:
		return (*reserved)(payload)
	case *model.ExtendHoldPayload:
		return (*reserved)(payload)
	case *model.CancelReservationPayload:
		return (*reserved)(payload)
	}
	return nil
}

func reservedLeaves(name string) leaves[reserved] {
	return leaves[reserved]{
		"__typename":  typename[reserved](name),
		"reservation": object(func(p *reserved) *model.Reservation { return p.Reservation }, reservationLeaves),
		"userErrors":  list(func(p *reserved) []model.UserError { return p.UserErrors }, userErrorLeaves),
	}
}

var reservationLeaves = leaves[model.Reservation]{
	"__typename":    typename[model.Reservation]("Reservation"),
	"id":            textLeaf(func(r *model.Reservation) string { return r.ID }),
	"status":        textLeaf(func(r *model.Reservation) booking.ReservationStatus { return r.Status }),
	"tenantId":      textLeaf(func(r *model.Reservation) string { return r.TenantID }),
	"price":         object(func(r *model.Reservation) *booking.Money { return &r.Price }, moneyLeaves),
	"placedAt":      timeLeaf(func(r *model.Reservation) time.Time { return r.PlacedAt }, true),
	"holdExpiresAt": timeLeaf(func(r *model.Reservation) time.Time { return r.HoldExpiresAt }, true),
	"endedAt":       timeLeaf(func(r *model.Reservation) time.Time { return r.EndedAt }, false),
	"extensions":    intLeaf(func(r *model.Reservation) int { return r.Extensions }),
	"pollAfter":     intLeaf((*model.Reservation).PollAfter),
	"serverTime":    timeLeaf(func(r *model.Reservation) time.Time { return r.ServerTime }, true),
}

var moneyLeaves = leaves[booking.Money]{
	"__typename": typename[booking.Money]("Money"),
	"amount":     intLeaf(func(m *booking.Money) int64 { return m.Amount }),
	"currency":   textLeaf(func(m *booking.Money) string { return m.Currency }),
}

var userErrorLeaves = leaves[model.UserError]{
	"__typename": typename[model.UserError]("UserError"),
	"code":       textLeaf(func(e *model.UserError) booking.Code { return e.Code }),
	"field":      orNullLeaf(func(e *model.UserError) *string { return e.Field }, appendText),
	"message":    textLeaf(func(e *model.UserError) string { return e.Message }),
	"heldUntil":  timeLeaf(func(e *model.UserError) time.Time { return e.HeldUntil }, false),
	"retryAfter": orNullLeaf(func(e *model.UserError) *int { return e.RetryAfter }, func(out []byte, n int) []byte { return strconv.AppendInt(out, int64(n), 10) }),
}
