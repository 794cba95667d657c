package booking

import (
	"reflect"
	"testing"
	"time"
)

// TestTheFirstPaymentBeginsWithTheHold: an execution asks the gateway for a payment that is on
// record already, and the timeline tells of both at the moment of placing. A trip's lodging is
// paid for with the trip.
func TestTheFirstPaymentBeginsWithTheHold(t *testing.T) {
	price := Money{Amount: 79000, Currency: "USD"}
	first := &Payment{ID: "r-p1", Attempt: 1, Status: Pending, Amount: price, CreatedAt: placedAt}
	held := TimelineEvent{Kind: HoldPlaced, At: placedAt, By: "t"}
	for trip, want := range map[string]struct {
		payment  *Payment
		timeline []TimelineEvent
	}{
		"":       {first, []TimelineEvent{held, {Kind: PaymentRequested, At: placedAt, By: BySystem, Amount: 79000}}},
		"trip_1": {nil, []TimelineEvent{held}},
	} {
		placed, err := PlaceHold{ApartmentID: "a", ReservationID: "r", TenantID: "t", TripID: trip, Now: placedAt, Window: window}.
			Decide(Apartment{ID: "a", Status: Vacant, Listing: Listing{Price: price}}, nil)
		r := placed.Reservation
		if err != nil || !reflect.DeepEqual(r.Payment, want.payment) || !reflect.DeepEqual(r.Timeline, want.timeline) {
			t.Errorf("trip %q: placed with %+v, %+v, %v; want %+v, %+v", trip, r.Payment, r.Timeline, err, want.payment, want.timeline)
		}
		if payment, timeline := r.IsAsPlaced(); !payment || !timeline {
			t.Errorf("trip %q: what was placed a moment ago is as placed: payment %t, timeline %t", trip, payment, timeline)
		}
	}
}

// TestOnlyWhatIsAsPlacedCountsAsSuch: stores do not keep what counts as placed, so whatever
// differs in any field must not.
func TestOnlyWhatIsAsPlacedCountsAsSuch(t *testing.T) {
	plain := placedBooking(t).Reservation
	lodging := plain
	lodging.TripID = "trip_1"
	lodging = lodging.AsPlaced()
	check := func(what string, r Reservation, payment, timeline bool) {
		t.Helper()
		if p, l := r.IsAsPlaced(); p != payment || l != timeline {
			t.Errorf("%s: payment as placed %t, timeline %t; want %t, %t", what, p, l, payment, timeline)
		}
	}
	for i := range reflect.TypeFor[Payment]().NumField() {
		r := plain
		other := r.withPayment()
		differ(reflect.ValueOf(other).Elem().Field(i))
		check("payment with another "+reflect.TypeFor[Payment]().Field(i).Name, r, false, true)
	}
	for n := range plain.Timeline {
		for i := range reflect.TypeFor[TimelineEvent]().NumField() {
			r := plain
			r.Timeline = append([]TimelineEvent(nil), r.Timeline...)
			differ(reflect.ValueOf(&r.Timeline[n]).Elem().Field(i))
			check("timeline with another "+reflect.TypeFor[TimelineEvent]().Field(i).Name, r, true, false)
		}
	}
	for name, r := range map[string]Reservation{"plain": plain, "lodging": lodging} {
		longer, shorter := r, r
		longer.record(RepairStarted, placedAt, BySystem, 0, "")
		shorter.Timeline = r.Timeline[:len(r.Timeline)-1]
		check(name+", something happened", longer, true, false)
		check(name+", something is not told", shorter, true, false)
	}
	check("a hold of an earlier release", withoutPayment(Booking{Reservation: plain}).Reservation, false, false)
	paid := lodging
	paid.Payment = plain.Payment
	check("a lodging with a payment", paid, false, true)
}

// differ sets a field to something else than it was.
func differ(v reflect.Value) {
	switch was := v.Addr().Interface().(type) {
	case *time.Time:
		*was = was.Add(time.Nanosecond)
	case *Money:
		was.Amount++
	case *int:
		*was++
	case *int64:
		*was++
	default:
		v.SetString(v.String() + " otherwise")
	}
}
