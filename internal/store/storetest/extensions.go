package storetest

import (
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

func extend(r booking.Reservation, now time.Time) booking.ExtendHold {
	return booking.ExtendHold{On: on(r, now), MaxExtensions: 2, MaxWindows: 3}
}

var extensionTests = []test{
	{"Extend/MovesBothDeadlines", func(s *suite) {
		r := s.place(s.hold(s.offer().ID, begin))
		now := begin.Add(window / 2)
		b := s.apply(extend(r, now))
		if want := now.Add(window); !b.Reservation.HoldExpiresAt.Equal(want) || !b.Apartment.HoldExpiresAt.Equal(want) || b.Reservation.Extensions != 1 {
			s.Errorf("extended to %s and %s, %d times; want %s", b.Reservation.HoldExpiresAt, b.Apartment.HoldExpiresAt, b.Reservation.Extensions, want)
		}
		s.same("what is stored", s.both(r.ID), b)
		_, err := s.store.PlaceHold(s.Context(), s.hold(r.ApartmentID, r.HoldExpiresAt))
		s.refused("a takeover at the deadline that was", err, booking.ApartmentNotVacant)
	}},
	{"Extend/AtMostTwice", func(s *suite) {
		r := s.place(s.hold(s.offer().ID, begin))
		s.apply(extend(r, begin.Add(window/2)))
		s.apply(extend(r, begin.Add(window)))
		before := s.both(r.ID)
		_, err := s.store.Apply(s.Context(), extend(r, begin.Add(3*window/2)), nil)
		s.refused("a third extension", err, booking.ExtensionLimitReached)
		s.same("what is stored", s.both(r.ID), before)
	}},
	{"Extend/NeverPastThreeWindows", func(s *suite) {
		r := s.place(s.hold(s.offer().ID, begin))
		late := booking.ExtendHold{MaxExtensions: 10, MaxWindows: 3}
		for _, at := range []time.Duration{window - 1, 2*window - 2, 3*window - 3} {
			late.On = on(r, begin.Add(at))
			if b, err := s.store.Apply(s.Context(), late, nil); err == nil && b.Reservation.HoldExpiresAt.After(begin.Add(3*window)) {
				s.Errorf("held until %s", b.Reservation.HoldExpiresAt)
			}
		}
		if got := s.reservation(r.ID).HoldExpiresAt; !got.Equal(begin.Add(3 * window)) {
			s.Errorf("held until %s after placing, want three windows", got.Sub(begin))
		}
		late.On = on(r, begin.Add(3*window-1))
		_, err := s.store.Apply(s.Context(), late, nil)
		s.refused("an extension at the cap", err, booking.ExtensionLimitReached)
	}},
	{"Extend/TheDueIndexFollows", func(s *suite) {
		r := s.place(s.hold(s.offer().ID, begin))
		b := s.apply(extend(r, begin.Add(window/2)))
		s.eventually("due holds", func() error {
			return s.dueAre(b.Reservation.HoldExpiresAt.Add(-1))
		})
		s.eventually("due holds", func() error {
			return s.dueAre(b.Reservation.HoldExpiresAt, r.ID)
		})
	}},
}
