package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vacancy/vacancy/internal/booking"
)

// begin is the start of every test's time. Its nanoseconds show stores that round.
var begin = time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC)

// window is the payment window of every test, unless it says otherwise.
const window = time.Minute

// suite is a store under test and what tests do with it.
type suite struct {
	*testing.T
	open  Factory
	store booking.Store
	ids   int
	// sample: of many like cases, each of that number is tried.
	sample int
}

func newSuite(t *testing.T, open Factory, sample int) *suite {
	return &suite{T: t, open: open, store: open(t), sample: sample}
}

// id makes ids that grow, as those of the program do.
func (s *suite) id(kind string) string {
	s.ids++
	return fmt.Sprintf("%s_%08d", kind, s.ids)
}

func (s *suite) idem(operation, key string, arguments string) booking.Idempotency {
	return booking.Idempotency{Principal: "tenant", Operation: operation, Key: key, Fingerprint: arguments, At: begin}
}

// listing is what a fresh apartment says.
func listing() booking.Listing {
	bedrooms, bathrooms, feet := 2, 1.5, 640
	return booking.Listing{
		Title: "Two rooms, “near” the park", City: "Seattle", State: "WA", Bedrooms: &bedrooms, Bathrooms: &bathrooms, SquareFeet: &feet,
		Pets: []string{"Cats", "Dogs"}, Price: booking.Money{Amount: 79_050, Currency: "USD"}, RentPeriod: booking.Monthly,
	}
}

// offer stores a vacant apartment.
func (s *suite) offer(change ...func(*booking.Apartment)) booking.Apartment {
	s.Helper()
	a := booking.Apartment{ID: s.id("apt"), Listing: listing(), Status: booking.Vacant, CreatedAt: begin, UpdatedAt: begin}
	for _, c := range change {
		c(&a)
	}
	stored, err := s.store.CreateApartment(s.Context(), a, nil)
	if err != nil {
		s.Fatalf("CreateApartment = %v", err)
	}
	return stored
}

// hold makes the intention to hold an apartment, under a key of its own.
func (s *suite) hold(apartmentID string, now time.Time) booking.PlaceHold {
	id := s.id("res")
	idem := s.idem("reserveApartment", "key of "+id, apartmentID)
	idem.ResultID, idem.At = id, now
	return booking.PlaceHold{ApartmentID: apartmentID, ReservationID: id, TenantID: "tenant", Now: now, Window: window, Idempotency: idem}
}

func (s *suite) place(p booking.PlaceHold) booking.Reservation {
	s.Helper()
	r, err := s.store.PlaceHold(s.Context(), p)
	if err != nil {
		s.Fatalf("PlaceHold = %v", err)
	}
	return r
}

func (s *suite) apply(i booking.Intention) booking.Booking {
	s.Helper()
	b, err := s.store.Apply(s.Context(), i, nil)
	if err != nil {
		s.Fatalf("%T = %v", i, err)
	}
	return b
}

func (s *suite) apartment(id string) booking.Apartment {
	s.Helper()
	a, err := s.store.Apartment(s.Context(), id)
	if err != nil {
		s.Fatalf("Apartment(%s) = %v", id, err)
	}
	return a
}

func (s *suite) reservation(id string) booking.Reservation {
	s.Helper()
	r, err := s.store.Reservation(s.Context(), id)
	if err != nil {
		s.Fatalf("Reservation(%s) = %v", id, err)
	}
	return r
}

// both answers a reservation and its apartment as stored.
func (s *suite) both(reservationID string) booking.Booking {
	s.Helper()
	r := s.reservation(reservationID)
	return booking.Booking{Reservation: r, Apartment: s.apartment(r.ApartmentID)}
}

// refused checks that err is a refusal of that code.
func (s *suite) refused(what string, err error, code booking.Code) {
	s.Helper()
	var refusal *booking.Error
	switch {
	case !errors.As(err, &refusal):
		s.Errorf("%s = %v, want it refused with %s", what, err, code)
	case refusal.Code != code:
		s.Errorf("%s is refused with %s (%s), want %s", what, refusal.Code, refusal.Message, code)
	case refusal.Message == "":
		s.Errorf("%s is refused without a message", what)
	}
}

// same compares what was stored with what is answered: an absent slice equals an
// empty one, times must be the same instant and in UTC.
func (s *suite) same(what string, got, want any) {
	s.Helper()
	if d := diff(got, want); d != "" {
		s.Errorf("%s differs (-want +got):\n%s", what, d)
	}
}

func diff(got, want any) string {
	utc := cmp.Comparer(func(a, b time.Time) bool {
		return a.Equal(b) && a.Location() == time.UTC && b.Location() == time.UTC
	})
	return cmp.Diff(want, got, cmpopts.EquateEmpty(), utc)
}

// eventually waits until f is content: lists and sweeps may lag. It answers the last
// complaint once that takes too long.
func (s *suite) eventually(what string, f func() error) {
	s.Helper()
	eventually(s.T, what, f)
}

// eventually waits for what a store may be late with.
func eventually(t *testing.T, what string, f func() error) {
	t.Helper()
	deadline, tick := time.After(10*time.Second), time.NewTicker(20*time.Millisecond)
	defer tick.Stop()
	for {
		err := f()
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%s: %v", what, err)
		}
	}
}

func ptr[T any](v T) *T { return &v }
