package sqlite

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vacancy/vacancy/internal/booking"
)

var times = rapid.Custom(func(t *rapid.T) time.Time {
	if rapid.Bool().Draw(t, "zero") {
		return time.Time{}
	}
	return time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "s"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns")).UTC()
})

var timelines = rapid.SliceOf(rapid.Custom(func(t *rapid.T) booking.TimelineEvent {
	return booking.TimelineEvent{Kind: booking.TimelineKind(rapid.String().Draw(t, "kind")), At: times.Draw(t, "at"),
		By: rapid.String().Draw(t, "by"), Amount: rapid.Int64().Draw(t, "amount"), Note: rapid.String().Draw(t, "note")}
}))

var payments = rapid.Custom(func(t *rapid.T) booking.Payment {
	return booking.Payment{ID: rapid.String().Draw(t, "id"), Attempt: rapid.Int().Draw(t, "attempt"),
		Status: booking.PaymentStatus(rapid.StringMatching("[A-Z]*").Draw(t, "status")),
		Amount: booking.Money{Amount: rapid.Int64().Draw(t, "amount"), Currency: rapid.StringMatching("[A-Z]{3}").Draw(t, "currency")},
		Method: rapid.String().Draw(t, "method"), GatewayRef: rapid.String().Draw(t, "ref"), DeclineCode: rapid.String().Draw(t, "code"),
		CreatedAt: times.Draw(t, "created"), AuthorizedAt: times.Draw(t, "authorized"), CapturedAt: times.Draw(t, "captured"), EndedAt: times.Draw(t, "ended")}
})

// What stands in the file is JSON to everybody, and reads back as it was, whether it was
// written here or, as by earlier releases, by encoding/json.
func TestTimelineAsJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := timelines.Draw(t, "timeline")
		theirs, err := json.Marshal(events)
		if err != nil {
			t.Fatal(err)
		}
		var want []booking.TimelineEvent
		if err := json.Unmarshal(theirs, &want); err != nil {
			t.Fatal(err)
		}
		ours := encodeTimeline(events)
		var read []booking.TimelineEvent
		if err := json.Unmarshal(ours, &read); err != nil || !reflect.DeepEqual(read, want) {
			t.Fatalf("encoding/json reads %s as %+v, %v, want %+v", ours, read, err, want)
		}
		for _, text := range []string{string(ours), string(theirs)} {
			if got, err := decodeTimeline(text); err != nil || !reflect.DeepEqual(got, want) {
				t.Fatalf("%s is read as %+v, %v, want %+v", text, got, err, want)
			}
		}
	})
}

func TestPaymentAsJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		payment := payments.Draw(t, "payment")
		theirs, err := json.Marshal(payment)
		if err != nil {
			t.Fatal(err)
		}
		var want booking.Payment
		if err := json.Unmarshal(theirs, &want); err != nil {
			t.Fatal(err)
		}
		ours := encodePayment(&payment)
		var read booking.Payment
		if err := json.Unmarshal(ours, &read); err != nil || !reflect.DeepEqual(read, want) {
			t.Fatalf("encoding/json reads %s as %+v, %v, want %+v", ours, read, err, want)
		}
		for _, text := range []string{string(ours), string(theirs)} {
			if got, err := decodePayment(text); err != nil || !reflect.DeepEqual(*got, want) {
				t.Fatalf("%s is read as %+v, %v, want %+v", text, got, err, want)
			}
		}
	})
}

// What is damaged is an error, not an empty timeline.
func TestDamagedJSON(t *testing.T) {
	for _, text := range []string{``, `[`, `[{"kind":"HOLD_PLACED"`, `[{"at":"yesterday"}]`, `[] `[:1], `{}`, `[{"kind":"A"}]x`, `[{"amount":1.5}]`} {
		if events, err := decodeTimeline(text); err == nil {
			t.Errorf("the timeline %q is read as %+v", text, events)
		}
	}
	for _, text := range []string{`{`, `{"ID":1}`, `[]`, `{"Amount":{"amount":"1"}}`, `{"ID":"p"}{`} {
		if payment, err := decodePayment(text); err == nil {
			t.Errorf("the payment %q is read as %+v", text, payment)
		}
	}
}
