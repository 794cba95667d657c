package booking

import (
	"context"
	"encoding/json"
	"strings"
)

// CreateApartment offers a new apartment. The same key answers the apartment made
// then. Refused with INVALID_INPUT, naming the field.
func (s *Service) CreateApartment(ctx context.Context, who Principal, l Listing, key string) (Apartment, error) {
	l.State = strings.ToUpper(l.State)
	if err := l.Validate(); err != nil {
		return Apartment{}, err
	}
	said, err := json.Marshal(l)
	if err != nil {
		return Apartment{}, err
	}
	idem, err := s.idempotency(who, "createApartment", key, string(said))
	if err != nil {
		return Apartment{}, err
	}
	a := Apartment{ID: s.newID(ApartmentKind), Listing: l, Status: Vacant, CreatedAt: idem.At, UpdatedAt: idem.At}
	idem.ResultID = a.ID
	return s.store.CreateApartment(ctx, a, idem)
}

// ChangeApartment applies a change that the caller made with Service.Now.
func (s *Service) ChangeApartment(ctx context.Context, c ApartmentChange) (Apartment, error) {
	return s.store.ChangeApartment(ctx, c)
}

// ImportApartments stores listings by their SourceID and answers for each whether it was
// new; after an error some may be stored, and asking again completes them. Every listing must be valid.
func (s *Service) ImportApartments(ctx context.Context, as []Apartment) ([]ImportOutcome, error) {
	now := s.now()
	for i := range as {
		if err := as[i].Validate(); err != nil {
			return nil, err
		}
		if as[i].SourceID == "" {
			return nil, Invalid("id", "an imported listing needs an id")
		}
		as[i].ID, as[i].Status, as[i].CreatedAt, as[i].UpdatedAt = s.newID(ApartmentKind), Vacant, now, now
	}
	return s.store.ImportApartments(ctx, as)
}

// OccupyApartment: the tenant has moved in. Refused with NOT_FOUND or APARTMENT_NOT_PAID.
func (s *Service) OccupyApartment(ctx context.Context, who Principal, apartmentID string) (Apartment, error) {
	return s.occupancy(ctx, apartmentID, Refuse(ApartmentNotPaid, "the apartment is with nobody; only a PAID one can be occupied"),
		func(r Reservation) Intention { return Occupy{On: s.on(r, who.ID)} })
}

// VacateApartment: the tenant has moved out. Refused with NOT_FOUND or APARTMENT_NOT_OCCUPIED.
func (s *Service) VacateApartment(ctx context.Context, who Principal, apartmentID string) (Apartment, error) {
	return s.occupancy(ctx, apartmentID, Refuse(ApartmentNotOccupied, "the apartment is with nobody; only an OCCUPIED one can be vacated"),
		func(r Reservation) Intention { return Vacate{On: s.on(r, who.ID)} })
}

func (s *Service) occupancy(ctx context.Context, apartmentID string, nobody *Error, order func(Reservation) Intention) (Apartment, error) {
	a, err := s.store.Apartment(ctx, apartmentID)
	if err != nil {
		return Apartment{}, err
	}
	if a.ReservationID == "" {
		return a, nobody
	}
	r, err := s.store.Reservation(ctx, a.ReservationID)
	if err != nil {
		return a, err
	}
	b, err := s.store.Apply(ctx, order(r), nil)
	if err != nil {
		return a, err
	}
	return b.Apartment, nil
}
