package graph

import (
	"context"

	"github.com/vacancy/vacancy/graph/model"
)

func (m mutations) ReserveApartment(ctx context.Context, in model.ReserveApartmentInput) (*model.ReserveApartmentPayload, error) {
	who := principal(ctx)
	if refusal, err := tooOften(ctx, m.rates.Reserve, who); refusal != nil || err != nil {
		return &model.ReserveApartmentPayload{UserErrors: model.NewUserErrors(refusal)}, err
	}
	r, err := m.booking.ReserveApartment(ctx, who, in.ApartmentID, in.IdempotencyKey)
	refusal, err := refused(err)
	if err != nil {
		return nil, err
	}
	return &model.ReserveApartmentPayload{Reservation: m.showReservation(who, r), UserErrors: model.NewUserErrors(refusal)}, nil
}

func (m mutations) PayReservation(ctx context.Context, in model.PayReservationInput) (*model.PayReservationPayload, error) {
	who := principal(ctx)
	if refusal, err := tooOften(ctx, m.rates.Pay, who); refusal != nil || err != nil {
		return &model.PayReservationPayload{UserErrors: model.NewUserErrors(refusal)}, err
	}
	r, err := m.booking.PayReservation(ctx, who, in.ReservationID, text(in.PaymentMethod), in.IdempotencyKey)
	refusal, err := refused(err)
	if err != nil {
		return nil, err
	}
	return &model.PayReservationPayload{Reservation: m.showReservation(who, r), UserErrors: model.NewUserErrors(refusal)}, nil
}

func (m mutations) ExtendHold(ctx context.Context, in model.ExtendHoldInput) (*model.ExtendHoldPayload, error) {
	who := principal(ctx)
	r, err := m.booking.ExtendHold(ctx, who, in.ReservationID, in.IdempotencyKey)
	refusal, err := refused(err)
	if err != nil {
		return nil, err
	}
	return &model.ExtendHoldPayload{Reservation: m.showReservation(who, r), UserErrors: model.NewUserErrors(refusal)}, nil
}

func (m mutations) CancelReservation(ctx context.Context, in model.CancelReservationInput) (*model.CancelReservationPayload, error) {
	who := principal(ctx)
	r, err := m.booking.CancelReservation(ctx, who, in.ReservationID)
	refusal, err := refused(err)
	if err != nil {
		return nil, err
	}
	return &model.CancelReservationPayload{Reservation: m.showReservation(who, r), UserErrors: model.NewUserErrors(refusal)}, nil
}
