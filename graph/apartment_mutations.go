package graph

import (
	"context"
	"time"

	"github.com/vacancy/vacancy/graph/model"
	"github.com/vacancy/vacancy/internal/booking"
)

func (m mutations) CreateApartment(ctx context.Context, in model.CreateApartmentInput) (*model.CreateApartmentPayload, error) {
	who := principal(ctx)
	a, err := m.booking.CreateApartment(ctx, who, booking.Listing{
		Title: in.Title, City: text(in.City), State: text(in.State),
		Bedrooms: in.Bedrooms, Bathrooms: in.Bathrooms, SquareFeet: in.SquareFeet, Pets: in.Pets,
		Price: *in.Price, RentPeriod: enum(&in.RentPeriod), PaymentWindow: seconds(number(in.PaymentWindow)),
		LateMoney: enum(in.LateMoney),
	}, in.IdempotencyKey)
	refusal, err := refused(err)
	if err != nil {
		return nil, err
	}
	return &model.CreateApartmentPayload{Apartment: m.showApartment(who, a), UserErrors: model.NewUserErrors(refusal)}, nil
}

func (m mutations) UpdateApartment(ctx context.Context, in model.UpdateApartmentInput) (*model.UpdateApartmentPayload, error) {
	change := booking.UpdateListing{ApartmentID: in.ApartmentID, Now: m.booking.Now(), Title: in.Title, Price: in.Price}
	if in.PaymentWindow != nil {
		window := seconds(*in.PaymentWindow)
		change.PaymentWindow = &window
	}
	if in.LateMoney != nil {
		policy := enum(in.LateMoney)
		change.LateMoney = &policy
	}
	a, refusal, err := m.change(ctx, change)
	if err != nil {
		return nil, err
	}
	return &model.UpdateApartmentPayload{Apartment: a, UserErrors: refusal}, nil
}

func (m mutations) WithdrawApartment(ctx context.Context, in model.WithdrawApartmentInput) (*model.WithdrawApartmentPayload, error) {
	a, refusal, err := m.change(ctx, booking.Withdraw{ApartmentID: in.ApartmentID, Now: m.booking.Now()})
	if err != nil {
		return nil, err
	}
	return &model.WithdrawApartmentPayload{Apartment: a, UserErrors: refusal}, nil
}

func (m mutations) RelistApartment(ctx context.Context, in model.RelistApartmentInput) (*model.RelistApartmentPayload, error) {
	a, refusal, err := m.change(ctx, booking.Relist{ApartmentID: in.ApartmentID, Now: m.booking.Now()})
	if err != nil {
		return nil, err
	}
	return &model.RelistApartmentPayload{Apartment: a, UserErrors: refusal}, nil
}

func (m mutations) OccupyApartment(ctx context.Context, in model.OccupyApartmentInput) (*model.OccupyApartmentPayload, error) {
	who := principal(ctx)
	a, err := m.booking.OccupyApartment(ctx, who, in.ApartmentID)
	refusal, err := refused(err)
	if err != nil {
		return nil, err
	}
	return &model.OccupyApartmentPayload{Apartment: m.showApartment(who, a), UserErrors: model.NewUserErrors(refusal)}, nil
}

func (m mutations) VacateApartment(ctx context.Context, in model.VacateApartmentInput) (*model.VacateApartmentPayload, error) {
	who := principal(ctx)
	a, err := m.booking.VacateApartment(ctx, who, in.ApartmentID)
	refusal, err := refused(err)
	if err != nil {
		return nil, err
	}
	return &model.VacateApartmentPayload{Apartment: m.showApartment(who, a), UserErrors: model.NewUserErrors(refusal)}, nil
}

// change applies a change of an apartment and answers what the payload shows.
func (m mutations) change(ctx context.Context, c booking.ApartmentChange) (*model.Apartment, []model.UserError, error) {
	a, err := m.booking.ChangeApartment(ctx, c)
	refusal, err := refused(err)
	if err != nil {
		return nil, nil, err
	}
	return m.showApartment(principal(ctx), a), model.NewUserErrors(refusal), nil
}

// seconds answers the duration. What no duration can hold stays out of bounds, where
// the domain refuses it.
func seconds(n int) time.Duration {
	const most = int(2 * booking.MaxPaymentWindow / time.Second)
	return time.Duration(max(-1, min(n, most))) * time.Second
}
