package embedded_test

import (
	"context"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/notification"
	"github.com/vacancy/vacancy/internal/saga/trip"
)

const tripID = "t1"

// tripScenarios are trips of every end, in an apartment of ours: that touches most. The last
// confirmation failing undoes everything, so that one passes by every step and compensation.
var tripScenarios = []sagaScenario{
	{name: "trip/booked", run: traveled("", "", trip.Booked), crashes: true},
	{name: "trip/the last confirmation fails", run: traveled(trip.FailCarRentalConfirm, "", trip.Failed), short: true},
	{name: "trip/capture fails", run: traveled("", "pm_capture_fails", trip.Failed), crashes: true},
	{name: "trip/compensations give up", crashes: true, config: app.Config{CompensationFailureRate: 1}, run: func(w *world) {
		traveled(trip.FailCarRentalConfirm, "", trip.NeedsAttention)(w)
		w.mended()
		w.ask("resume the trip", func(ctx context.Context) error {
			_, err := w.app.Trips.Resume(ctx, mary, tripID)
			return err
		})
		w.endTrip(trip.Failed, notification.NeedsAttention, notification.TripFailed, notification.TripFailed)
	}},
}

// traveled books a trip and sees to what end it comes.
func traveled(failing trip.RunType, method string, ends trip.Status) func(*world) {
	told := map[trip.Status][]notification.Kind{trip.Booked: {notification.TripBooked}, trip.Failed: {notification.TripFailed},
		trip.NeedsAttention: {notification.NeedsAttention, notification.TripFailed}}
	return func(w *world) {
		w.apartment()
		w.arm()
		r, err := trip.Sample().Request()
		if err != nil {
			w.fatal("%v", err)
		}
		r.Lodging, r.Failing, r.PaymentMethod = &trip.Lodging{ApartmentID: w.flat}, failing, method
		w.ask("book a trip", func(ctx context.Context) error {
			_, _, err := w.app.Trips.Book(ctx, alice, tripID, r)
			return err
		})
		w.endTrip(ends, told[ends]...)
	}
}

// endTrip waits for the trip's end and verifies it.
func (w *world) endTrip(ends trip.Status, told ...notification.Kind) {
	w.t.Helper()
	var t trip.Trip
	w.until(func(ctx context.Context) (open string, err error) {
		if t, err = w.app.Store.Trips().Trip(ctx, tripID); err == nil && !t.Status.Ended() {
			open = "the trip is " + string(t.Status)
		}
		return open, err
	})
	if t.Status != ends {
		w.fatal("the trip is %s (%v, not undone %v), want %s", t.Status, t.Failure, t.NotUndone, ends)
	}
	flat, err := w.app.Store.Apartment(context.Background(), w.flat)
	if err != nil {
		w.fatal("%v", err)
	}
	whole := int64(45_000 + 79_000) // the trip and the apartment
	switch items := t.Items(); ends {
	case trip.Booked:
		if len(items) != 4 || flat.Status != booking.ApartmentPaid {
			w.fatal("booked with %v and an apartment that is %s", items, flat.Status)
		}
		for _, i := range items {
			if i.TransactionStatus != trip.Confirmed {
				w.fatal("booked with a %s that is %s", i.Type, i.TransactionStatus)
			}
		}
	case trip.Failed:
		whole = 0
		if len(items) != 0 || flat.Status != booking.Vacant {
			w.fatal("failed with %v and an apartment that is %s", items, flat.Status)
		}
	case trip.NeedsAttention:
		if len(t.NotUndone) != 4 || len(items) != 4 {
			w.fatal("%v stands, and listed is %v", items, t.NotUndone)
		}
	}
	w.verifyLedger(tripID, whole)
	w.verifyTold(told...)
}
