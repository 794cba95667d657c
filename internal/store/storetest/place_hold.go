package storetest

import (
	"errors"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

var placeHoldTests = []test{
	{"PlaceHold/Vacant", func(s *suite) {
		a := s.offer()
		p := s.hold(a.ID, begin)
		got := s.place(p)
		want := booking.Reservation{
			ID: p.ReservationID, ApartmentID: a.ID, TenantID: "tenant", Status: booking.Held, Epoch: 1, Price: a.Price,
			Window: window, PlacedAt: begin, HoldExpiresAt: begin.Add(window),
			WorkflowStarted: got.WorkflowStarted, // a store may start it in the same transaction
			Payment:         &booking.Payment{ID: booking.PaymentID(p.ReservationID, 1), Attempt: 1, Status: booking.Pending, Amount: a.Price, CreatedAt: begin},
			Timeline: []booking.TimelineEvent{
				{Kind: booking.HoldPlaced, At: begin, By: "tenant"},
				{Kind: booking.PaymentRequested, At: begin, By: booking.BySystem, Amount: a.Price.Amount},
			},
		}
		s.same("PlaceHold's answer", got, want)
		s.same("the stored reservation", s.reservation(got.ID), want)
		a.Status, a.Epoch, a.ReservationID, a.HoldExpiresAt, a.UpdatedAt = booking.Reserved, 1, got.ID, begin.Add(window), begin
		s.same("the stored apartment", s.apartment(a.ID), a)
	}},
	{"PlaceHold/EpochGrowsWithEachHold", func(s *suite) {
		a := s.offer()
		for epoch := int64(1); epoch <= 4; epoch++ {
			r := s.place(s.hold(a.ID, begin))
			if r.Epoch != epoch || s.apartment(a.ID).Epoch != epoch {
				s.Fatalf("epoch %d, want %d", r.Epoch, epoch)
			}
			s.apply(booking.ReleaseHold{On: on(r, begin), Reason: booking.ReleaseCancelled})
		}
	}},
	{"PlaceHold/TheApartmentsWindowWins", func(s *suite) {
		a := s.offer(func(a *booking.Apartment) { a.PaymentWindow = 5 * time.Minute })
		r := s.place(s.hold(a.ID, begin))
		if r.Window != 5*time.Minute || !r.HoldExpiresAt.Equal(begin.Add(5*time.Minute)) {
			s.Errorf("window %s until %s, want the apartment's five minutes", r.Window, r.HoldExpiresAt)
		}
	}},
	{"PlaceHold/Unknown", func(s *suite) {
		_, err := s.store.PlaceHold(s.Context(), s.hold("apt_none", begin))
		s.refused("PlaceHold on an unknown apartment", err, booking.NotFound)
		_, err = s.store.Reservation(s.Context(), "res_none")
		s.refused("Reservation of an unknown id", err, booking.NotFound)
		_, err = s.store.Apply(s.Context(), booking.ClaimForCapture{On: booking.On{ReservationID: "res_none", Now: begin}}, nil)
		s.refused("an intention on an unknown reservation", err, booking.NotFound)
	}},
	{"PlaceHold/RefusedChangesNothing", func(s *suite) {
		for name, prepare := range map[string]func(r booking.Reservation){
			"held":       func(booking.Reservation) {},
			"authorized": func(r booking.Reservation) { s.pay(r) },
			"confirming": func(r booking.Reservation) { s.pay(r); s.apply(booking.ClaimForCapture{On: on(r, begin)}) },
			"paid":       func(r booking.Reservation) { s.confirm(r) },
			"occupied":   func(r booking.Reservation) { s.confirm(r); s.apply(booking.Occupy{On: on(r, begin)}) },
		} {
			a := s.offer()
			r := s.place(s.hold(a.ID, begin))
			prepare(r)
			before := s.both(r.ID)
			for _, now := range []time.Time{begin, before.Reservation.HoldExpiresAt.Add(-1), before.Reservation.HoldExpiresAt.Add(time.Hour)} {
				if name == "held" && !now.Before(before.Reservation.HoldExpiresAt) {
					continue // lapsed: see takeover
				}
				p := s.hold(a.ID, now)
				_, err := s.store.PlaceHold(s.Context(), p)
				s.refused("PlaceHold on an apartment "+name, err, booking.ApartmentNotVacant)
				var refusal *booking.Error
				if errors.As(err, &refusal) && before.Apartment.Status == booking.Reserved && !refusal.HeldUntil.Equal(before.Reservation.HoldExpiresAt) {
					s.Errorf("%s: the refusal says held until %s, want %s", name, refusal.HeldUntil, before.Reservation.HoldExpiresAt)
				}
				s.same("what was stored", s.both(r.ID), before)
				_, err = s.store.Reservation(s.Context(), p.ReservationID)
				s.refused("the reservation that was refused", err, booking.NotFound)
				if past, err := s.store.Recall(s.Context(), p.Idempotency); past != nil || err != nil {
					s.Errorf("a refused hold is remembered: %+v, %v", past, err)
				}
			}
		}
	}},
	{"Reservation/ByID", func(s *suite) {
		a, b := s.place(s.hold(s.offer().ID, begin)), s.place(s.hold(s.offer().ID, begin))
		got, err := s.store.ReservationsByID(s.Context(), []string{b.ID, "res_none", a.ID, a.ID})
		if err != nil {
			s.Fatalf("ReservationsByID = %v", err)
		}
		byID := map[string]booking.Reservation{}
		for _, r := range got {
			byID[r.ID] = r
		}
		s.same("those that exist", byID, map[string]booking.Reservation{a.ID: a, b.ID: b})
		if len(got) != 2 {
			s.Errorf("%d reservations, want each once", len(got))
		}
	}},
}

var takeoverTests = []test{
	{"Takeover/OfALapsedHold", func(s *suite) {
		for name, prepare := range map[string]func(r booking.Reservation){
			"unpaid":   func(booking.Reservation) {},
			"pending":  func(r booking.Reservation) { s.apply(booking.BeginPayment{On: on(r, begin), Method: "pm_ok"}) },
			"declined": func(r booking.Reservation) { s.decline(r) },
		} {
			a := s.offer()
			old := s.place(s.hold(a.ID, begin))
			prepare(old)
			before := s.reservation(old.ID)
			for _, early := range []time.Duration{time.Nanosecond, time.Millisecond} {
				_, err := s.store.PlaceHold(s.Context(), s.hold(a.ID, old.HoldExpiresAt.Add(-early)))
				s.refused("a takeover before the deadline", err, booking.ApartmentNotVacant)
			}
			r := s.place(s.hold(a.ID, old.HoldExpiresAt))
			if r.Epoch != 2 || s.apartment(a.ID).ReservationID != r.ID || s.apartment(a.ID).Epoch != 2 {
				s.Errorf("%s: after the takeover epoch %d, apartment %+v", name, r.Epoch, s.apartment(a.ID))
			}
			want := before
			want.Status, want.EndedAt = booking.Expired, old.HoldExpiresAt
			got := s.reservation(old.ID)
			if n := len(got.Timeline); n != len(before.Timeline)+1 || got.Timeline[n-1].Kind != booking.HoldLapsed {
				s.Errorf("%s: the old timeline ends %+v, want that it expired", name, got.Timeline)
			}
			got.Timeline, want.Timeline, got.TaskToken, want.TaskToken = nil, nil, "", ""
			s.same("the old reservation", got, want)
		}
	}},
	{"Takeover/NeverOfAnAuthorizedOne", func(s *suite) {
		a := s.offer()
		old := s.place(s.hold(a.ID, begin))
		s.pay(old)
		before := s.both(old.ID)
		_, err := s.store.PlaceHold(s.Context(), s.hold(a.ID, old.HoldExpiresAt.Add(time.Hour)))
		s.refused("a takeover of a paid hold", err, booking.ApartmentNotVacant)
		s.same("what was stored", s.both(old.ID), before)
	}},
	{"Takeover/TheOldHoldIsPowerless", func(s *suite) {
		a := s.offer()
		old := s.place(s.hold(a.ID, begin))
		s.apply(booking.BeginPayment{On: on(old, begin), Method: "pm_ok"})
		r := s.place(s.hold(a.ID, old.HoldExpiresAt))
		now := old.HoldExpiresAt.Add(time.Millisecond)
		apartment := s.apartment(a.ID)
		for _, i := range []booking.Intention{
			booking.AuthorizePayment{On: on(old, now), PaymentID: booking.PaymentID(old.ID, 1), Authorization: booking.GatewayPayment{AuthorizedAt: begin}},
			booking.ClaimForCapture{On: on(old, now)}, booking.ConfirmReservation{On: on(old, now)},
			booking.ReleaseHold{On: on(old, now), Reason: booking.ReleaseCancelled},
			booking.ExtendHold{On: on(old, now), MaxExtensions: 2, MaxWindows: 3}, booking.Occupy{On: on(old, now)},
		} {
			if _, err := s.store.Apply(s.Context(), i, nil); err == nil {
				s.Errorf("%T of the old hold is not refused", i)
			}
		}
		s.apply(booking.ReleaseHold{On: on(old, now), Reason: booking.ReleaseExpired})
		s.same("the new reservation", s.reservation(r.ID), r)
		s.same("the apartment", s.apartment(a.ID), apartment)
	}},
}

// on names a reservation's hold at a moment.
func on(r booking.Reservation, now time.Time) booking.On {
	return booking.On{ReservationID: r.ID, Epoch: r.Epoch, Now: now, By: "tenant"}
}

// pay authorizes the reservation's first payment as the hold was placed.
func (s *suite) pay(r booking.Reservation) {
	s.Helper()
	s.apply(booking.BeginPayment{On: on(r, begin), Method: "pm_ok"})
	s.apply(booking.AuthorizePayment{On: on(r, begin), PaymentID: booking.PaymentID(r.ID, 1), GatewayRef: "ref"})
}

func (s *suite) decline(r booking.Reservation) {
	s.Helper()
	s.apply(booking.BeginPayment{On: on(r, begin), Method: "pm_declined"})
	s.apply(booking.DeclinePayment{On: on(r, begin), PaymentID: booking.PaymentID(r.ID, 1), DeclineCode: "card_declined"})
}

// confirm takes the reservation all the way to PAID.
func (s *suite) confirm(r booking.Reservation) {
	s.Helper()
	s.pay(r)
	s.apply(booking.ClaimForCapture{On: on(r, begin)})
	s.apply(booking.RecordCapture{On: on(r, begin)})
	s.apply(booking.ConfirmReservation{On: on(r, begin)})
}
