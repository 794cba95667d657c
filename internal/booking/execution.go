package booking

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// AskAtDeadline is how long the gateway is given to say, at the deadline, what
// became of a payment that is PENDING (design, 10.8).
const AskAtDeadline = 3 * time.Second

// Reading is what an execution learns from the store: facts, on which its Choice decides.
type Reading struct {
	ReservationID string            `json:"reservationId"`
	ApartmentID   string            `json:"apartmentId"`
	TenantID      string            `json:"tenantId"`
	Epoch         int64             `json:"epoch"`
	Status        ReservationStatus `json:"status"`
	PaymentStatus PaymentStatus     `json:"paymentStatus"` // NONE before there is a payment
	GatewayRef    string            `json:"gatewayRef"`    // the gateway's id of the payment; "" before it is known
	// SecondsLeft is what is left of the window, rounded up; 0 once it has passed.
	SecondsLeft int64 `json:"secondsLeft"`
	// TimeoutSeconds is SecondsLeft, but at least 1: what a state may wait.
	TimeoutSeconds int64 `json:"timeoutSeconds"`
}

// NoPayment is Reading.PaymentStatus before there is one.
const NoPayment PaymentStatus = "NONE"

func read(r Reservation, now time.Time) Reading {
	reading := Reading{ReservationID: r.ID, ApartmentID: r.ApartmentID, TenantID: r.TenantID,
		Epoch: r.Epoch, Status: r.Status, PaymentStatus: NoPayment}
	if r.Payment != nil {
		reading.PaymentStatus, reading.GatewayRef = r.Payment.Status, r.Payment.GatewayRef
	}
	if left := r.HoldExpiresAt.Sub(now); left > 0 {
		reading.SecondsLeft = int64((left + time.Second - 1) / time.Second)
	}
	reading.TimeoutSeconds = max(1, reading.SecondsLeft)
	return reading
}

// RequestPayment makes the reservation's payment in the store, where the hold has not done
// so, and then with the gateway. For a reservation that can no longer be paid for it only
// reads: what to do then is the Choice's to say.
func (s *Service) RequestPayment(ctx context.Context, in ExecutionInput) (Reading, error) {
	r, err := s.begunPayment(ctx, BeginPayment{On: On{ReservationID: in.ReservationID, Epoch: in.Epoch, Now: s.now(), By: BySystem}})
	if code := CodeOf(err); code == HoldExpired || code == ReservationNotHeld {
		r, err = s.store.Reservation(ctx, in.ReservationID)
		return read(r, s.now()), err
	}
	if err != nil {
		return Reading{}, err
	}
	reading := read(r, s.now())
	if reading.PaymentStatus == Pending {
		reading.GatewayRef, err = s.gatewayRef(ctx, r)
	}
	return reading, err
}

// begunPayment answers the reservation with its payment begun. A read is enough where it was
// begun with the hold: nothing follows from it that does not hold when it ends a moment later.
func (s *Service) begunPayment(ctx context.Context, begin BeginPayment) (Reservation, error) {
	r, err := s.store.Reservation(ctx, begin.ReservationID)
	if err != nil {
		return Reservation{}, err
	}
	if _, changes, err := begin.Decide(Booking{Reservation: r}); err == nil && !changes {
		return r, nil
	}
	return s.apply(ctx, begin)
}

// AwaitPayment stores the token by which the execution is woken, and the gateway's id
// of the payment, and then looks: what happened before the token was there is not
// missed. There is nothing to wait for when a payment is authorized, the hold has
// ended or its deadline passed.
func (s *Service) AwaitPayment(ctx context.Context, in ExecutionInput, token, gatewayRef string) error {
	now := s.now()
	r, err := s.apply(ctx, StoreTaskToken{Token: token, GatewayRef: gatewayRef,
		On: On{ReservationID: in.ReservationID, Epoch: in.Epoch, Now: now, By: BySystem}})
	if err != nil {
		return err
	}
	if r.Status == Held && r.Epoch == in.Epoch && !r.Payment.authorized() && now.Before(r.HoldExpiresAt) {
		return nil
	}
	if err := s.workflow.Wake(ctx, token, nil); err != nil && !errors.Is(err, ErrNobodyWaits) {
		return err
	}
	return nil
}

// ReadReservation answers what the store says. At the deadline it asks the gateway
// about a payment whose outcome is not known: one authorized in time is honoured.
func (s *Service) ReadReservation(ctx context.Context, in ExecutionInput) (Reading, error) {
	r, err := s.store.Reservation(ctx, in.ReservationID)
	if err != nil {
		return Reading{}, err
	}
	now := s.now()
	if r.Lapsed(now) && r.Epoch == in.Epoch {
		if r, err = s.askAtDeadline(ctx, r); err != nil {
			return Reading{}, err
		}
	}
	return read(r, now), nil
}

// askAtDeadline settles a PENDING payment that the tenant has begun, if the gateway
// says in time what became of it. Its silence is no error: the hold then lapses,
// and what may have been authorized is returned.
func (s *Service) askAtDeadline(ctx context.Context, r Reservation) (Reservation, error) {
	p := r.Payment
	if p == nil || p.Status != Pending || p.Method == "" {
		return r, nil
	}
	asking, cancel := context.WithTimeout(ctx, AskAtDeadline)
	defer cancel()
	ref, err := s.gatewayRef(asking, r)
	var answer GatewayPayment
	if err == nil {
		answer, err = s.gateway.Lookup(asking, ref)
	}
	if err != nil {
		s.log.WarnContext(ctx, "the gateway did not say at the deadline what became of a payment", "reservation", r.ID, "error", err)
		return r, nil
	}
	var decision Intention
	switch {
	case answer.Status == Authorized && !answer.AuthorizedAt.IsZero():
		decision = AuthorizePayment{On: s.on(r, BySystem), PaymentID: p.ID, GatewayRef: ref, Authorization: answer}
	case answer.Status == Declined:
		decision = DeclinePayment{On: s.on(r, BySystem), PaymentID: p.ID, DeclineCode: answer.DeclineCode}
	default:
		return r, nil
	}
	settled, err := s.apply(ctx, decision)
	if CodeOf(err) != "" {
		return s.store.Reservation(ctx, r.ID)
	}
	return settled, err
}

// CapturePayment claims the reservation and captures its payment. Errors:
// ErrGatewayUnknown when the outcome is not known (asking again under the same key
// is safe), ErrGatewayRefused when the gateway will not capture, and refusals of the
// store when there is nothing to capture.
func (s *Service) CapturePayment(ctx context.Context, in ExecutionInput) (Reading, error) {
	on := On{ReservationID: in.ReservationID, Epoch: in.Epoch, Now: s.now(), By: BySystem}
	r, err := s.apply(ctx, ClaimForCapture{On: on})
	if err != nil {
		return Reading{}, err
	}
	if r.Payment.Status != Authorized {
		return read(r, s.now()), nil
	}
	return s.capture(ctx, r, gatewayKey(*r.Payment, "capture"))
}

func (s *Service) capture(ctx context.Context, r Reservation, key string) (Reading, error) {
	ref, err := s.gatewayRef(ctx, r)
	if err != nil {
		return Reading{}, err
	}
	if _, err := s.gateway.Capture(ctx, ref, key); err != nil {
		return Reading{}, err
	}
	r, err = s.apply(ctx, RecordCapture{On: s.on(r, BySystem)})
	return read(r, s.now()), err
}

// CaptureOutcome is what became of a capture.
type CaptureOutcome string

const (
	CaptureDone   CaptureOutcome = "CAPTURED"
	CaptureFailed CaptureOutcome = "NOT_CAPTURED" // and it will not be
)

// ResolveCapture asks the gateway what became of a capture that did not answer or
// was refused. A refused one that the gateway holds as authorized will not be
// captured; one without an answer is tried once more, under a new key, now that a
// lookup has shown that nothing happened (design, 10.7). As long as the gateway does not
// say, it answers ErrGatewayUnknown.
func (s *Service) ResolveCapture(ctx context.Context, in ExecutionInput, refused bool) (CaptureOutcome, error) {
	r, err := s.store.Reservation(ctx, in.ReservationID)
	if err != nil {
		return "", err
	}
	if r.Payment == nil || r.Status != Confirming || r.Epoch != in.Epoch {
		if r.Status == ReservationPaid {
			return CaptureDone, nil
		}
		return CaptureFailed, nil
	}
	ref, err := s.gatewayRef(ctx, r)
	if err != nil {
		return "", err
	}
	answer, err := s.gateway.Lookup(ctx, ref)
	if err != nil {
		return "", err
	}
	if answer.Status == Authorized && !refused {
		switch _, err := s.gateway.Capture(ctx, ref, s.keyAfterLookup(*r.Payment, "capture-again", r.Payment.AuthorizedAt, keyLifetime)); {
		case err == nil:
			return CaptureDone, nil
		case !errors.Is(err, ErrGatewayRefused):
			return "", err
		}
	}
	if answer.Status == Captured {
		return CaptureDone, nil
	}
	return CaptureFailed, nil
}

// RecordCapture writes down that the gateway has captured.
func (s *Service) RecordCapture(ctx context.Context, in ExecutionInput) (Reading, error) {
	r, err := s.apply(ctx, RecordCapture{On: On{ReservationID: in.ReservationID, Epoch: in.Epoch, Now: s.now(), By: BySystem}})
	return read(r, s.now()), err
}

// MarkApartmentPaid confirms the reservation: it and the apartment are PAID.
func (s *Service) MarkApartmentPaid(ctx context.Context, in ExecutionInput) (Reading, error) {
	r, err := s.apply(ctx, ConfirmReservation{On: On{ReservationID: in.ReservationID, Epoch: in.Epoch, Now: s.now(), By: BySystem}})
	return read(r, s.now()), err
}

// Release says why an execution releases its hold.
type Release struct {
	ExecutionInput
	// Failure is the error that led here; empty when the window just closed unpaid.
	Failure string
	// CaptureFailed: the gateway is known not to have captured.
	CaptureFailed bool
}

// ErrHoldStillLive: the hold was paid for, extended or is being captured, and may
// not be released; read again and decide again.
var ErrHoldStillLive = errors.New("the hold is still live")

// ReleaseHold ends the hold if it has not ended yet, as EXPIRED or, after a failure,
// as FAILED, and answers what the store then says. ErrHoldStillLive when the store says
// that it may not end.
func (s *Service) ReleaseHold(ctx context.Context, in Release) (Reading, error) {
	intention := ReleaseHold{
		On:     On{ReservationID: in.ReservationID, Epoch: in.Epoch, Now: s.now(), By: BySystem},
		Reason: ReleaseExpired, CaptureFailed: in.CaptureFailed, Note: in.Failure,
	}
	if in.Failure != "" || in.CaptureFailed {
		intention.Reason = ReleaseFailed
	}
	r, err := s.apply(ctx, intention)
	if code := CodeOf(err); code == ReservationNotHeld || code == HoldExpired {
		return Reading{}, fmt.Errorf("%w: %w", ErrHoldStillLive, err)
	}
	return read(r, s.now()), err
}
