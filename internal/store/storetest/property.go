package storetest

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"github.com/vacancy/vacancy/internal/booking"
)

var propertyTests = []test{
	{"Property/AsTheModel", func(s *suite) {
		rapid.Check(s.T, func(t *rapid.T) {
			w := &walk{suite: s, t: t, model: newModel(), now: begin}
			for range 2 {
				a := s.offer()
				w.apartments = append(w.apartments, a.ID)
				w.model.apartments[a.ID] = &modelApartment{status: booking.Vacant}
			}
			t.Repeat(map[string]func(*rapid.T){
				"place":  w.place,
				"apply":  w.apply,
				"manage": w.manage,
				"wait":   w.wait,
				"":       w.check,
			})
		})
	}},
}

// walk drives a store and the model through the same steps.
type walk struct {
	*suite
	t            *rapid.T
	model        *model
	now          time.Time
	apartments   []string
	reservations []string
	keys         []string
}

var walkIntentions = []string{"begin", "authorize", "decline", "claim", "capture", "confirm", "expire", "cancel", "fail", "failCapture",
	"extend", "void", "refund", "occupy", "vacate", "refundOrder", "token", "repair"}

// happy leads a booking on; drawn more often, it gets walks to the far states.
var happy = []string{"begin", "authorize", "claim", "capture", "confirm", "occupy", "vacate"}

func (w *walk) place(t *rapid.T) {
	p := w.hold(rapid.SampledFrom(w.apartments).Draw(t, "apartment"), w.now)
	if len(w.keys) > 0 && rapid.IntRange(0, 3).Draw(t, "reuse") == 0 {
		p.Idempotency.Key = rapid.SampledFrom(w.keys).Draw(t, "key")
	}
	want, code := w.model.place(p.ApartmentID, p.ReservationID, p.Idempotency.Key, w.now)
	got, err := w.store.PlaceHold(w.Context(), p)
	if booking.CodeOf(err) != code || (err != nil) != (code != "") {
		t.Fatalf("PlaceHold on %s under %s = %v, want %q", p.ApartmentID, p.Idempotency.Key, err, code)
	}
	if got.ID != want {
		t.Fatalf("PlaceHold under %s answers %q, want %q", p.Idempotency.Key, got.ID, want)
	}
	if want == p.ReservationID {
		w.reservations = append(w.reservations, want)
		w.keys = append(w.keys, p.Idempotency.Key)
	}
}

func (w *walk) apply(t *rapid.T) {
	if len(w.reservations) == 0 {
		t.Skip("nothing reserved yet")
	}
	id := w.reservations[len(w.reservations)-1]
	if rapid.IntRange(0, 3).Draw(t, "older") == 0 {
		id = rapid.SampledFrom(w.reservations).Draw(t, "reservation")
	}
	names := walkIntentions
	if rapid.Bool().Draw(t, "happy") {
		names = happy
	}
	name := rapid.SampledFrom(names).Draw(t, "intention")
	at := booking.On{ReservationID: id, Epoch: w.model.reservations[id].epoch, Now: w.now, By: "tenant"}
	if rapid.IntRange(0, 9).Draw(t, "stale") == 0 {
		at.Epoch++
	}
	w.step(t, name, at)
}

// fataler is a *testing.T or a *rapid.T.
type fataler interface{ Fatalf(string, ...any) }

// step applies an intention to both and compares the answers.
func (w *walk) step(t fataler, name string, at booking.On) {
	code := w.model.apply(name, at.ReservationID, at.Epoch, at.Now)
	b, err := w.store.Apply(w.Context(), intend(name, at), nil)
	if booking.CodeOf(err) != code || (err != nil) != (code != "") {
		t.Fatalf("%s on %s (epoch %d, %s) at %s = %v, want %q", name, at.ReservationID, at.Epoch,
			w.model.reservations[at.ReservationID].status, at.Now.Sub(begin), err, code)
	}
	if err == nil && b.Reservation.ID != at.ReservationID {
		t.Fatalf("%s on %s answers %q", name, at.ReservationID, b.Reservation.ID)
	}
}

func (w *walk) manage(t *rapid.T) {
	id := rapid.SampledFrom(w.apartments).Draw(t, "apartment")
	name := rapid.SampledFrom([]string{"withdraw", "relist"}).Draw(t, "change")
	change := booking.ApartmentChange(booking.Relist{ApartmentID: id, Now: w.now})
	if name == "withdraw" {
		change = booking.Withdraw{ApartmentID: id, Now: w.now}
	}
	code := w.model.change(name, id)
	if _, err := w.store.ChangeApartment(w.Context(), change); booking.CodeOf(err) != code || (err != nil) != (code != "") {
		t.Fatalf("%s %s = %v, want %q", name, id, err, code)
	}
}

func (w *walk) wait(t *rapid.T) {
	w.now = w.now.Add(rapid.SampledFrom([]time.Duration{1, window / 3, window - 1, window}).Draw(t, "pause"))
}

// check compares all that is stored with the model, and holds it to the invariants.
// What the model knows was acknowledged, so nothing of it may be lost (invariant 4).
func (w *walk) check(t *rapid.T) {
	if complaint := w.compare(); complaint != "" {
		t.Fatal(complaint)
	}
}

func (w *walk) compare() string {
	live := map[string]string{}
	for _, id := range w.reservations {
		b := w.both(id)
		r, a := modelOf(b)
		if want := w.model.reservations[id]; r != *want {
			return fmt.Sprintf("reservation %s is stored as %+v, want %+v", id, r, *want)
		}
		if want := w.model.apartments[r.apartment]; a != *want {
			return fmt.Sprintf("apartment %s is stored as %+v, want %+v", r.apartment, a, *want)
		}
		for _, complaint := range broken(b) {
			return id + ": " + complaint
		}
		if r.status.Live() {
			if other := live[r.apartment]; other != "" {
				return fmt.Sprintf("invariant 1: apartment %s has the live holds %s and %s", r.apartment, other, id)
			}
			live[r.apartment] = id
		}
	}
	return ""
}
