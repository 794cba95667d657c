package storetest

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga/order"
)

var orderTests = []struct {
	name string
	run  func(*orderSuite)
}{
	{"Order/EachStepOnce", func(s *orderSuite) {
		id := s.id("ord")
		statuses := []order.Status{order.Placed, order.Created, order.Created, order.Created, order.Paid, order.Shipping}
		for n, i := range s.orderPath(id) {
			if o := s.apply(i); o.Status != statuses[n] || o.LookAt.IsZero() {
				s.Errorf("after %T it is %s, looked at %s", i, o.Status, o.LookAt)
			}
			s.same(i)
			for _, later := range s.orderPath(id)[min(n+2, shipping):] {
				s.refuses(later, order.StepTooEarly)
			}
		}
		sent := order.RecordAnswer{On: s.on(id), Answer: order.Sent}
		o := s.apply(sent)
		if o.Status != order.Fulfilled || o.EndedAt.IsZero() || o.LookAt.IsZero() || o.TaskToken == "" {
			s.Errorf("sent, it is %s, ended %s, looked at %s, token %q", o.Status, o.EndedAt, o.LookAt, o.TaskToken)
		}
		s.same(sent)
		// Its execution is looked after until it has seen that.
		if o = s.apply(order.ForgetToken{On: s.on(id)}); !o.LookAt.IsZero() || o.TaskToken != "" {
			s.Errorf("seen, it is looked at %s, token %q", o.LookAt, o.TaskToken)
		}
		s.same(order.ForgetToken{On: s.on(id)})
		s.refuses(order.RecordAnswer{On: s.on(id), Answer: order.Cancelled}, booking.ShipmentNotAwaited)
		for _, i := range []order.Intention{order.BeginUndo{OnUndo: s.undo(id), Step: order.ProcessShipment}, order.UndoShipment{OnUndo: s.undo(id), CarrierTold: true},
			order.UndoPayment{OnUndo: s.undo(id), Ref: "ref"}, order.UndoOrder{OnUndo: s.undo(id)}, order.Close{OnUndo: s.undo(id)}} {
			s.refuses(i, order.ShipmentAlreadySent)
		}
	}},
	{"Order/NotThere", func(s *orderSuite) {
		if _, err := s.store.Order(s.Context(), "none"); booking.CodeOf(err) != booking.NotFound {
			s.Errorf("Order = %v", err)
		}
		for _, i := range []order.Intention{order.RecordAnswer{On: s.on("none"), Answer: order.Sent}, order.Resume{On: s.on("none")},
			order.Repair{On: s.on("none")}, order.LookLater{On: s.on("none")}, order.ForgetToken{On: s.on("none")}, order.MarkStarted{On: s.on("none")}} {
			s.refuses(i, booking.NotFound)
		}
		for _, i := range s.orderPath("none")[2:] {
			s.refuses(i, order.StepTooEarly)
		}
	}},
	{"Order/AnIDIsOneOrder", func(s *orderSuite) {
		o := s.reach(1)
		other := content()
		other.Address = "124 st"
		s.refuses(order.Place{On: s.on(o.ID), TenantID: "tenant", Content: other}, booking.IdempotencyKeyReused)
		s.refuses(order.Place{On: s.on(o.ID), TenantID: "somebody", Content: content()}, booking.IdempotencyKeyReused)
		s.refuses(order.Create{On: s.on(o.ID), TenantID: "tenant", Content: other}, booking.IdempotencyKeyReused)
		s.same(order.Place{On: s.on(o.ID), TenantID: "tenant", Content: content()})
	}},
	{"Order/EachStepNeedsItsField", func(s *orderSuite) {
		for code, missing := range map[booking.Code]order.Content{
			order.TotalMissing:   {Card: content().Card, Address: "123 st"},
			order.CardMissing:    {Total: total(), Address: "123 st"},
			order.AddressMissing: {Total: total(), Card: content().Card},
		} {
			id := s.id("ord")
			path := s.orderPath(id)
			path[0] = order.Place{On: s.on(id), TenantID: "tenant", Content: missing}
			path[1] = order.Create{On: s.on(id), TenantID: "tenant", Content: missing}
			at := map[booking.Code]int{order.TotalMissing: 1, order.CardMissing: 2, order.AddressMissing: 5}[code]
			for _, i := range path[:at] {
				s.apply(i)
			}
			s.refuses(path[at], code)
		}
	}},
	// Each compensation, when its step never happened, has happened, and happens late.
	{"Order/CompensationsAtEveryPoint", func(s *orderSuite) {
		for steps := range shipping + 1 {
			id := s.id("ord")
			if steps > 0 {
				id = s.reach(steps).ID
			}
			ref := ""
			if steps >= 4 {
				ref = "ref"
			}
			undo := []order.Intention{
				order.BeginUndo{OnUndo: s.undo(id), Step: order.ProcessShipment}, order.UndoShipment{OnUndo: s.undo(id), CarrierTold: true},
				order.BeginUndo{OnUndo: s.undo(id), Step: order.ProcessPayment}, order.UndoPayment{OnUndo: s.undo(id), Ref: ref, Settled: booking.Refunded},
				order.BeginUndo{OnUndo: s.undo(id), Step: order.CreateOrder}, order.UndoOrder{OnUndo: s.undo(id)},
			}
			for n, i := range undo {
				if o := s.apply(i); o.Status != order.Undoing || o.Failure == nil || o.Failure.Step != order.ProcessShipment {
					s.Errorf("%d steps done, after %T it is %s, failed with %v", steps, i, o.Status, o.Failure)
				}
				s.same(i)
				for _, late := range s.orderPath(id)[1:] {
					if _, err := s.store.Apply(s.Context(), late); booking.CodeOf(err) != order.StepUndone && booking.CodeOf(err) != booking.IdempotencyKeyReused {
						s.Errorf("%d steps done, %d undone: a late %T = %v", steps, n, late, err)
					}
				}
			}
			o := s.apply(order.Close{OnUndo: s.undo(id)})
			if o.Status != order.Failed || len(o.Remaining()) != 0 || o.EndedAt.IsZero() || !o.LookAt.IsZero() || o.TenantID != "tenant" {
				s.Errorf("%d steps done, closed it is %s with %v", steps, o.Status, o.Remaining())
			}
			s.same(order.Close{OnUndo: s.undo(id)})
			for _, late := range s.orderPath(id)[1:] {
				if _, err := s.store.Apply(s.Context(), late); err == nil {
					s.Errorf("%d steps done, failed: a late %T is done", steps, late)
				}
			}
			s.refuses(order.Resume{On: s.on(id)}, booking.NothingToResume)
		}
	}},
	{"Order/WhatIsThereMustBeSeenTo", func(s *orderSuite) {
		o := s.reach(shipping)
		if _, err := s.store.Apply(s.Context(), order.UndoShipment{OnUndo: s.undo(o.ID)}); !errors.Is(err, order.ErrChanged) {
			s.Errorf("a shipment that the carrier was not told of is undone: %v", err)
		}
		if _, err := s.store.Apply(s.Context(), order.UndoPayment{OnUndo: s.undo(o.ID)}); !errors.Is(err, order.ErrChanged) {
			s.Errorf("a payment that was not settled is undone: %v", err)
		}
		if d := diff(s.order(o.ID), o); d != "" {
			s.Errorf("it changed:\n%s", d)
		}
	}},
	{"Order/NeedsAttentionAndResumed", func(s *orderSuite) {
		o := s.reach(shipping)
		s.apply(order.BeginUndo{OnUndo: s.undo(o.ID), Step: order.ProcessShipment})
		s.apply(order.UndoShipment{OnUndo: s.undo(o.ID), CarrierTold: true})
		s.apply(order.UndoOrder{OnUndo: s.undo(o.ID)})
		gaveUp := order.Failure{Error: "PaymentOutcomeUnknown", Cause: "silence"}
		closing := order.Close{OnUndo: s.undo(o.ID), GaveUp: map[order.Step]order.Failure{order.ProcessPayment: gaveUp}}
		o = s.apply(closing)
		want := []order.NotUndone{{Step: order.ProcessPayment, Compensation: "RefundPayment", Failure: gaveUp}}
		if o.Status != order.NeedsAttention || diff(o.NotUndone, want) != "" || o.Payment == nil || !o.LookAt.IsZero() {
			s.Errorf("closed: %s, %+v", o.Status, o.NotUndone)
		}
		s.same(closing)
		resume := order.Resume{On: s.on(o.ID)}
		o = s.apply(resume)
		if o.Status != order.Undoing || o.Execution.Name(o.ID) != o.ID+"-repair-1" || !o.EndedAt.IsZero() || o.LookAt.IsZero() {
			s.Errorf("resumed: %s by %s", o.Status, o.Execution.Name(o.ID))
		}
		s.same(resume)
		s.apply(order.UndoPayment{OnUndo: s.undo(o.ID), Ref: "ref", Settled: booking.Refunded})
		if o = s.apply(order.Close{OnUndo: s.undo(o.ID)}); o.Status != order.Failed || len(o.NotUndone) != 0 {
			s.Errorf("closed again: %s, %+v", o.Status, o.NotUndone)
		}
	}},
	{"Order/ThoseNeedingAttentionOldestFirst", func(s *orderSuite) {
		attention := func(limit int, want ...order.Order) {
			s.Helper()
			eventually(s.T, "the orders that need attention", func() error {
				found, err := s.store.OrdersNeedingAttention(s.Context(), limit)
				if d := diff(found, want); err == nil && d != "" {
					err = errors.New("they are others (-listed +wanted):\n" + d)
				}
				return err
			})
		}
		attention(10)
		closed := func(gaveUp map[order.Step]order.Failure) order.Order {
			o := s.reach(shipping)
			s.apply(order.BeginUndo{OnUndo: s.undo(o.ID), Step: order.ProcessShipment})
			s.apply(order.UndoShipment{OnUndo: s.undo(o.ID), CarrierTold: true})
			if gaveUp == nil {
				s.apply(order.UndoPayment{OnUndo: s.undo(o.ID), Ref: "ref", Settled: booking.Refunded})
			}
			s.apply(order.UndoOrder{OnUndo: s.undo(o.ID)})
			return s.apply(order.Close{OnUndo: s.undo(o.ID), GaveUp: gaveUp})
		}
		gaveUp := map[order.Step]order.Failure{order.ProcessPayment: {Error: "PaymentOutcomeUnknown", Cause: "silence"}}
		s.reach(shipping)
		first, _, second := closed(gaveUp), closed(nil), closed(gaveUp)
		attention(10, first, second)
		attention(1, first)
		s.apply(order.Resume{On: s.on(first.ID)})
		attention(10, second)
	}},
	{"Order/ACarrierThatWasFaster", func(s *orderSuite) {
		o := s.reach(shipping)
		s.apply(order.BeginUndo{OnUndo: s.undo(o.ID), Step: order.ProcessShipment})
		if o = s.apply(order.RecordAnswer{On: s.on(o.ID), Answer: order.Sent}); o.Status != order.Fulfilled {
			s.Errorf("sent while it was being called off: %s", o.Status)
		}
		o = s.reach(shipping)
		s.apply(order.BeginUndo{OnUndo: s.undo(o.ID), Step: order.ProcessShipment})
		s.apply(order.BeginUndo{OnUndo: s.undo(o.ID), Step: order.ProcessPayment})
		s.refuses(order.RecordAnswer{On: s.on(o.ID), Answer: order.Sent}, booking.ShipmentNotAwaited) // the money may be on its way back
	}},
	{"Order/Repair", func(s *orderSuite) {
		o := s.reach(2)
		repair := order.Repair{On: s.on(o.ID), Repairs: 0}
		if o = s.apply(repair); o.Execution.Repairs != 1 {
			s.Errorf("%d repairs", o.Execution.Repairs)
		}
		s.same(repair)
	}},
	{"DueOrders/EarliestFirst", func(s *orderSuite) {
		var ids []string
		for range 5 {
			ids = append(ids, s.reach(1).ID)
		}
		s.reach(shipping)
		fulfilled := s.reach(shipping)
		s.apply(order.RecordAnswer{On: s.on(fulfilled.ID), Answer: order.Sent})
		last := s.order(ids[2]).LookAt
		s.due("by the third", last, 10, ids[:3]...)
		s.due("two of them", last, 2, ids[:2]...)
		s.due("nothing before the first", s.order(ids[0]).LookAt.Add(-1), 10)
		seen := s.order(ids[0])
		s.apply(order.LookLater{On: s.on(ids[0]), Seen: seen.UpdatedAt, Until: last.Add(time.Hour)})
		s.due("without the one put off", last, 10, ids[1:3]...)
		s.same(order.LookLater{On: s.on(ids[1]), Seen: seen.UpdatedAt, Until: last.Add(time.Hour)}) // it has changed since
	}},
	{"Races/OneAnswerCounts", func(s *orderSuite) {
		for range 10 {
			o := s.reach(shipping)
			s.race(o.ID, func(n int) order.Intention {
				return order.RecordAnswer{On: s.on(o.ID), Answer: []order.ShipmentStatus{order.Sent, order.Cancelled}[n%2]}
			}, func(events []order.EventKind) bool {
				return slices.Contains(events, order.ShipmentSent) != slices.Contains(events, order.ShipmentCancelled)
			})
		}
	}},
	{"Races/UndoneOrDone", func(s *orderSuite) {
		for range 10 {
			o := s.reach(2)
			s.race(o.ID, func(n int) order.Intention {
				if n%2 == 0 {
					return order.BeginPayment{On: s.on(o.ID)}
				}
				return order.BeginUndo{OnUndo: s.undo(o.ID), Step: order.ProcessPayment}
			}, func(events []order.EventKind) bool {
				undone, paid := slices.Index(events, order.StepFailed), slices.Index(events, order.PaymentRequested)
				return undone >= 0 && paid < undone
			})
		}
	}},
	{"Sweep/StartsRepairsAndAsks", func(s *orderSuite) {
		ctx := context.Background()
		placed := s.place(whole(), soon)
		s.pass(s.now().Add(order.FirstLook))
		s.sweeps(order.Sweep{Started: 1})
		if o := s.order(placed.ID); !o.Execution.Started {
			s.Error("it is not marked as started")
		}
		s.pass(s.now().Add(order.FirstLook))
		s.sweeps(order.Sweep{Repaired: 1}) // nothing ran it
		name := s.order(placed.ID).Execution.Name(placed.ID)
		if r := s.run(name, nil); s.wrong(placed.ID, name, r) != "" {
			s.Error(s.wrong(placed.ID, name, r))
		}
		s.pass(s.now().Add(time.Hour))
		s.sweeps(order.Sweep{})

		// An execution that died on the way back: the repair goes on with what is to be undone.
		o := s.reach(shipping)
		s.apply(order.BeginUndo{OnUndo: s.undo(o.ID), Step: order.ProcessShipment})
		s.pass(s.now().Add(order.FirstLook))
		s.sweeps(order.Sweep{Repaired: 1})
		name = s.order(o.ID).Execution.Name(o.ID)
		s.run(name, nil)
		if o = s.order(o.ID); o.Shipment != nil || o.Content != nil {
			s.Errorf("repaired, %v is there", o.Remaining())
		}
		if _, err := s.service.Sweep(ctx); err != nil {
			s.Error(err)
		}
	}},
}
