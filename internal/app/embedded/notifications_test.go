package embedded_test

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/app/embedded"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/notification"
	"github.com/vacancy/vacancy/internal/saga/batch"
	"github.com/vacancy/vacancy/internal/saga/order"
	"github.com/vacancy/vacancy/internal/saga/trip"
	"github.com/vacancy/vacancy/statemachine"
)

// causes do, for each kind of notification, what it tells of.
var causes = map[notification.Kind]func(ctx context.Context, a *embedded.App) error{
	notification.Paid: func(ctx context.Context, a *embedded.App) error {
		r, err := holdOne(ctx, a, "paid")
		if err == nil {
			_, err = a.Reservations.PayReservation(ctx, alice, r.ID, "pm_ok", "pay")
		}
		return err
	},
	notification.Reverted: func(ctx context.Context, a *embedded.App) error {
		_, err := holdOne(ctx, a, "reverted")
		return err
	},
	notification.TripBooked:      bookSample("booked", ""),
	notification.TripFailed:      bookSample("failed", trip.FailPayment),
	notification.OrderFailed:     placeWithout("no-address"),
	notification.ImportPublished: importOne(""),
	notification.ImportFailed:    importOne(batch.FailCommit),
	notification.NeedsAttention:  placeWithout("left"), // with compensations that fail
}

// TestEveryKindOfNotificationIsReceived: of each kind that there is a receiver is sent one, when
// that happens which it tells of.
func TestEveryKindOfNotificationIsReceived(t *testing.T) {
	for _, kind := range notification.Kinds() {
		cause, known := causes[kind]
		if !known {
			t.Errorf("nothing is known to cause %s: say what does, so that it is seen to be received", kind)
			continue
		}
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				told := &received{}
				var config app.Config
				if kind == notification.NeedsAttention {
					config.CompensationFailureRate = 1
				}
				ctx, stop := context.WithCancel(context.Background())
				a, err := embedded.Open(ctx, embedded.Config{DataDir: dir, Receiver: told, Config: config})
				if err != nil {
					t.Fatal(err)
				}
				ran := make(chan error, 1)
				go func() { ran <- a.Run(ctx) }()
				if err := cause(ctx, a); err != nil {
					t.Error(err)
				}
				time.Sleep(time.Hour) // of the bubble's clock
				stop()
				if err := <-ran; err != nil {
					t.Error(err)
				}
				if err := a.Close(); err != nil {
					t.Error(err)
				}
				if got := told.taken(); !slices.Equal(got, []notification.Kind{kind}) {
					t.Errorf("received are %v", got)
				}
			})
		})
	}
}

// TestKindsAreThoseOfTheDefinitions: what the definitions tell is of the kinds that there are.
func TestKindsAreThoseOfTheDefinitions(t *testing.T) {
	attribute := regexp.MustCompile(`"kind": \{\s*"DataType": "String",\s*"StringValue": "([^"]+)"`)
	told := map[notification.Kind]bool{}
	for _, source := range statemachine.Definitions() {
		for _, match := range attribute.FindAllSubmatch(source, -1) {
			told[notification.Kind(match[1])] = true
		}
	}
	kinds := slices.Sorted(slices.Values(notification.Kinds()))
	if got := slices.Sorted(maps.Keys(told)); !slices.Equal(got, kinds) {
		t.Errorf("the definitions tell of %v, and there are %v", got, kinds)
	}
}

func holdOne(ctx context.Context, a *embedded.App, key string) (booking.Reservation, error) {
	flat, err := a.Reservations.CreateApartment(ctx, mary, booking.Listing{Title: "x", Price: booking.Money{Amount: 79_000, Currency: "USD"}, RentPeriod: booking.Monthly}, key)
	if err != nil {
		return booking.Reservation{}, err
	}
	return a.Reservations.ReserveApartment(ctx, alice, flat.ID, key)
}

func bookSample(key string, failing trip.RunType) func(context.Context, *embedded.App) error {
	return func(ctx context.Context, a *embedded.App) error {
		r, err := trip.Sample().Request()
		if err != nil {
			return err
		}
		r.Failing = failing
		_, err = a.Trips.BookOnce(ctx, alice, key, r)
		return err
	}
}

func placeWithout(id string) func(context.Context, *embedded.App) error {
	return func(ctx context.Context, a *embedded.App) error {
		_, err := a.Orders.Place(ctx, alice, order.Request{OrderID: id, Total: &booking.Money{Amount: 10_000, Currency: "USD"}, Card: number("123-1234")})
		return err
	}
}

func importOne(failing batch.RunType) func(context.Context, *embedded.App) error {
	return func(ctx context.Context, a *embedded.App) error {
		_, err := a.Imports.Receive(ctx, mary, strings.NewReader("id,price,price_type\n1,100,Monthly\n"), batch.Order{RunType: failing})
		return err
	}
}
