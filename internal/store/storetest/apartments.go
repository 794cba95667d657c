package storetest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

var apartmentTests = []test{
	{"Apartment/RoundTrip", func(s *suite) {
		full := booking.Apartment{ID: "apt_full", SourceID: "5668626895", Listing: listing(), Status: booking.Vacant,
			CreatedAt: begin, UpdatedAt: begin.Add(time.Second)}
		full.PaymentWindow, full.LateMoney = 90*time.Second, booking.ReacquireElseRefund
		bare := booking.Apartment{ID: "apt_bare", Status: booking.Vacant, CreatedAt: begin, UpdatedAt: begin,
			Listing: booking.Listing{Price: booking.Money{Amount: 1, Currency: "EUR"}, RentPeriod: booking.Weekly}}
		zero := bare
		zero.ID, zero.Bedrooms, zero.Bathrooms = "apt_zero", ptr(0), ptr(0.0) // a studio is not "not known"
		for _, a := range []booking.Apartment{full, bare, zero} {
			got, err := s.store.CreateApartment(s.Context(), a, nil)
			if err != nil {
				s.Fatalf("CreateApartment = %v", err)
			}
			s.same("CreateApartment's answer", got, a)
			s.same("the stored apartment", s.apartment(a.ID), a)
		}
	}},
	{"Apartment/Unknown", func(s *suite) {
		_, err := s.store.Apartment(s.Context(), "apt_none")
		s.refused("Apartment of an unknown id", err, booking.NotFound)
		_, err = s.store.ChangeApartment(s.Context(), booking.Withdraw{ApartmentID: "apt_none", Now: begin})
		s.refused("Withdraw of an unknown id", err, booking.NotFound)
	}},
	{"Apartment/ByID", func(s *suite) {
		a, b := s.offer(), s.offer()
		got, err := s.store.ApartmentsByID(s.Context(), []string{b.ID, "apt_none", a.ID, b.ID})
		if err != nil {
			s.Fatalf("ApartmentsByID = %v", err)
		}
		slices.SortFunc(got, func(x, y booking.Apartment) int { return strings.Compare(x.ID, y.ID) })
		s.same("those that exist, each once", got, []booking.Apartment{a, b})
		if got, err := s.store.ApartmentsByID(s.Context(), nil); err != nil || len(got) != 0 {
			s.Errorf("ApartmentsByID of none = %v, %v", got, err)
		}
	}},
	{"Apartment/Update", func(s *suite) {
		a := s.offer()
		update := booking.UpdateListing{ApartmentID: a.ID, Now: begin.Add(time.Hour), Title: ptr("New"),
			Price: &booking.Money{Amount: 5, Currency: "EUR"}, PaymentWindow: ptr(2 * time.Minute), LateMoney: ptr(booking.ReacquireElseRefund)}
		want := a
		want.Title, want.Price, want.PaymentWindow, want.UpdatedAt = "New", *update.Price, 2*time.Minute, update.Now
		want.LateMoney = booking.ReacquireElseRefund
		for range 2 { // again, it changes nothing
			got, err := s.store.ChangeApartment(s.Context(), update)
			if err != nil {
				s.Fatalf("UpdateListing = %v", err)
			}
			s.same("UpdateListing's answer", got, want)
			s.same("the stored apartment", s.apartment(a.ID), want)
			update.Now = update.Now.Add(time.Hour)
		}
		bad := booking.UpdateListing{ApartmentID: a.ID, Now: begin, Price: &booking.Money{Amount: -1, Currency: "EUR"}}
		_, err := s.store.ChangeApartment(s.Context(), bad)
		s.refused("a negative price", err, booking.InvalidInput)
		s.same("the stored apartment", s.apartment(a.ID), want)
	}},
	{"Apartment/UpdateKeepsTheHold", func(s *suite) {
		a := s.offer()
		r := s.place(s.hold(a.ID, begin))
		held := s.apartment(a.ID)
		got, err := s.store.ChangeApartment(s.Context(), booking.UpdateListing{ApartmentID: a.ID, Now: begin.Add(1), Price: &booking.Money{Amount: 1, Currency: "USD"}})
		if err != nil {
			s.Fatalf("UpdateListing = %v", err)
		}
		held.Price.Amount, held.UpdatedAt = 1, begin.Add(1)
		s.same("the held apartment", got, held)
		s.same("the reservation, with its price", s.reservation(r.ID), r)
	}},
	{"Apartment/WithdrawAndRelist", func(s *suite) {
		a := s.offer()
		change := func(c booking.ApartmentChange, status booking.ApartmentStatus, at time.Time) {
			s.Helper()
			want := s.apartment(a.ID)
			want.Status, want.UpdatedAt = status, at
			got, err := s.store.ChangeApartment(s.Context(), c)
			if err != nil {
				s.Fatalf("%T = %v", c, err)
			}
			s.same(fmt.Sprintf("%T's answer", c), got, want)
			s.same("the stored apartment", s.apartment(a.ID), want)
		}
		change(booking.Withdraw{ApartmentID: a.ID, Now: begin.Add(1)}, booking.Withdrawn, begin.Add(1))
		change(booking.Withdraw{ApartmentID: a.ID, Now: begin.Add(2)}, booking.Withdrawn, begin.Add(1))
		_, err := s.store.PlaceHold(s.Context(), s.hold(a.ID, begin))
		s.refused("a hold on a withdrawn apartment", err, booking.ApartmentNotVacant)
		change(booking.Relist{ApartmentID: a.ID, Now: begin.Add(3)}, booking.Vacant, begin.Add(3))
		change(booking.Relist{ApartmentID: a.ID, Now: begin.Add(4)}, booking.Vacant, begin.Add(3))

		s.place(s.hold(a.ID, begin))
		before := s.apartment(a.ID)
		_, err = s.store.ChangeApartment(s.Context(), booking.Withdraw{ApartmentID: a.ID, Now: begin})
		s.refused("withdrawing a held apartment", err, booking.ApartmentNotVacant)
		if got, err := s.store.ChangeApartment(s.Context(), booking.Relist{ApartmentID: a.ID, Now: begin.Add(5)}); err != nil || got.Status != booking.Reserved {
			s.Errorf("Relist of a held apartment = %s, %v; want it left alone", got.Status, err)
		}
		s.same("the held apartment", s.apartment(a.ID), before)
	}},
	{"Import/IsIdempotentBySource", func(s *suite) {
		first := s.imported(0, 30)
		outcomes, err := s.store.ImportApartments(s.Context(), first)
		if err != nil || len(outcomes) != len(first) {
			s.Fatalf("ImportApartments = %d outcomes, %v", len(outcomes), err)
		}
		for i, o := range outcomes {
			if !o.Created || o.ID != first[i].ID {
				s.Errorf("outcome %d is %+v, want created as %s", i, o, first[i].ID)
			}
			s.same("the imported apartment", s.apartment(o.ID), first[i])
		}
		r := s.place(s.hold(first[0].ID, begin))
		again := s.imported(20, 40) // ten of them known, with other ids and prices
		for i := range again {
			again[i].Price.Amount = 1
		}
		outcomes, err = s.store.ImportApartments(s.Context(), again)
		if err != nil {
			s.Fatalf("ImportApartments = %v", err)
		}
		for i, o := range outcomes {
			want := booking.ImportOutcome{ID: again[i].ID, Created: true}
			if i < 10 {
				want = booking.ImportOutcome{ID: first[20+i].ID}
				s.same("an apartment imported again", s.apartment(o.ID), first[20+i])
			}
			s.same("the outcome", o, want)
		}
		if _, err := s.store.ImportApartments(s.Context(), first); err != nil {
			s.Errorf("ImportApartments = %v", err)
		}
		s.same("the hold", s.apartment(first[0].ID).ReservationID, r.ID)
	}},
	{"Import/OneSourceTwice", func(s *suite) {
		twice := s.imported(0, 1)
		twice = append(twice, s.imported(0, 1)...)
		outcomes, err := s.store.ImportApartments(s.Context(), twice)
		if err != nil {
			s.Fatalf("ImportApartments = %v", err)
		}
		s.same("the outcomes", outcomes, []booking.ImportOutcome{{ID: twice[0].ID, Created: true}, {ID: twice[0].ID}})
		_, err = s.store.Apartment(s.Context(), twice[1].ID)
		s.refused("Apartment of the second id", err, booking.NotFound)
	}},
	{"Ping", func(s *suite) {
		for range 2 {
			if err := s.store.Ping(s.Context()); err != nil {
				s.Errorf("Ping = %v", err)
			}
		}
	}},
}

// imported makes listings of the sources from to to.
func (s *suite) imported(from, to int) []booking.Apartment {
	var as []booking.Apartment
	for i := from; i < to; i++ {
		as = append(as, booking.Apartment{ID: s.id("apt"), SourceID: fmt.Sprint("source ", i), Listing: listing(),
			Status: booking.Vacant, CreatedAt: begin, UpdatedAt: begin})
	}
	return as
}
