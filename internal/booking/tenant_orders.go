package booking

import "context"

// ExtendHold moves the hold's deadline by a payment window from now. The same key
// answers the reservation as it then is. Refused with NOT_FOUND, HOLD_EXPIRED,
// RESERVATION_NOT_HELD or EXTENSION_LIMIT_REACHED.
func (s *Service) ExtendHold(ctx context.Context, who Principal, id, key string) (Reservation, error) {
	idem, err := s.idempotency(who, "extendHold", key, id)
	if err != nil {
		return Reservation{}, err
	}
	idem.ResultID = id
	r, err := s.ownReservation(ctx, who, id)
	if err != nil {
		return Reservation{}, err
	}
	b, err := s.store.Apply(ctx, ExtendHold{On: s.on(r, who.ID), MaxExtensions: s.config.MaxExtensions, MaxWindows: s.config.MaxWindows}, idem)
	if err != nil {
		return r, err
	}
	s.wake(ctx, b.Reservation)
	return b.Reservation, nil
}

// CancelReservation frees the apartment at once; the execution returns the money.
// Cancelling a CANCELLED reservation succeeds. Refused with NOT_FOUND or
// RESERVATION_NOT_HELD.
func (s *Service) CancelReservation(ctx context.Context, who Principal, id string) (Reservation, error) {
	r, err := s.ownReservation(ctx, who, id)
	if err != nil {
		return Reservation{}, err
	}
	b, err := s.store.Apply(ctx, ReleaseHold{On: s.on(r, who.ID), Reason: ReleaseCancelled}, nil)
	if err != nil {
		return r, err
	}
	s.wake(ctx, b.Reservation) // by a token that may have come since it was read
	return b.Reservation, nil
}
