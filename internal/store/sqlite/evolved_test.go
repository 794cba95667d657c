package sqlite

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/segmentio/encoding/json"

	"github.com/vacancy/vacancy/internal/booking"
)

func placed(trip string) booking.Reservation {
	at := time.Date(2026, 3, 1, 12, 0, 0, 1, time.UTC)
	return booking.Reservation{ID: "res_1", TenantID: "ann", TripID: trip, Status: booking.Held, PlacedAt: at,
		Price: booking.Money{Amount: 79050, Currency: "USD"}}.AsPlaced()
}

// TestWhatBecomesOfAPaymentIsKept: whichever field of a payment differs from what it was placed with,
// and whatever has happened since, is read as it was written.
func TestWhatBecomesOfAPaymentIsKept(t *testing.T) {
	keep := func(what string, r booking.Reservation) {
		t.Helper()
		payment, timeline, err := writeEvolved(r)
		if err != nil {
			t.Fatal(err)
		}
		read := r
		read.Payment, read.Timeline, err = readEvolved(r, r.Payment != nil, string(payment), string(timeline))
		if diff := cmp.Diff(r, read); err != nil || diff != "" {
			t.Errorf("%s: payment %s, timeline %s: %v\n%s", what, payment, timeline, err, diff)
		}
	}
	for _, trip := range []string{"", "trip_1"} {
		r := placed(trip)
		keep("as placed", r)
		r.Payment = nil
		keep("without a payment", r)
		r.Timeline = append(r.Timeline, booking.TimelineEvent{Kind: booking.RepairStarted, At: r.PlacedAt, By: "system", Note: "why"})
		keep("something happened", r)
		r.Timeline = r.Timeline[:1]
		keep("the payment was never asked for", r)
		for i := range reflect.TypeFor[booking.Payment]().NumField() {
			r := placed(trip)
			other := booking.Payment{}
			if r.Payment != nil {
				other = *r.Payment
			}
			differ(t, reflect.ValueOf(&other).Elem().Field(i))
			r.Payment = &other
			keep(reflect.TypeFor[booking.Payment]().Field(i).Name, r)
		}
	}
}

func differ(t *testing.T, v reflect.Value) {
	t.Helper()
	switch was := v.Addr().Interface().(type) {
	case *time.Time:
		*was = time.Date(2026, 3, 1, 12, 0, 0, 2, time.UTC)
	case *booking.Money:
		*was = booking.Money{Amount: was.Amount + 1, Currency: "EUR"}
	case *int:
		*was += 2
	default:
		if v.Kind() != reflect.String {
			t.Fatalf("there is no other %s known here", v.Type())
		}
		v.SetString("other")
	}
}

// TestRowsOfEarlierReleases: these wrote the whole payment and the whole timeline, and none of a
// payment that had not begun. They are read as they are, and written over.
func TestRowsOfEarlierReleases(t *testing.T) {
	begun := placed("")
	begun.Payment.CreatedAt = begun.PlacedAt.Add(time.Second)
	begun.Timeline[1].At = begun.Payment.CreatedAt
	paid := placed("")
	paid.Payment.Status, paid.Payment.Method, paid.Payment.GatewayRef = booking.Captured, "pm_ok", "sim_1"
	paid.Payment.AuthorizedAt, paid.Payment.CapturedAt = paid.PlacedAt.Add(time.Minute), paid.PlacedAt.Add(time.Hour)
	for name, r := range map[string]booking.Reservation{"begun": begun, "paid": paid, "as holds begin today": placed("")} {
		payment, err := json.Marshal(r.Payment)
		if err != nil {
			t.Fatal(err)
		}
		timeline, err := json.Marshal(r.Timeline)
		if err != nil {
			t.Fatal(err)
		}
		read := r
		read.Payment, read.Timeline, err = readEvolved(r, true, string(payment), string(timeline))
		if diff := cmp.Diff(r, read); err != nil || diff != "" {
			t.Errorf("%s: %s: %v\n%s", name, payment, err, diff)
		}
	}

	waiting := placed("")
	waiting.Payment, waiting.Timeline = nil, waiting.Timeline[:1]
	timeline, err := json.Marshal(waiting.Timeline)
	if err != nil {
		t.Fatal(err)
	}
	payment, events, err := readEvolved(waiting, false, "", string(timeline))
	if err != nil || payment != nil || !cmp.Equal(events, waiting.Timeline) {
		t.Errorf("a hold whose payment had not begun = %+v, %+v, %v", payment, events, err)
	}
}

func TestDamagedColumns(t *testing.T) {
	for _, c := range [][2]string{{"{", ""}, {"", "["}, {`{"Attempt":"x"}`, ""}} {
		if p, events, err := readEvolved(placed(""), true, c[0], c[1]); err == nil {
			t.Errorf("payment %q, timeline %q = %+v, %+v", c[0], c[1], p, events)
		}
	}
}
