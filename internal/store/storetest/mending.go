package storetest

import "github.com/vacancy/vacancy/internal/booking"

var mendingTests = []test{
	{"GatewayRef/TheFirstOneStays", func(s *suite) {
		r, now := s.reach("pending")
		payment := booking.PaymentID(r.ID, 1)
		s.apply(booking.StoreGatewayRef{On: on(r, now), PaymentID: payment, GatewayRef: "first"})
		got := s.apply(booking.StoreGatewayRef{On: on(r, now), PaymentID: payment, GatewayRef: "second"})
		if got.Reservation.Payment.GatewayRef != "first" || s.reservation(r.ID).Payment.GatewayRef != "first" {
			s.Errorf("the ref is %q, stored %q", got.Reservation.Payment.GatewayRef, s.reservation(r.ID).Payment.GatewayRef)
		}
		_, err := s.store.Apply(s.Context(), booking.StoreGatewayRef{On: on(r, now), PaymentID: booking.PaymentID(r.ID, 2), GatewayRef: "other"}, nil)
		s.refused("the ref of another payment", err, booking.ReservationNotHeld)
	}},
	{"NoteEvent/IsKnownWhenItComesAgain", func(s *suite) {
		r, now := s.reach("paid")
		before := s.both(r.ID)
		event := s.idem("gatewayEvent", "evt_1", r.ID)
		event.ResultID = r.ID
		if _, err := s.store.Apply(s.Context(), booking.NoteEvent{On: on(r, now)}, &event); err != nil {
			s.Fatalf("Apply = %v", err)
		}
		past, err := s.store.Recall(s.Context(), event)
		if err != nil || past == nil || past.ResultID != r.ID {
			s.Errorf("Recall = %+v, %v", past, err)
		}
		s.same("what is stored", s.both(r.ID), before)
	}},
	{"CaptureKnownAfterTheEnd/IsRefunded", func(s *suite) {
		for _, state := range []string{"expired", "expiredPending", "cancelled", "cancelledPending", "cancelledAuthorized", "failed"} {
			r, now := s.reach(state)
			_, err := s.store.Apply(s.Context(), booking.RecordRefund{On: on(r, now), PaymentID: booking.PaymentID(r.ID, 1)}, nil)
			s.refused("a refund of what was not captured, "+state, err, booking.ReservationNotHeld)
			captured := s.apply(booking.RecordCapture{On: on(r, now), AfterEnd: true})
			if captured.Reservation.Payment.Status != booking.Captured || captured.Reservation.Status != s.reservation(r.ID).Status {
				s.Errorf("%s: %s with payment %s", state, captured.Reservation.Status, captured.Reservation.Payment.Status)
			}
			s.apply(booking.RecordRefund{On: on(r, now), PaymentID: booking.PaymentID(r.ID, 1)})
		}
		for _, state := range []string{"held", "authorized", "confirming", "paid", "voided"} {
			r, now := s.reach(state)
			before := s.both(r.ID)
			_, err := s.store.Apply(s.Context(), booking.RecordCapture{On: on(r, now), AfterEnd: true}, nil)
			s.refused("a capture after the end, "+state, err, booking.ReservationNotHeld)
			s.same(state, s.both(r.ID), before)
		}
	}},
}
