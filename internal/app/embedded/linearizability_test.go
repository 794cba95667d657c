package embedded_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/payment/simulated"
	"github.com/vacancy/vacancy/internal/store/sqlite"
)

// apartmentOrder is what a client asks of the one apartment, and apartmentAnswer what it
// is answered with.
type apartmentOrder struct{ kind, reservation string }

type apartmentAnswer struct {
	code        booking.Code // "" when it was done
	reservation string       // reserve
	status      booking.ApartmentStatus
}

// apartmentState is the whole truth about one apartment, in the sequential model.
type apartmentState struct {
	status booking.ApartmentStatus
	holder string // reservation
}

// sequential is the apartment as it would be if orders came one after the other.
var sequential = porcupine.Model{
	Init: func() any { return apartmentState{status: booking.Vacant} },
	Step: func(state, input, output any) (bool, any) {
		return state.(apartmentState).step(input.(apartmentOrder), output.(apartmentAnswer))
	},
	DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v → %+v", input, output) },
}

// step reports whether the order may have been answered so in this state, and the next.
func (s apartmentState) step(order apartmentOrder, got apartmentAnswer) (bool, apartmentState) {
	mine := s.holder == order.reservation && s.holder != ""
	next, code := s, booking.Code("")
	switch order.kind {
	case "read":
		return got.code == "" && got.status == s.status, s
	case "reserve":
		if s.status == booking.Vacant {
			next = apartmentState{booking.Reserved, got.reservation}
		} else {
			code = booking.ApartmentNotVacant
		}
	case "cancel":
		if mine && s.status == booking.Reserved {
			next = apartmentState{status: booking.Vacant}
		} // cancelled before: success, and nothing changes
	case "confirm":
		if mine && s.status == booking.Reserved {
			next.status = booking.ApartmentPaid
		} else {
			code = booking.ReservationNotHeld
		}
	case "occupy":
		switch s.status {
		case booking.ApartmentPaid, booking.Occupied:
			next.status = booking.Occupied
		default:
			code = booking.ApartmentNotPaid
		}
	case "vacate":
		if s.status == booking.Occupied {
			next = apartmentState{status: booking.Vacant}
		} else {
			code = booking.ApartmentNotOccupied
		}
	case "withdraw":
		switch s.status {
		case booking.Vacant, booking.Withdrawn:
			next.status = booking.Withdrawn
		default:
			code = booking.ApartmentNotVacant
		}
	case "relist":
		if s.status == booking.Withdrawn {
			next.status = booking.Vacant
		}
	}
	return got.code == code, next
}

// TestOneApartmentIsLinearizable has clients ask for everything at once, and looks for an
// order of all that they were answered that the sequential model could have answered.
func TestOneApartmentIsLinearizable(t *testing.T) {
	store, err := sqlite.Open(t.Context(), t.TempDir(), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	const rounds, clients, orders = 20, 8, 60
	done := map[string]int{}
	for round := range rounds {
		history := askAtOnce(t, store, round, clients, orders)
		if result := porcupine.CheckOperationsTimeout(sequential, history, 20*time.Second); result != porcupine.Ok {
			t.Fatalf("round %d: no order of these %d answers makes sense (%s): %v", round, len(history), result, history)
		}
		for _, o := range history {
			if o.Output.(apartmentAnswer).code == "" {
				done[o.Input.(apartmentOrder).kind]++
			}
		}
	}
	for _, kind := range []string{"reserve", "cancel", "confirm", "occupy", "vacate", "withdraw", "relist", "read"} {
		if done[kind] < rounds/2 {
			t.Errorf("only %d times was a %s done; there was nothing to race with", done[kind], kind)
		}
	}
}

// askAtOnce runs clients against a new apartment and answers what they asked and heard.
func askAtOnce(t *testing.T, store booking.Store, round, clients, orders int) []porcupine.Operation {
	t.Helper()
	fixed := func() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }
	gateway := simulated.New(simulated.NewMemory(), simulated.Options{Now: fixed})
	service := booking.NewService(store, gateway, deaf{}, fixed, newTestID, booking.DefaultConfig(), slog.New(slog.DiscardHandler))
	manager := booking.Principal{ID: "m", Role: booking.Manager}
	flat, err := service.CreateApartment(t.Context(), manager, booking.Listing{Title: "x", Price: booking.Money{Amount: 500, Currency: "USD"}, RentPeriod: booking.Monthly}, newTestID("key"))
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	var mu sync.Mutex
	var history []porcupine.Operation
	var all sync.WaitGroup
	for c := range clients {
		all.Go(func() {
			random := rand.New(rand.NewPCG(uint64(round), uint64(c)))
			client := apartmentClient{service: service, flat: flat.ID, tenant: booking.Principal{ID: fmt.Sprintf("t%d", c), Role: booking.Tenant}, manager: manager}
			for range orders {
				order := client.next(random)
				call := time.Since(began)
				answer, err := client.ask(t.Context(), order)
				back := time.Since(began)
				if err != nil {
					t.Errorf("%+v: %v", order, err)
					return
				}
				mu.Lock()
				history = append(history, porcupine.Operation{ClientId: c, Input: order, Call: int64(call), Output: answer, Return: int64(back)})
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return history
}

// apartmentClient is a tenant, and now and then the manager.
type apartmentClient struct {
	service         *booking.Service
	flat            string
	tenant, manager booking.Principal
	held            string // reservation, while it is the tenant's
}

// next chooses an order.
func (c *apartmentClient) next(random *rand.Rand) apartmentOrder {
	kinds := []string{"reserve", "reserve", "reserve", "read", "occupy", "vacate", "vacate", "withdraw", "relist", "relist"}
	if c.held != "" {
		kinds = []string{"cancel", "confirm", "confirm", "read"}
	}
	return apartmentOrder{kinds[random.IntN(len(kinds))], c.held}
}

// ask asks the service. An error is one that is no refusal.
func (c *apartmentClient) ask(ctx context.Context, order apartmentOrder) (got apartmentAnswer, err error) {
	switch order.kind {
	case "read":
		var a booking.Apartment
		a, err = c.service.Apartment(ctx, c.flat)
		got.status = a.Status
	case "reserve":
		var r booking.Reservation
		if r, err = c.service.ReserveApartment(ctx, c.tenant, c.flat, newTestID("key")); err == nil {
			got.reservation, c.held = r.ID, r.ID
		}
	case "cancel":
		_, err = c.service.CancelReservation(ctx, c.tenant, c.held)
		c.held = ""
	case "confirm":
		err = c.confirm(ctx)
		c.held = ""
	case "occupy":
		_, err = c.service.OccupyApartment(ctx, c.manager, c.flat)
	case "vacate":
		_, err = c.service.VacateApartment(ctx, c.manager, c.flat)
	case "withdraw":
		_, err = c.service.ChangeApartment(ctx, booking.Withdraw{ApartmentID: c.flat, Now: c.service.Now()})
	case "relist":
		_, err = c.service.ChangeApartment(ctx, booking.Relist{ApartmentID: c.flat, Now: c.service.Now()})
	}
	if code := booking.CodeOf(err); code != "" {
		got.code, err = code, nil
	}
	return got, err
}

// confirm pays, and plays the execution until the apartment is PAID.
func (c *apartmentClient) confirm(ctx context.Context) error {
	r, err := c.service.PayReservation(ctx, c.tenant, c.held, "pm_ok", "pay "+c.held)
	if err != nil {
		return err
	}
	return execute(ctx, c.service, booking.ExecutionInput{ReservationID: r.ID, ApartmentID: r.ApartmentID, TenantID: r.TenantID, Epoch: r.Epoch})
}
