package storetest

import "github.com/vacancy/vacancy/internal/booking"

// consequences are the transitions that an event of the gateway brings about first, by the
// state that it finds.
var consequences = map[string]struct {
	state string
	make  func(booking.On) booking.Intention
}{
	"authorized in time": {"pending", func(on booking.On) booking.Intention {
		return booking.AuthorizePayment{On: on, PaymentID: booking.PaymentID(on.ReservationID, 1)}
	}},
	"closed at the gateway": {"pending", func(on booking.On) booking.Intention {
		return booking.DeclinePayment{On: on, PaymentID: booking.PaymentID(on.ReservationID, 1), DeclineCode: "closed_at_gateway"}
	}},
	"authorized too late": {"pending", func(on booking.On) booking.Intention {
		on.Now = begin.Add(window)
		return booking.ReleaseHold{On: on, Reason: booking.ReleaseExpired}
	}},
	"paid, and nothing drives it": {"authorized", func(on booking.On) booking.Intention {
		return booking.CountRepair{On: on, Number: 1}
	}},
	"money after the end": {"expiredPending", func(on booking.On) booking.Intention {
		return booking.NoteLateMoney{On: on, PaymentID: booking.PaymentID(on.ReservationID, 1)}
	}},
	"money that takes the apartment again": {"expiredPending", func(on booking.On) booking.Intention { return late(on) }},
	"void after the end": {"cancelledAuthorized", func(on booking.On) booking.Intention {
		return booking.RecordVoid{On: on, PaymentID: booking.PaymentID(on.ReservationID, 1)}
	}},
	"capture after the end": {"failed", func(on booking.On) booking.Intention { return booking.RecordCapture{On: on, AfterEnd: true} }},
	"refund after the end": {"capturedLate", func(on booking.On) booking.Intention {
		return booking.RecordRefund{On: on, PaymentID: booking.PaymentID(on.ReservationID, 1)}
	}},
}

// An event is stored in the transaction of its effect: it is known from then on, and coming
// again it changes nothing, also where the transition would by then have another effect.
var eventTests = []test{
	{"Events/AreStoredWithTheirEffect", func(s *suite) {
		for name, c := range consequences {
			state := c.state
			if state == "capturedLate" {
				state = "failed"
			}
			r, now := s.reach(state)
			if c.state == "capturedLate" {
				s.apply(booking.RecordCapture{On: on(r, now), AfterEnd: true})
				r = s.reservation(r.ID)
			}
			event := s.idem("gatewayEvent", "evt_"+name, r.ID)
			event.ResultID = r.ID
			before := s.both(r.ID)
			intention := c.make(on(r, now))
			if _, err := s.store.Apply(s.Context(), intention, &event); err != nil {
				s.Fatalf("%s: %T = %v", name, intention, err)
			}
			after := s.both(r.ID)
			if diff(after, before) == "" {
				s.Errorf("%s: %T has no effect", name, intention)
			}
			if past, err := s.store.Recall(s.Context(), event); err != nil || past == nil || past.ResultID != r.ID {
				s.Errorf("%s: Recall = %+v, %v", name, past, err)
			}
			if _, err := s.store.Apply(s.Context(), booking.CountRepair{On: on(after.Reservation, now), Number: after.Reservation.Repairs + 1}, &event); err != nil {
				s.Errorf("%s, again: %v", name, err)
			}
			s.same(name+", again", s.both(r.ID), after)
		}
	}},
	{"Events/AreNotStoredWithARefusal", func(s *suite) {
		for name, c := range consequences {
			r, now := s.reach("paid")
			if name == "paid, and nothing drives it" || name == "authorized in time" || name == "authorized too late" {
				continue // there already, or nothing to do: no refusal
			}
			event := s.idem("gatewayEvent", "evt_refused_"+name, r.ID)
			before := s.both(r.ID)
			if _, err := s.store.Apply(s.Context(), c.make(on(r, now)), &event); booking.CodeOf(err) == "" {
				s.Errorf("%s on a PAID one: %v", name, err)
				continue
			}
			if past, err := s.store.Recall(s.Context(), event); err != nil || past != nil {
				s.Errorf("%s, refused: Recall = %+v, %v", name, past, err)
			}
			s.same(name+", refused", s.both(r.ID), before)
		}
	}},
	{"LateMoney/IsNotedOnce", func(s *suite) {
		r, now := s.reach("expiredPending")
		note := booking.NoteLateMoney{On: on(r, now), PaymentID: booking.PaymentID(r.ID, 1)}
		s.apply(note)
		after := s.both(r.ID)
		if last := after.Reservation.Timeline[len(after.Reservation.Timeline)-1]; last.Kind != booking.PaymentArrivedLate || last.Amount != r.Price.Amount {
			s.Errorf("the timeline ends with %+v", last)
		}
		s.apply(note)
		s.same("noted again", s.both(r.ID), after)
		s.sweepIs("unsettled", s.unsettled, r.ID)
		s.apply(late(on(r, now)))
	}},
}
