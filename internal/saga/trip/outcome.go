package trip

import (
	"fmt"
	"strings"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// Conclude: COMPENSATING → FAILED, if nothing of the trip stands any more; otherwise
// NEEDS_ATTENTION with the list of what does.
type Conclude struct {
	On
	// GaveUp says why compensations gave up, by the name of the step that they undo.
	GaveUp map[string]string
}

func (i Conclude) Decide(t Trip) (Trip, bool, error) {
	if err := t.undoable(); err != nil || t.Status == Failed || t.Status == NeedsAttention {
		return t, false, err
	}
	t.compensate(i.On, Failure{})
	t.NotUndone = t.remainder(i.GaveUp)
	t.EndedAt = i.Now
	if len(t.NotUndone) == 0 {
		t.Status = Failed
		t.record(TripFailed, i.On, 0, t.Failure.Error)
		return t, true, nil
	}
	t.Status = NeedsAttention
	steps := make([]string, len(t.NotUndone))
	for n, r := range t.NotUndone {
		steps[n] = r.Step
	}
	t.record(AttentionNeeded, i.On, 0, "not undone: "+strings.Join(steps, ", "))
	return t, true, nil
}

// remainder is what stands of the trip, in the order in which it is undone. A step whose
// compensation gave up counts as standing: it may have left something that the trip does
// not know of.
func (t Trip) remainder(gaveUp map[string]string) []Remainder {
	stands := []struct {
		step   string
		stands bool
	}{
		{TakePayment, !t.settled() || t.Payment != nil},
		{ReserveCarRental, t.CarRental != nil},
		{ReserveFlight, t.Flight != nil},
		{ReserveHotel, t.Hotel != nil},
	}
	var left []Remainder
	for _, s := range stands {
		reason, gave := gaveUp[s.step]
		if !s.stands && (!gave || t.Undone.Has(s.step)) {
			continue
		}
		if !gave {
			reason = "it was not undone"
		}
		left = append(left, Remainder{Step: s.step, Reason: reason})
	}
	return left
}

// Resume: NEEDS_ATTENTION → COMPENSATING, with a repair execution counted, which runs the
// compensations again. Of a trip that is COMPENSATING or FAILED it changes nothing.
type Resume struct{ On }

func (i Resume) Decide(t Trip) (Trip, bool, error) {
	switch t.Status {
	case Compensating, Failed:
		return t, false, nil
	case NeedsAttention:
	default:
		return t, false, booking.Refuse(booking.NothingToResume, "trip %s is %s; only one that NEEDS_ATTENTION is resumed", t.ID, t.Status)
	}
	t.Status, t.EndedAt = Compensating, time.Time{}
	t.Execution = t.Execution.Repaired(i.Now)
	t.record(TripResumed, i.On, 0, "")
	return t, true, nil
}

// MarkStarted notes that the trip's execution has been started.
type MarkStarted struct{ On }

func (i MarkStarted) Decide(t Trip) (Trip, bool, error) {
	if t.Execution.Started {
		return t, false, nil
	}
	t.Execution.Started = true
	return t, true, nil
}

// CountRepair counts a repair execution before it is started, so that each number is used
// once. Of a trip that has ended meanwhile, or was counted up to Number already, it
// changes nothing: somebody else has driven it.
type CountRepair struct {
	On
	Number int
}

func (i CountRepair) Decide(t Trip) (Trip, bool, error) {
	if t.Execution.Repairs >= i.Number || t.Status.Ended() {
		return t, false, nil
	}
	t.Execution = t.Execution.Repaired(i.Now)
	t.record(RepairStarted, i.On, 0, fmt.Sprintf("repair %d", i.Number))
	return t, true, nil
}
