package storetest

import (
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

var idempotencyTests = []test{
	{"Idempotency/SameHoldAgain", func(s *suite) {
		a := s.offer()
		first := s.hold(a.ID, begin)
		r := s.place(first)
		again := s.hold(a.ID, begin.Add(time.Second)) // a retry: same key, another id
		again.Idempotency.Key = first.Idempotency.Key
		s.same("the answer to the retry", s.place(again), r)
		_, err := s.store.Reservation(s.Context(), again.ReservationID)
		s.refused("a second reservation", err, booking.NotFound)
		if got := s.apartment(a.ID); got.Epoch != 1 {
			s.Errorf("epoch %d, want one hold", got.Epoch)
		}
		past, err := s.store.Recall(s.Context(), again.Idempotency)
		want := first.Idempotency
		s.same("the record", past, &want)
		if err != nil {
			s.Errorf("Recall = %v", err)
		}
	}},
	{"Idempotency/AnswersThePresentState", func(s *suite) {
		p := s.hold(s.offer().ID, begin)
		r := s.place(p)
		s.apply(booking.ReleaseHold{On: on(r, begin), Reason: booking.ReleaseCancelled})
		got := s.place(p)
		s.same("the answer", got, s.reservation(r.ID))
		if got.Status != booking.Cancelled || s.apartment(r.ApartmentID).Status != booking.Vacant {
			s.Errorf("%s, apartment %s: a replay holds nothing", got.Status, s.apartment(r.ApartmentID).Status)
		}
	}},
	{"Idempotency/ReusedKey", func(s *suite) {
		a, other := s.offer(), s.offer()
		first := s.hold(a.ID, begin)
		r := s.place(first)
		for _, apartmentID := range []string{other.ID, a.ID, "apt_none"} { // vacant, held, unknown
			reused := s.hold(apartmentID, begin)
			reused.Idempotency.Key, reused.Idempotency.Fingerprint = first.Idempotency.Key, "other arguments"
			_, err := s.store.PlaceHold(s.Context(), reused)
			s.refused("a reused key", err, booking.IdempotencyKeyReused)
			_, err = s.store.Recall(s.Context(), reused.Idempotency)
			s.refused("Recall of a reused key", err, booking.IdempotencyKeyReused)
		}
		s.same("the other apartment", s.apartment(other.ID), other)
		s.same("the reservation", s.reservation(r.ID), r)
	}},
	{"Idempotency/KeysArePerPrincipalAndOperation", func(s *suite) {
		first := s.hold(s.offer().ID, begin)
		first.Idempotency.Principal, first.Idempotency.Operation, first.Idempotency.Key = "ab", "c", "d"
		r := s.place(first)
		for _, c := range [][3]string{{"a", "bc", "d"}, {"ab", "cd", ""}, {"abc", "", "d"}, {"ab", "c", "D"}, {"x", "c", "d"}, {"ab", "x", "d"}} {
			p := s.hold(s.offer().ID, begin)
			p.Idempotency.Principal, p.Idempotency.Operation, p.Idempotency.Key = c[0], c[1], c[2]
			if got := s.place(p); got.ID == r.ID {
				s.Errorf("%q is taken for another key", c)
			}
		}
	}},
	{"Idempotency/ApplyOnce", func(s *suite) {
		r := s.place(s.hold(s.offer().ID, begin))
		idem := s.idem("extendHold", "key", r.ID)
		idem.ResultID = r.ID
		first, err := s.store.Apply(s.Context(), extend(r, begin.Add(window/4)), &idem)
		if err != nil {
			s.Fatalf("Apply = %v", err)
		}
		again, err := s.store.Apply(s.Context(), extend(r, begin.Add(window/2)), &idem)
		if err != nil {
			s.Fatalf("Apply again = %v", err)
		}
		s.same("the second answer", again, first)
		if got := s.reservation(r.ID); got.Extensions != 1 {
			s.Errorf("extended %d times under one key", got.Extensions)
		}
		reused := idem
		reused.Fingerprint = "other arguments"
		_, err = s.store.Apply(s.Context(), extend(r, begin.Add(window/2)), &reused)
		s.refused("a reused key", err, booking.IdempotencyKeyReused)
		s.same("the reservation", s.reservation(r.ID), first.Reservation)
	}},
	{"Idempotency/ADeclineIsRemembered", func(s *suite) {
		r := s.place(s.hold(s.offer().ID, begin))
		s.apply(booking.BeginPayment{On: on(r, begin), Method: "pm_declined"})
		idem := s.idem("payReservation", "key", r.ID)
		idem.ResultID, idem.Outcome = r.ID, booking.PaymentDeclined
		decline := booking.DeclinePayment{On: on(r, begin), PaymentID: booking.PaymentID(r.ID, 1), DeclineCode: "card_declined"}
		if _, err := s.store.Apply(s.Context(), decline, &idem); err != nil {
			s.Fatalf("Apply = %v", err)
		}
		past, err := s.store.Recall(s.Context(), s.idem("payReservation", "key", r.ID))
		if err != nil {
			s.Fatalf("Recall = %v", err)
		}
		s.same("the record", past, &idem)
	}},
	{"Idempotency/ARefusalIsNot", func(s *suite) {
		r := s.place(s.hold(s.offer().ID, begin))
		idem := s.idem("extendHold", "key", r.ID)
		_, err := s.store.Apply(s.Context(), extend(r, r.HoldExpiresAt), &idem)
		s.refused("an extension at the deadline", err, booking.HoldExpired)
		if past, err := s.store.Recall(s.Context(), idem); past != nil || err != nil {
			s.Errorf("Recall = %+v, %v; want nothing", past, err)
		}
	}},
	{"Idempotency/CreateApartment", func(s *suite) {
		a := booking.Apartment{ID: s.id("apt"), Listing: listing(), Status: booking.Vacant, CreatedAt: begin, UpdatedAt: begin}
		idem := s.idem("createApartment", "key", "arguments")
		idem.ResultID = a.ID
		if _, err := s.store.CreateApartment(s.Context(), a, &idem); err != nil {
			s.Fatalf("CreateApartment = %v", err)
		}
		again := a
		again.ID, again.CreatedAt = s.id("apt"), begin.Add(time.Minute)
		retry := idem
		retry.ResultID = again.ID
		got, err := s.store.CreateApartment(s.Context(), again, &retry)
		if err != nil {
			s.Fatalf("CreateApartment again = %v", err)
		}
		s.same("the answer to the retry", got, a)
		_, err = s.store.Apartment(s.Context(), again.ID)
		s.refused("a second apartment", err, booking.NotFound)
		retry.Fingerprint = "other arguments"
		_, err = s.store.CreateApartment(s.Context(), again, &retry)
		s.refused("a reused key", err, booking.IdempotencyKeyReused)
	}},
	{"Forget/NothingThatIsNeeded", func(s *suite) {
		expiring, ok := s.store.(Expiring)
		if !ok {
			s.Skip("this store's records are removed by Forget alone; see Forget/OldAndNotLive")
		}
		// A reservation lives at most three payment windows and, while a capture is unknown, a week.
		if least := 3*booking.MaxPaymentWindow + 7*24*time.Hour; expiring.RememberedFor() < least+24*time.Hour {
			s.Errorf("a key is remembered for %s, and a reservation may live for %s", expiring.RememberedFor(), least)
		}
		p := s.hold(s.offer().ID, begin)
		s.apply(booking.ReleaseHold{On: on(s.place(p), begin), Reason: booking.ReleaseCancelled})
		if n := s.forgetAll(begin.Add(48 * time.Hour)); n != 0 {
			s.Errorf("Forget removes %d records that expire by themselves", n)
		}
		if past, err := s.store.Recall(s.Context(), p.Idempotency); past == nil || err != nil {
			s.Errorf("Recall = %v, %v", past, err)
		}
	}},
	{"Forget/OldAndNotLive", func(s *suite) {
		s.mustForget()
		live, ended, young := s.hold(s.offer().ID, begin), s.hold(s.offer().ID, begin), s.hold(s.offer().ID, begin.Add(time.Hour))
		var orders []booking.Idempotency // about live and ended
		for _, p := range []booking.PlaceHold{live, ended, young} {
			r := s.place(p)
			if p.Now.Equal(begin) {
				order := s.idem("extendHold", "extension of "+r.ID, r.ID)
				order.ResultID = r.ID
				if _, err := s.store.Apply(s.Context(), extend(r, begin.Add(window/4)), &order); err != nil {
					s.Fatalf("Apply = %v", err)
				}
				orders = append(orders, order)
			}
			if p.ReservationID != live.ReservationID {
				s.apply(booking.ReleaseHold{On: on(r, p.Now), Reason: booking.ReleaseCancelled})
			}
		}
		known := func(i booking.Idempotency) bool {
			past, err := s.store.Recall(s.Context(), i)
			if err != nil {
				s.Fatalf("Recall = %v", err)
			}
			return past != nil
		}
		all := func() []bool {
			return []bool{known(live.Idempotency), known(orders[0]), known(ended.Idempotency), known(orders[1]), known(young.Idempotency)}
		}
		forgotten := s.forgetAll(begin.Add(time.Hour))
		s.same("what is known of live, its extension, ended, its extension, young", all(), []bool{true, true, false, false, true})
		s.same("forgotten", forgotten, 2)
		s.apply(booking.ReleaseHold{On: on(s.reservation(live.ReservationID), begin), Reason: booking.ReleaseCancelled})
		forgotten = s.forgetAll(begin.Add(time.Hour))
		s.same("what is known once live has ended", all(), []bool{false, false, false, false, true})
		s.same("forgotten then", forgotten, 2)
	}},
	{"Forget/LiveOnesDoNotStandInTheWay", func(s *suite) {
		s.mustForget()
		for range 40 {
			s.place(s.hold(s.offer().ID, begin))
		}
		for range 7 {
			p := s.hold(s.offer().ID, begin)
			s.apply(booking.ReleaseHold{On: on(s.place(p), begin), Reason: booking.ReleaseCancelled})
		}
		if n := s.forgetAll(begin.Add(time.Hour)); n != 7 {
			s.Errorf("forgot %d of 7 behind live ones", n)
		}
	}},
	{"Forget/AForgottenKeyIsNew", func(s *suite) {
		s.mustForget()
		later := begin.Add(time.Hour)
		p := s.hold(s.offer().ID, begin)
		s.apply(booking.ReleaseHold{On: on(s.place(p), begin), Reason: booking.ReleaseCancelled})
		s.same("forgotten", s.forgetAll(later), 1)
		again := s.hold(s.offer().ID, later)
		again.Idempotency.Key, again.Idempotency.Fingerprint = p.Idempotency.Key, "other arguments"
		r := s.place(again)
		s.same("the second reservation", r.ID, again.ReservationID)
		s.same("forgotten of the second", s.forgetAll(later.Add(time.Hour)), 0) // it lives
		s.same("the answer to its retry", s.place(again), r)
		s.apply(booking.ReleaseHold{On: on(r, later), Reason: booking.ReleaseCancelled})
		s.same("forgotten of the second once it has ended", s.forgetAll(later.Add(time.Hour)), 1)
		if past, err := s.store.Recall(s.Context(), again.Idempotency); past != nil || err != nil {
			s.Errorf("Recall = %v, %v; want nothing", past, err)
		}
	}},
}

// Expiring is a store whose database removes idempotency records by itself, once they are
// older than any reservation can be live; Forget then has nothing to do.
type Expiring interface{ RememberedFor() time.Duration }

func (s *suite) mustForget() {
	if _, ok := s.store.(Expiring); ok {
		s.Skip("this store's records expire by themselves; see Forget/NothingThatIsNeeded")
	}
}

// forgetAll forgets in small portions, as often as it takes.
func (s *suite) forgetAll(before time.Time) (total int) {
	s.Helper()
	for range 60 {
		n, err := s.store.Forget(s.Context(), before, 3)
		if err != nil {
			s.Fatalf("Forget = %v", err)
		}
		if n > 3 {
			s.Errorf("Forget of at most 3 forgot %d", n)
		}
		total += n
	}
	return total
}
