package booking

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"testing"
	"time"
)

// storingMeanwhile is a store of one reservation, whose execution stores its token just after
// the reservation was read.
type storingMeanwhile struct {
	Store
	t       *testing.T
	booking Booking
}

func (s *storingMeanwhile) Reservation(context.Context, string) (Reservation, error) {
	read := s.booking.Reservation
	s.apply(StoreTaskToken{On: On{ReservationID: read.ID, Epoch: read.Epoch, Now: placedAt}, Token: "the token"})
	return read, nil
}

func (s *storingMeanwhile) Apply(_ context.Context, i Intention, _ *Idempotency) (Booking, error) {
	s.apply(i)
	return s.booking, nil
}

func (s *storingMeanwhile) apply(i Intention) {
	next, _, err := i.Decide(s.booking)
	if err != nil {
		s.t.Error(err)
	}
	s.booking = next
}

// woken notes the tokens by which executions are woken.
type woken struct {
	Workflow
	tokens []string
}

func (w *woken) Wake(_ context.Context, token string, _ json.RawMessage) error {
	w.tokens = append(w.tokens, token)
	return nil
}

// An execution that began to wait while its hold was being cancelled is woken, and does not
// keep the tenant's money until the deadline.
func TestCancellingWakesAnExecutionThatHasJustBegunToWait(t *testing.T) {
	store, workflow := &storingMeanwhile{t: t, booking: placedBooking(t)}, new(woken)
	s := NewService(store, nil, workflow, func() time.Time { return placedAt }, nil, DefaultConfig(), slog.New(slog.DiscardHandler))
	if r, err := s.CancelReservation(t.Context(), Principal{ID: "t", Role: Tenant}, "r"); err != nil || r.Status != Cancelled {
		t.Fatalf("%s, %v", r.Status, err)
	}
	if !slices.Equal(workflow.tokens, []string{"the token"}) {
		t.Errorf("woken by %q", workflow.tokens)
	}
}
