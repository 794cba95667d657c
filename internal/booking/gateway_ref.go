package booking

import (
	"context"
	"errors"
	"strconv"
	"time"
)

// gatewayRef answers the gateway's id for the reservation's payment. One that never
// arrived is learnt by repeating the create under its key, which makes no second one.
//
// A gateway stores its failures under the key too, and forgets keys after a day: then it is
// asked whether it made anything, and when it did not, the create is repeated under a new
// key (docs/adr/0009). Should the first call arrive after all, its payment is one that
// nobody was ever shown, and so nobody can pay.
func (s *Service) gatewayRef(ctx context.Context, r Reservation) (string, error) {
	p := *r.Payment
	if p.GatewayRef != "" {
		return p.GatewayRef, nil
	}
	if s.now().Sub(p.CreatedAt) < keyPruned {
		created, err := s.gateway.Create(ctx, p, r.ID, gatewayKey(p, "create"))
		if !errors.Is(err, ErrGatewayUnknown) || ctx.Err() != nil {
			return created.Ref, err
		}
	}
	found, err := s.gateway.Find(ctx, p, r.ID)
	if !errors.Is(err, ErrNotAtGateway) {
		return found.Ref, err
	}
	created, err := s.gateway.Create(ctx, p, r.ID, s.keyAfterLookup(p, "create-again", p.CreatedAt, holdKeyLifetime))
	return created.Ref, err
}

// withGatewayRef answers the reservation with the gateway's id of its payment, stored:
// whatever is paid from here on is found again by it.
func (s *Service) withGatewayRef(ctx context.Context, r Reservation) (Reservation, error) {
	if r.Payment.GatewayRef != "" {
		return r, nil
	}
	ref, err := s.gatewayRef(ctx, r)
	if err != nil {
		return r, err
	}
	return s.apply(ctx, StoreGatewayRef{On: s.on(r, BySystem), PaymentID: r.Payment.ID, GatewayRef: ref})
}

// gatewayKey makes the key of one operation on one payment.
func gatewayKey(p Payment, operation string) string { return p.ID + ":" + operation }

const (
	// keyLifetime is how long an operation that a lookup precedes is repeated under one
	// key. A gateway stores its failures under the key too and would answer them for ever;
	// a lookup that shows that nothing has happened permits a new one (design, 10.7).
	keyLifetime = 15 * time.Minute
	// holdKeyLifetime is that of what a tenant waits for while the hold runs, and of which
	// a second one does no harm: the gateway authorizes an object once.
	holdKeyLifetime = 30 * time.Second
	// keyPruned is the age from which a gateway may have forgotten a key, and would do the
	// operation again: Stripe keeps them for 24 hours.
	keyPruned = 23 * time.Hour
)

// keyAfterLookup makes the key of an operation that a lookup has just shown not to have
// happened: another one each lifetime after since.
func (s *Service) keyAfterLookup(p Payment, operation string, since time.Time, lifetime time.Duration) string {
	if n := int(s.now().Sub(since) / lifetime); n > 0 {
		operation += "-" + strconv.Itoa(n+1)
	}
	return gatewayKey(p, operation)
}
