package storetest

import (
	"fmt"
	"slices"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

func (s *suite) listReservations(q booking.ReservationQuery) ([]string, error) {
	return everyPage(q.First, func(after string) (booking.Page[booking.Reservation], error) {
		q.After = after
		return s.store.ListReservations(s.Context(), q)
	}, func(r booking.Reservation) string { return r.ID })
}

var reservationListTests = []test{
	{"Reservations/NewestFirstAndFilters", func(s *suite) {
		apartments := []booking.Apartment{s.offer(), s.offer(), s.offer()}
		var all []booking.Reservation
		for i := range 24 {
			now := begin.Add(time.Duration(i) * time.Second)
			p := s.hold(apartments[i%3].ID, now)
			p.TenantID = fmt.Sprint("tenant ", i%2)
			r := s.place(p)
			if i < 21 {
				s.apply(booking.ReleaseHold{On: on(r, now), Reason: booking.ReleaseCancelled})
			}
			all = append(all, s.reservation(r.ID))
		}
		for _, q := range []booking.ReservationQuery{
			{}, {TenantID: "tenant 1"}, {TenantID: "nobody"}, {ApartmentID: apartments[2].ID}, {ApartmentID: "apt_none"},
			{Status: booking.Held}, {Status: booking.Cancelled, TenantID: "tenant 0"}, {ApartmentID: apartments[0].ID, TenantID: "tenant 0"},
			{ApartmentID: apartments[1].ID, Status: booking.Held},
		} {
			var want []string
			for _, r := range slices.Backward(all) {
				if (q.TenantID == "" || r.TenantID == q.TenantID) && (q.ApartmentID == "" || r.ApartmentID == q.ApartmentID) && (q.Status == "" || r.Status == q.Status) {
					want = append(want, r.ID)
				}
			}
			for _, first := range []int{1, 3, booking.MaxPageSize} {
				q.First = first
				s.eventually(fmt.Sprintf("list %+v", q), func() error {
					got, err := s.listReservations(q)
					if err == nil && !slices.Equal(got, want) {
						err = fmt.Errorf("got %v, want %v", got, want)
					}
					return err
				})
			}
		}
	}},
	{"Reservations/AnswersThemWhole", func(s *suite) {
		r := s.place(s.hold(s.offer().ID, begin))
		s.confirm(r)
		want := s.reservation(r.ID)
		s.eventually("the list", func() error {
			page, err := s.store.ListReservations(s.Context(), booking.ReservationQuery{First: 5})
			if err == nil && len(page.Items) != 1 {
				err = fmt.Errorf("%d items", len(page.Items))
			} else if err == nil && diff(page.Items[0], want) != "" {
				err = fmt.Errorf("it differs (-want +got):\n%s", diff(page.Items[0], want))
			}
			return err
		})
	}},
}
