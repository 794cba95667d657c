package storetest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga/order"
)

// RunOrders runs the contract of [order.Store], each test on a store of its own.
func RunOrders(t *testing.T, open OrderFactory) {
	for _, c := range orderTests {
		t.Run(c.name, func(t *testing.T) { c.run(&orderSuite{T: t, orderWorld: newOrderWorld(t, open(t))}) })
	}
}

type orderSuite struct {
	*testing.T
	*orderWorld
	ids int
}

func (s *orderSuite) id(kind string) string {
	s.ids++
	return fmt.Sprintf("%s_%06d", kind, s.ids)
}

func (s *orderSuite) apply(i order.Intention) order.Order {
	s.Helper()
	o, err := s.store.Apply(s.Context(), i)
	if err != nil {
		s.Fatalf("Apply %T = %v", i, err)
	}
	if d := diff(s.order(i.OrderID()), o); d != "" {
		s.Fatalf("Apply %T answers what is not there (-stored +answered):\n%s", i, d)
	}
	return o
}

// refuses expects a refusal that changes nothing.
func (s *orderSuite) refuses(i order.Intention, code booking.Code) {
	s.Helper()
	before, absent := s.store.Order(s.Context(), i.OrderID())
	if _, err := s.store.Apply(s.Context(), i); booking.CodeOf(err) != code {
		s.Errorf("Apply %T = %v, want %s", i, err, code)
	}
	after, stillAbsent := s.store.Order(s.Context(), i.OrderID())
	if d := diff(after, before); d != "" || (absent == nil) != (stillAbsent == nil) {
		s.Errorf("a refused %T changed the order:\n%s", i, d)
	}
}

// same expects an intention whose effect is there already.
func (s *orderSuite) same(i order.Intention) {
	s.Helper()
	before := s.order(i.OrderID())
	if d := diff(s.apply(i), before); d != "" {
		s.Errorf("%T again changed the order:\n%s", i, d)
	}
}

func (s *orderSuite) on(id string) order.On {
	return order.On{ID: id, Now: s.tick(), By: booking.BySystem}
}

// tick is a moment later than all before.
func (s *orderSuite) tick() time.Time {
	now := s.now().Add(time.Millisecond + time.Nanosecond)
	s.pass(now)
	return now
}

func (s *orderSuite) undo(id string) order.OnUndo {
	return order.OnUndo{On: s.on(id), TenantID: "tenant", Failure: &order.Failure{Error: "Broken", Cause: "made to fail"}}
}

func content() order.Content {
	return order.Content{Total: total(), Card: &order.Card{Token: "pm_ok", Last4: "1234"}, Address: "123 st"}
}

// orderPath is the way of an order from nothing to the carrier, a step at a time.
func (s *orderSuite) orderPath(id string) []order.Intention {
	return []order.Intention{
		order.Place{On: s.on(id), TenantID: "tenant", Content: content()},
		order.Create{On: s.on(id), TenantID: "tenant", Content: content()},
		order.BeginPayment{On: s.on(id)},
		order.RecordGatewayRef{On: s.on(id), Ref: "ref"},
		order.RecordCapture{On: s.on(id)},
		order.RequestShipment{On: s.on(id), Token: "token", Carrier: "manual", Within: time.Hour},
	}
}

// reach takes a new order so many steps.
func (s *orderSuite) reach(steps int) order.Order {
	s.Helper()
	id := s.id("ord")
	var o order.Order
	for _, i := range s.orderPath(id)[:steps] {
		o = s.apply(i)
	}
	return o
}

const shipping = 6

// due waits for what is due, since the list may lag.
func (s *orderSuite) due(what string, now time.Time, limit int, want ...string) {
	s.Helper()
	eventually(s.T, what, func() error {
		due, err := s.store.DueOrders(s.Context(), now, limit)
		if err != nil {
			return err
		}
		var got []string
		for _, o := range due {
			got = append(got, o.ID)
			if d := diff(o, s.order(o.ID)); d != "" {
				return fmt.Errorf("%s is listed otherwise than it is: %s", o.ID, d)
			}
		}
		if !slices.Equal(got, want) {
			return fmt.Errorf("%v, want %v", got, want)
		}
		return nil
	})
}

func (s *orderSuite) sweeps(want order.Sweep) {
	s.Helper()
	eventually(s.T, "sweep", func() error {
		got, err := s.service.Sweep(context.Background())
		if err == nil && got != want {
			err = fmt.Errorf("%+v, want %+v", got, want)
		}
		return err
	})
}

// race applies many intentions at once and checks the events of the order then.
func (s *orderSuite) race(id string, intention func(n int) order.Intention, right func([]order.EventKind) bool) {
	s.Helper()
	var running sync.WaitGroup
	for n := range 16 {
		i := intention(n)
		running.Go(func() {
			if _, err := s.store.Apply(context.Background(), i); err != nil && booking.CodeOf(err) == "" {
				s.Errorf("Apply %T = %v", i, err)
			}
		})
	}
	running.Wait()
	var events []order.EventKind
	seen := map[order.EventKind]int{}
	for _, e := range s.order(id).Timeline {
		events = append(events, e.Kind)
		if seen[e.Kind]++; seen[e.Kind] > 1 {
			s.Errorf("%s happened twice", e.Kind)
		}
	}
	if !right(events) {
		s.Errorf("it happened: %v", events)
	}
}
