package booking

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// MaxKeyLength is the longest idempotency key, in bytes.
const MaxKeyLength = 200

// ReserveApartment places a hold for the principal and starts its execution. The
// hold is durable when it returns. The same key with the same apartment answers the
// same reservation, in its present state; with another one it is refused with
// IDEMPOTENCY_KEY_REUSED. Otherwise refused with NOT_FOUND, APARTMENT_NOT_VACANT or
// HOLD_LIMIT_REACHED.
func (s *Service) ReserveApartment(ctx context.Context, who Principal, apartmentID, key string) (Reservation, error) {
	idem, err := s.idempotency(who, "reserveApartment", key, apartmentID)
	if err != nil {
		return Reservation{}, err
	}
	id := s.newID(ReservationKind)
	idem.ResultID = id
	r, err := s.store.PlaceHold(ctx, PlaceHold{
		ApartmentID: apartmentID, ReservationID: id, TenantID: who.ID,
		Now: idem.At, Window: s.config.PaymentWindow, Limits: s.config.Limits, Idempotency: *idem,
	})
	if err != nil {
		return Reservation{}, err
	}
	return s.startWorkflow(ctx, r), nil
}

// idempotency checks the key and makes its record. The arguments stand in it as a
// digest, so a record is small and tells nothing.
func (s *Service) idempotency(who Principal, operation, key string, arguments ...string) (*Idempotency, error) {
	if key == "" || len(key) > MaxKeyLength {
		return nil, Invalid("idempotencyKey", "the idempotency key must have 1 to %d bytes, it has %d; make one per order, a UUID for instance, and send it again when you repeat the order", MaxKeyLength, len(key))
	}
	digest := sha256.Sum256([]byte(strings.Join(arguments, "\x00")))
	return &Idempotency{Principal: who.ID, Operation: operation, Key: key,
		Fingerprint: base64.RawURLEncoding.EncodeToString(digest[:12]), At: s.now()}, nil
}
