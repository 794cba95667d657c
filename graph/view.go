package graph

import (
	"context"
	"fmt"

	"github.com/vacancy/vacancy/graph/model"
	"github.com/vacancy/vacancy/internal/booking"
)

// showApartment shows one apartment; nil for one that is not there.
func (r *resolver) showApartment(who booking.Principal, a booking.Apartment) *model.Apartment {
	if a.ID == "" {
		return nil
	}
	return r.showApartments(who, []booking.Apartment{a})[0]
}

// showApartments shows apartments of one page: the reservations that have them are
// read together, if anybody asks for one.
func (r *resolver) showApartments(who booking.Principal, page []booking.Apartment) []*model.Apartment {
	shown := make([]*model.Apartment, len(page))
	holders := model.NewBatch(func(ctx context.Context) (map[string]*model.Reservation, error) {
		return r.holders(ctx, who, shown)
	})
	for i, a := range page {
		shown[i] = model.NewApartment(a, r.booking.Config(), holders)
	}
	return shown
}

// holders answers the reservations that have these apartments, where they are the
// principal's to see.
func (r *resolver) holders(ctx context.Context, who booking.Principal, of []*model.Apartment) (map[string]*model.Reservation, error) {
	var ids []string
	byID := make(map[string]*model.Apartment, len(of))
	for _, a := range of {
		byID[a.ID] = a
		if a.ReservationID != "" {
			ids = append(ids, a.ReservationID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := r.booking.ReservationsByID(ctx, who, ids)
	if err != nil {
		return nil, fmt.Errorf("read the reservations of %d apartments: %w", len(of), err)
	}
	known := model.NewBatch(func(context.Context) (map[string]*model.Apartment, error) { return byID, nil })
	now := r.booking.Now()
	shown := make(map[string]*model.Reservation, len(found))
	for _, reservation := range found {
		shown[reservation.ID] = model.NewReservation(reservation.AsOf(now), now, known).ToBeConfirmed(r.confirmation(who, reservation))
	}
	return shown, nil
}

// showReservation shows one reservation as it counts now; nil for one that is not there.
func (r *resolver) showReservation(who booking.Principal, reservation booking.Reservation) *model.Reservation {
	if reservation.ID == "" {
		return nil
	}
	now := r.booking.Now()
	apartment := model.NewBatch(func(ctx context.Context) (map[string]*model.Apartment, error) {
		a, err := r.booking.Apartment(ctx, reservation.ApartmentID)
		if err != nil {
			return nil, fmt.Errorf("read apartment %s of reservation %s: %w", reservation.ApartmentID, reservation.ID, fault(err))
		}
		return map[string]*model.Apartment{a.ID: r.showApartment(who, a)}, nil
	})
	return model.NewReservation(reservation.AsOf(now), now, apartment).ToBeConfirmed(r.confirmation(who, reservation))
}

// confirmation answers, when it is asked for, what the payer's app needs.
func (r *resolver) confirmation(who booking.Principal, of booking.Reservation) func(context.Context) (booking.Confirmation, error) {
	return func(ctx context.Context) (booking.Confirmation, error) {
		c, err := r.booking.Confirmation(ctx, who, of)
		if err != nil {
			return c, fmt.Errorf("ask the gateway about the payment of reservation %s: %w", of.ID, fault(err))
		}
		return c, nil
	}
}

// showReservations shows reservations of one page as they are stored: their apartments
// are read together, if anybody asks for one.
func (r *resolver) showReservations(who booking.Principal, page []booking.Reservation) []*model.Reservation {
	now := r.booking.Now()
	batch := model.NewBatch(func(ctx context.Context) (map[string]*model.Apartment, error) {
		return r.apartmentsOf(ctx, who, page)
	})
	shown := make([]*model.Reservation, len(page))
	for i, reservation := range page {
		shown[i] = model.NewReservation(reservation, now, batch).ToBeConfirmed(r.confirmation(who, reservation))
	}
	return shown
}

// apartmentsOf answers the apartments of these reservations.
func (r *resolver) apartmentsOf(ctx context.Context, who booking.Principal, of []booking.Reservation) (map[string]*model.Apartment, error) {
	seen := make(map[string]bool, len(of))
	var ids []string
	for _, reservation := range of {
		if !seen[reservation.ApartmentID] {
			seen[reservation.ApartmentID] = true
			ids = append(ids, reservation.ApartmentID)
		}
	}
	found, err := r.booking.ApartmentsByID(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("read the apartments of %d reservations: %w", len(of), err)
	}
	shown := make(map[string]*model.Apartment, len(found))
	for _, a := range r.showApartments(who, found) {
		shown[a.ID] = a
	}
	return shown, nil
}

// fault makes a fault of ours of a refusal that the caller has no part in: a
// reservation without an apartment is none that they can mend.
func fault(err error) error {
	if booking.CodeOf(err) != "" {
		return fmt.Errorf("%s", err.Error())
	}
	return err
}
