package sqlite

import (
	"fmt"
	"time"

	// Every transition reads and writes JSON in the writer's goroutine: encoding/json's takes
	// twice the time.
	"github.com/segmentio/encoding/json"

	"github.com/vacancy/vacancy/internal/booking"
)

// What a reservation was placed with follows from its other columns (booking.Reservation.AsPlaced).
// Its columns payment and timeline have what has become of that: NULL and '' as long as it
// is the same, and of a payment what differs. Most holds are written twice and read more often
// before anything else becomes of them.

// evolvedPayment is a payment without what it was placed with. Names are those of
// booking.Payment, under which releases before wrote all of it.
type evolvedPayment struct {
	ID           string                `json:",omitempty"`
	Attempt      int                   `json:",omitempty"`
	Status       booking.PaymentStatus `json:",omitempty"`
	Amount       *booking.Money        `json:",omitempty"`
	Method       string                `json:",omitempty"`
	GatewayRef   string                `json:",omitempty"`
	DeclineCode  string                `json:",omitempty"`
	CreatedAt    *time.Time            `json:",omitempty"`
	AuthorizedAt *time.Time            `json:",omitempty"`
	CapturedAt   *time.Time            `json:",omitempty"`
	EndedAt      *time.Time            `json:",omitempty"`
}

// writeEvolved answers the columns payment and timeline.
func writeEvolved(r booking.Reservation) (payment, timeline []byte, err error) {
	samePayment, sameTimeline := r.IsAsPlaced()
	if !sameTimeline {
		if timeline, err = json.Marshal(r.Timeline); err != nil {
			return nil, nil, err
		}
	}
	if samePayment || r.Payment == nil {
		return nil, timeline, nil
	}
	was := r.AsPlaced().Payment
	if was == nil {
		was = new(booking.Payment)
	}
	payment, err = json.Marshal(evolved(was, r.Payment))
	return payment, timeline, err
}

func evolved(was, is *booking.Payment) (e evolvedPayment) {
	if is.ID != was.ID {
		e.ID = is.ID
	}
	if is.Attempt != was.Attempt {
		e.Attempt = is.Attempt
	}
	if is.Status != was.Status {
		e.Status = is.Status
	}
	if is.Amount != was.Amount {
		e.Amount = &is.Amount
	}
	e.Method, e.GatewayRef, e.DeclineCode = is.Method, is.GatewayRef, is.DeclineCode // placed with none
	for _, t := range []struct {
		to      **time.Time
		was, is *time.Time
	}{
		{&e.CreatedAt, &was.CreatedAt, &is.CreatedAt}, {&e.AuthorizedAt, &was.AuthorizedAt, &is.AuthorizedAt},
		{&e.CapturedAt, &was.CapturedAt, &is.CapturedAt}, {&e.EndedAt, &was.EndedAt, &is.EndedAt},
	} {
		if !t.is.Equal(*t.was) {
			*t.to = t.is
		}
	}
	return e
}

// readEvolved answers payment and timeline of a reservation whose other columns have been read.
// paid: it has a payment.
func readEvolved(r booking.Reservation, paid bool, payment, timeline string) (*booking.Payment, []booking.TimelineEvent, error) {
	placed := r.AsPlaced()
	if paid && placed.Payment == nil {
		placed.Payment = new(booking.Payment)
	}
	if !paid {
		placed.Payment = nil
	}
	if payment != "" {
		if err := json.Unmarshal([]byte(payment), placed.Payment); err != nil {
			return nil, nil, fmt.Errorf("payment of reservation %s: %w", r.ID, err)
		}
	}
	if timeline != "" {
		placed.Timeline = nil
		if err := json.Unmarshal([]byte(timeline), &placed.Timeline); err != nil {
			return nil, nil, fmt.Errorf("timeline of reservation %s: %w", r.ID, err)
		}
	}
	return placed.Payment, placed.Timeline, nil
}
