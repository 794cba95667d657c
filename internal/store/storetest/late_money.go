package storetest

import (
	"github.com/vacancy/vacancy/internal/booking"
)

// late is the intention to take the apartment again with money authorized late.
func late(at booking.On) booking.ReacquireHold {
	return booking.ReacquireHold{On: at, PaymentID: booking.PaymentID(at.ReservationID, 1),
		Authorization: booking.GatewayPayment{Ref: "late ref", Status: booking.Authorized, AuthorizedAt: at.Now}}
}

var lateMoneyTests = []test{
	{"LateMoney/TakesAVacantApartmentAgain", func(s *suite) {
		r, now := s.reach("expiredPending")
		before := s.both(r.ID)
		got := s.apply(late(on(r, now)))
		after := s.both(r.ID)
		s.same("the answer", got, after)
		is, a := after.Reservation, after.Apartment
		if is.Status != booking.Confirming || !is.EndedAt.IsZero() || is.Epoch != before.Apartment.Epoch+1 || is.Price != before.Reservation.Price {
			s.Errorf("the reservation is %+v", is)
		}
		if is.Payment.Status != booking.Authorized || is.Payment.GatewayRef != "late ref" || !is.Payment.AuthorizedAt.Equal(now) {
			s.Errorf("the payment is %+v", is.Payment)
		}
		if a.Status != booking.Reserved || a.ReservationID != r.ID || a.Epoch != is.Epoch {
			s.Errorf("the apartment is %+v", a)
		}
		if last := is.Timeline[len(is.Timeline)-1].Kind; last != booking.HoldReacquired {
			s.Errorf("the timeline ends with %s", last)
		}
		s.sweepIs("unsettled", s.unsettled, r.ID)
		s.apply(late(on(r, now)))
		s.same("what is stored, again", s.both(r.ID), after)

		// Whatever speaks for the hold that lapsed changes nothing any more.
		_, err := s.store.Apply(s.Context(), booking.RecordCapture{On: on(before.Reservation, now)}, nil)
		s.refused("RecordCapture by the old epoch", err, booking.ReservationNotHeld)
		s.apply(booking.RecordCapture{On: on(is, now)})
		s.apply(booking.ConfirmReservation{On: on(is, now)})
		if paid := s.both(r.ID); paid.Reservation.Status != booking.ReservationPaid || paid.Apartment.Status != booking.ApartmentPaid {
			s.Errorf("confirmed: %s, the apartment %s", paid.Reservation.Status, paid.Apartment.Status)
		}
	}},
	{"LateMoney/NobodyElsesApartment", func(s *suite) {
		for _, state := range []string{"held", "confirming", "paid"} {
			r, now := s.reach("expiredPending")
			other := s.place(s.hold(r.ApartmentID, now))
			if state != "held" {
				s.apply(booking.BeginPayment{On: on(other, now), Method: "pm_ok"})
				s.apply(booking.AuthorizePayment{On: on(other, now), PaymentID: booking.PaymentID(other.ID, 1)})
				s.apply(booking.ClaimForCapture{On: on(other, now)})
			}
			if state == "paid" {
				s.apply(booking.RecordCapture{On: on(other, now)})
				s.apply(booking.ConfirmReservation{On: on(other, now)})
			}
			before, taken := s.both(r.ID), s.both(other.ID)
			_, err := s.store.Apply(s.Context(), late(on(r, now)), nil)
			s.refused("late money for an apartment that is "+state, err, booking.ApartmentNotVacant)
			s.same("the late one", s.both(r.ID), before)
			s.same("the other", s.both(other.ID), taken)
		}
	}},
	{"LateMoney/OnlyForWhatExpiredUnpaid", func(s *suite) {
		for state := range paths {
			if state == "expired" || state == "expiredPending" {
				continue
			}
			r, now := s.reach(state)
			before := s.both(r.ID)
			if _, err := s.store.Apply(s.Context(), late(on(r, now)), nil); err == nil {
				s.Errorf("late money takes the apartment of a reservation that is %s", state)
			}
			s.same("late money on "+state, s.both(r.ID), before)
		}
	}},
	{"LateMoney/WithItsEvent", func(s *suite) {
		r, now := s.reach("expiredPending")
		event := s.idem("gatewayEvent", "evt_1", r.ID)
		event.ResultID = r.ID
		for range 2 {
			if _, err := s.store.Apply(s.Context(), late(on(r, now)), &event); err != nil {
				s.Fatalf("Apply = %v", err)
			}
		}
		if past, err := s.store.Recall(s.Context(), event); err != nil || past == nil {
			s.Errorf("Recall = %v, %v", past, err)
		}
	}},
}
