package booking

import "time"

// Booking is what one intention reads and writes: a reservation and, where the
// intention asks for it, its apartment.
type Booking struct {
	Reservation Reservation
	// Apartment is filled, and written back, only for intentions whose
	// NeedsApartment is true.
	Apartment Apartment
}

// Intention is one change to a reservation with its preconditions. Decide is
// pure. It answers
//   - (next, true, nil): write next, all of it or nothing;
//   - (same, false, nil): the effect is there already for the same reservation,
//     epoch and payment; nothing is written (design, 10.4);
//   - (_, false, *Error): it may not be done; nothing is written.
//
// A store applies it to what it reads in the transaction that writes the answer,
// or writes under the condition that nothing it read has changed.
type Intention interface {
	Reservation() string // the id of the reservation it is about
	NeedsApartment() bool
	Decide(Booking) (next Booking, changed bool, err error)
}

// On says what an intention is about, when and by whom: the part that all share.
type On struct {
	ReservationID string
	Epoch         int64     // 0: whichever it has (an order of the tenant's, who knows no epoch)
	Now           time.Time // the one `now` of this decision, UTC
	By            string    // principal, or BySystem
}

// Reservation answers the reservation's id.
func (o On) Reservation() string { return o.ReservationID }

// NeedsApartment is false unless an intention says otherwise.
func (o On) NeedsApartment() bool { return false }

// stale reports whether the intention speaks for another hold than r's.
func (o On) stale(r Reservation) bool { return o.Epoch != 0 && o.Epoch != r.Epoch }

// record appends to the timeline without touching the slice that was read.
func (r *Reservation) record(kind TimelineKind, at time.Time, by string, amount int64, note string) {
	timeline := make([]TimelineEvent, len(r.Timeline), len(r.Timeline)+1)
	copy(timeline, r.Timeline)
	r.Timeline = append(timeline, TimelineEvent{Kind: kind, At: at, By: by, Amount: amount, Note: note})
}

// withPayment answers a copy of the payment to change; stores and callers keep
// the one they read.
func (r *Reservation) withPayment() *Payment {
	p := *r.Payment
	r.Payment = &p
	return r.Payment
}
