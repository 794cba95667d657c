package graph

import (
	"context"
	"strings"

	"github.com/vacancy/vacancy/graph/model"
	"github.com/vacancy/vacancy/internal/booking"
)

func (m mutations) RecordPayment(ctx context.Context, in model.RecordPaymentInput) (*model.RecordPaymentPayload, error) {
	who := principal(ctx)
	r, err := m.booking.RecordPayment(ctx, who, in.ReservationID, receipt(in.Method, in.Reference), in.IdempotencyKey)
	refusal, err := refused(err)
	if err != nil {
		return nil, err
	}
	return &model.RecordPaymentPayload{Reservation: m.showReservation(who, r), UserErrors: model.NewUserErrors(refusal)}, nil
}

func (m mutations) RefundReservation(ctx context.Context, in model.RefundReservationInput) (*model.RefundReservationPayload, error) {
	who := principal(ctx)
	r, err := m.booking.RefundReservation(ctx, who, in.ReservationID)
	refusal, err := refused(err)
	if err != nil {
		return nil, err
	}
	return &model.RefundReservationPayload{Reservation: m.showReservation(who, r), UserErrors: model.NewUserErrors(refusal)}, nil
}

func (m mutations) MarkPaymentReturned(ctx context.Context, in model.MarkPaymentReturnedInput) (*model.MarkPaymentReturnedPayload, error) {
	d, err := m.booking.MarkPaymentReturned(ctx, principal(ctx), in.OwedPaymentID, receipt(in.Method, in.Reference))
	refusal, err := refused(err)
	if err != nil {
		return nil, err
	}
	payload := &model.MarkPaymentReturnedPayload{UserErrors: model.NewUserErrors(refusal)}
	if refusal == nil {
		payload.OwedPayment = &model.OwedPayment{Debt: d}
	}
	return payload, nil
}

func (q queries) PaymentsOwed(ctx context.Context, first *int, after *string) (*model.OwedPaymentConnection, error) {
	page, err := q.booking.PaymentsOwed(ctx, principal(ctx), text(after), size(first))
	if err != nil {
		return nil, err
	}
	edges := make([]model.OwedPaymentEdge, len(page.Items))
	for i, d := range page.Items {
		edges[i] = model.OwedPaymentEdge{Cursor: page.Cursors[i], Node: &model.OwedPayment{Debt: d}}
	}
	return &model.OwedPaymentConnection{Edges: edges, PageInfo: pageInfo(page, after)}, nil
}

// receipt is what a manager wrote down, in the domain's terms: cash for CASH.
func receipt(method model.ReceivedMethod, reference *string) booking.Receipt {
	return booking.Receipt{Method: strings.ToLower(string(method)), Reference: text(reference)}
}
