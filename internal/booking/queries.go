package booking

import (
	"context"
	"time"
)

// Apartment answers an apartment as it is now: one whose hold has lapsed unpaid is
// VACANT from its deadline on. Refused with NOT_FOUND.
func (s *Service) Apartment(ctx context.Context, id string) (Apartment, error) {
	a, err := s.store.Apartment(ctx, id)
	if err != nil || a.Status != Reserved || s.now().Before(a.HoldExpiresAt) {
		return a, err
	}
	r, err := s.store.Reservation(ctx, a.ReservationID)
	if err != nil {
		return a, err
	}
	if r.Lapsed(s.now()) {
		a.Status, a.ReservationID, a.HoldExpiresAt = Vacant, "", time.Time{}
	}
	return a, nil
}

// Reservation answers a reservation of the principal's, or any to who manages, as it
// is now: one that has lapsed unpaid is EXPIRED from its deadline on. Somebody
// else's is refused with NOT_FOUND, exactly as a missing one.
func (s *Service) Reservation(ctx context.Context, who Principal, id string) (Reservation, error) {
	r, err := s.ownReservation(ctx, who, id)
	return r.AsOf(s.now()), err
}

// ownReservation answers the stored reservation, if it is the principal's to see.
func (s *Service) ownReservation(ctx context.Context, who Principal, id string) (Reservation, error) {
	r, err := s.store.Reservation(ctx, id)
	if err != nil {
		return Reservation{}, err
	}
	if r.TenantID != who.ID && !who.Manages() {
		return Reservation{}, ReservationNotFound(id)
	}
	return r, nil
}

// ReservationNotFound is the refusal for a reservation that is not there, or not the caller's.
func ReservationNotFound(id string) *Error {
	return &Error{Code: NotFound, Field: "reservationId", Message: "there is no reservation " + id}
}

// ApartmentNotFound is the refusal for an apartment that is not there.
func ApartmentNotFound(id string) *Error {
	return &Error{Code: NotFound, Field: "apartmentId", Message: "there is no apartment " + id}
}

// Apartments answers a page. Refused with INVALID_INPUT.
func (s *Service) Apartments(ctx context.Context, q ApartmentQuery) (Page[Apartment], error) {
	switch {
	case q.City != "" && q.State == "":
		return Page[Apartment]{}, Invalid("filter.city", "a city needs its state: say filter { state city }")
	case q.MinPrice < 0 || q.MaxPrice < 0 || q.MaxPrice > 0 && q.MinPrice > q.MaxPrice:
		return Page[Apartment]{}, Invalid("filter.price", "the price range from %d to %d holds nothing", q.MinPrice, q.MaxPrice)
	case q.MinBedrooms < 0:
		return Page[Apartment]{}, Invalid("filter.minBedrooms", "at least %d bedrooms is no number of bedrooms", q.MinBedrooms)
	}
	if err := checkFirst(q.First); err != nil {
		return Page[Apartment]{}, err
	}
	if q.Order == "" {
		q.Order = ByNewest
	}
	return s.store.ListApartments(ctx, q)
}

// Reservations answers a page of the reservations that q asks for. Whoever does not
// manage sees their own only, whatever q says.
func (s *Service) Reservations(ctx context.Context, who Principal, q ReservationQuery) (Page[Reservation], error) {
	if !who.Manages() {
		q.TenantID = who.ID
	}
	if err := checkFirst(q.First); err != nil {
		return Page[Reservation]{}, err
	}
	return s.store.ListReservations(ctx, q)
}

func checkFirst(first int) error {
	if first < 1 || first > MaxPageSize {
		return Invalid("first", "first must be from 1 to %d, it is %d", MaxPageSize, first)
	}
	return nil
}

// ApartmentsByID and ReservationsByID serve lists that would otherwise ask per row.
func (s *Service) ApartmentsByID(ctx context.Context, ids []string) ([]Apartment, error) {
	return s.store.ApartmentsByID(ctx, ids)
}

// ReservationsByID answers those that exist and that the principal may see.
func (s *Service) ReservationsByID(ctx context.Context, who Principal, ids []string) ([]Reservation, error) {
	all, err := s.store.ReservationsByID(ctx, ids)
	mine := all[:0]
	for _, r := range all {
		if r.TenantID == who.ID || who.Manages() {
			mine = append(mine, r)
		}
	}
	return mine, err
}

// PollAfter is how long a client should wait before it asks for the reservation
// again: soon while something is about to happen, at the deadline while it is held,
// and not at all (0) once it has ended.
func PollAfter(r Reservation, now time.Time) time.Duration {
	const soon, seldom = 500 * time.Millisecond, 10 * time.Second
	switch {
	case r.Status == Confirming, r.Payment.authorized():
		return soon
	case r.Status == Held:
		return max(soon, min(seldom, r.HoldExpiresAt.Sub(now)))
	}
	return 0
}
