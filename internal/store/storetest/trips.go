package storetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga"
	"github.com/vacancy/vacancy/internal/saga/trip"
)

// TripFactory answers an empty store of trips and cleans up by t.Cleanup.
type TripFactory func(t *testing.T) trip.Store

// RunTrips is the contract of trip.Store, each test on a store of its own.
func RunTrips(t *testing.T, open TripFactory) {
	for _, c := range tripTests {
		t.Run(c.name, func(t *testing.T) { c.run(&tripSuite{suite: &suite{T: t}, store: open(t)}) })
	}
}

// tripSuite is a store of trips under test.
type tripSuite struct {
	*suite
	store trip.Store
}

type tripTest struct {
	name string
	run  func(*tripSuite)
}

// newTrip makes a trip as the service does, with a lodging that may be one of our apartments.
func newTrip(id, apartmentID string) trip.Trip {
	r := trip.Request{
		Route:   trip.Route{DepartCity: "Detroit", DepartTime: begin, ArriveCity: "Frankfurt, “the” airport", ArriveTime: begin.Add(50 * time.Hour)},
		Lodging: &trip.Lodging{Hotel: "holiday inn", ApartmentID: apartmentID, CheckIn: begin.Add(time.Hour), CheckOut: begin.Add(48 * time.Hour)},
		Car:     &trip.Car{Name: "BMW", From: begin.Add(2 * time.Hour), To: begin.Add(40 * time.Hour)},
		Amount:  trip.DefaultAmount, PaymentMethod: "pm_ok", Failing: trip.FailPayment,
	}
	return trip.Trip{ID: id, TenantID: "tenant", Request: r, Status: trip.Booking, ExecutionName: id, CreatedAt: begin, UpdatedAt: begin,
		Timeline: []trip.Event{{Kind: trip.TripRequested, At: begin, By: "tenant"}}}
}

func (s *tripSuite) create(t trip.Trip) trip.Trip {
	s.Helper()
	stored, created, err := s.store.CreateTrip(s.Context(), t)
	if err != nil || !created {
		s.Fatalf("CreateTrip = %t, %v", created, err)
	}
	return stored
}

func (s *tripSuite) trip(id string) trip.Trip {
	s.Helper()
	t, err := s.store.Trip(s.Context(), id)
	if err != nil {
		s.Fatalf("Trip(%s) = %v", id, err)
	}
	return t
}

// tripMove is an intention that a property may make at a moment.
type tripMove struct {
	name string
	make func(trip.On) trip.Intention
}

// tripMoves are all intentions.
func tripMoves() []tripMove {
	hold := booking.Reservation{ID: "res_1", ApartmentID: "apt_1", Epoch: 3, Price: booking.Money{Amount: 79_000, Currency: "USD"}}
	return []tripMove{
		{"RecordHotel", func(on trip.On) trip.Intention { return trip.RecordHotel{On: on} }},
		{"RecordHotel of ours", func(on trip.On) trip.Intention { return trip.RecordHotel{On: on, Hold: &hold} }},
		{"RecordFlight", func(on trip.On) trip.Intention { return trip.RecordFlight{On: on} }},
		{"RecordCarRental", func(on trip.On) trip.Intention { return trip.RecordCarRental{On: on} }},
		{"BeginCharge", func(on trip.On) trip.Intention { return trip.BeginCharge{On: on} }},
		{"RecordRef", func(on trip.On) trip.Intention { return trip.RecordRef{On: on, Ref: "ref"} }},
		{"RecordAuthorization", func(on trip.On) trip.Intention { return trip.RecordAuthorization{On: on} }},
		{"RecordCapture", func(on trip.On) trip.Intention { return trip.RecordCapture{On: on} }},
		{"ConfirmHotel", func(on trip.On) trip.Intention { return trip.ConfirmHotel{On: on} }},
		{"ConfirmFlight", func(on trip.On) trip.Intention { return trip.ConfirmFlight{On: on} }},
		{"ConfirmCarRental", func(on trip.On) trip.Intention { return trip.ConfirmCarRental{On: on} }},
		{"BeginCompensation", func(on trip.On) trip.Intention {
			return trip.BeginCompensation{On: on, Failure: trip.Failure{Error: "PaymentDeclined", Cause: "no funds"}}
		}},
		{"RecordReturn", func(on trip.On) trip.Intention {
			return trip.RecordReturn{On: on, Returned: booking.GatewayPayment{Status: booking.Refunded}}
		}},
		{"RemoveCarRental", func(on trip.On) trip.Intention { return trip.RemoveCarRental{On: on} }},
		{"RemoveFlight", func(on trip.On) trip.Intention { return trip.RemoveFlight{On: on} }},
		{"RemoveHotel", func(on trip.On) trip.Intention { return trip.RemoveHotel{On: on} }},
		{"Conclude", func(on trip.On) trip.Intention { return trip.Conclude{On: on} }},
		{"Conclude what gave up", func(on trip.On) trip.Intention {
			return trip.Conclude{On: on, GaveUp: map[string]string{trip.ReserveFlight: "the airline is closed"}}
		}},
		{"Resume", func(on trip.On) trip.Intention { return trip.Resume{On: on} }},
		{"MarkStarted", func(on trip.On) trip.Intention { return trip.MarkStarted{On: on} }},
		{"CountRepair", func(on trip.On) trip.Intention { return trip.CountRepair{On: on, Number: 1} }},
	}
}

// tripPaths take a trip to each of its ends, by the names of moves.
var tripPaths = map[string][]string{
	"booked": {"MarkStarted", "RecordHotel", "RecordFlight", "RecordCarRental", "BeginCharge", "RecordRef", "RecordAuthorization", "RecordCapture",
		"ConfirmHotel", "ConfirmFlight", "ConfirmCarRental"},
	"booked, in an apartment": {"RecordHotel of ours", "RecordFlight", "RecordCarRental", "BeginCharge", "RecordRef", "RecordAuthorization", "RecordCapture",
		"ConfirmHotel", "ConfirmFlight", "ConfirmCarRental"},
	"undone": {"RecordHotel of ours", "RecordFlight", "RecordCarRental", "BeginCharge", "RecordRef", "RecordAuthorization", "RecordCapture", "ConfirmHotel",
		"BeginCompensation", "CountRepair", "RecordReturn", "RemoveCarRental", "RemoveFlight", "RemoveHotel", "Conclude"},
	"attention": {"RecordHotel", "RecordFlight", "BeginCompensation", "RemoveHotel", "Conclude what gave up"},
	"resumed":   {"RecordHotel", "RecordFlight", "BeginCompensation", "RemoveHotel", "Conclude what gave up", "Resume", "RemoveFlight", "Conclude"},
}

var tripTests = []tripTest{
	{"CreateTrip/KeepsAllThatIsSaid", func(s *tripSuite) {
		for _, apartment := range []string{"", "apt_1"} {
			want := newTrip("trip_of_"+apartment, apartment)
			s.same("the answer", s.create(want), want)
			s.same("the stored trip", s.trip(want.ID), want)
		}
	}},
	{"CreateTrip/AKnownIdStaysAsItIs", func(s *tripSuite) {
		want := s.create(newTrip("trip_1", ""))
		other := newTrip("trip_1", "")
		other.TenantID, other.DepartCity = "another", "Paris"
		stored, created, err := s.store.CreateTrip(s.Context(), other)
		if err != nil || created {
			s.Fatalf("CreateTrip = %t, %v", created, err)
		}
		s.same("the answer", stored, want)
		s.same("the stored trip", s.trip("trip_1"), want)
	}},
	{"CreateTrip/OneOfManyAtOnce", func(s *tripSuite) {
		made := make([]bool, 16)
		race(len(made), func(i int) {
			t := newTrip("trip_1", "")
			t.DepartCity = fmt.Sprint("city ", i)
			stored, created, err := s.store.CreateTrip(s.Context(), t)
			if err != nil || created != (stored.DepartCity == t.DepartCity) {
				s.Errorf("CreateTrip = %q, %t, %v", stored.DepartCity, created, err)
			}
			made[i] = created
		})
		if n := len(slices.DeleteFunc(made, func(b bool) bool { return !b })); n != 1 {
			s.Errorf("%d of one id were created", n)
		}
	}},
	{"Trip/NotFound", func(s *tripSuite) {
		_, err := s.store.Trip(s.Context(), "trip_none")
		s.refused("a trip that is not there", err, booking.NotFound)
		_, err = s.store.ApplyToTrip(s.Context(), trip.RecordFlight{On: trip.On{TripID: "trip_none", Now: begin}})
		s.refused("a step of a trip that is not there", err, booking.NotFound)
	}},
	{"ApplyToTrip/EveryPathIsStoredAsDecided", func(s *tripSuite) {
		n := 0
		for _, path := range tripPaths {
			n++
			s.follow(fmt.Sprintf("trip_%d", n), path)
		}
	}},
	{"ApplyToTrip/EveryMoveInEveryState", func(s *tripSuite) {
		n := 0
		for name, path := range tripPaths {
			for length := range len(path) + 1 {
				n++
				if n%4 != 0 && length < len(path) { // stores over a network take their time
					continue
				}
				id := fmt.Sprintf("trip_%d", n)
				s.follow(id, path[:length])
				for _, move := range tripMoves() {
					s.move(name, move, trip.On{TripID: id, Now: begin.Add(time.Hour)})
				}
			}
		}
	}},
	{"Race/AStepAndItsCompensation", func(s *tripSuite) {
		for round := range 10 {
			t := s.create(newTrip(fmt.Sprintf("trip_%d", round), ""))
			on := trip.On{TripID: t.ID, Now: begin}
			moves := []trip.Intention{trip.RecordHotel{On: on}, trip.RemoveHotel{On: on}, trip.RecordFlight{On: on}, trip.RemoveFlight{On: on}, trip.RecordCarRental{On: on}}
			race(len(moves), func(i int) {
				if _, err := s.store.ApplyToTrip(s.Context(), moves[i]); err != nil && !errors.Is(err, saga.ErrStepUndone) {
					s.Errorf("%T = %v", moves[i], err)
				}
			})
			if got := s.trip(t.ID); got.Hotel != nil || got.Flight != nil || got.Status != trip.Compensating || len(got.Undone) != 2 {
				s.Errorf("round %d: after a step and its compensation at once: hotel %v, flight %v, %s, undone %v", round, got.Hotel, got.Flight, got.Status, got.Undone)
			}
		}
	}},
	{"Sweeping/ListsWhatIsLeftToDo", func(s *tripSuite) {
		ids := map[string]string{}
		for name, path := range tripPaths {
			ids[name] = fmt.Sprintf("trip_%d", len(ids))
			s.follow(ids[name], path)
		}
		fresh := s.create(newTrip("trip_fresh", ""))
		s.follow("trip_begun", []string{"MarkStarted", "RecordHotel"})
		s.follow("trip_undoing", []string{"MarkStarted", "RecordHotel", "BeginCompensation"})
		lists := map[string]struct {
			list func() ([]trip.Trip, error)
			want func(trip.Trip) bool
		}{
			"to start": {func() ([]trip.Trip, error) { return s.store.TripsToStart(s.Context(), 100) },
				func(t trip.Trip) bool { return !t.Execution.Started }},
			"unfinished": {func() ([]trip.Trip, error) { return s.store.UnfinishedTrips(s.Context(), begin.Add(time.Hour), 100) },
				func(t trip.Trip) bool { return t.Status == trip.Booking || t.Status == trip.Compensating }},
			"unfinished for long": {func() ([]trip.Trip, error) { return s.store.UnfinishedTrips(s.Context(), begin.Add(time.Second), 100) },
				func(t trip.Trip) bool { return t.ID == fresh.ID }},
			"attention": {func() ([]trip.Trip, error) { return s.store.TripsNeedingAttention(s.Context(), 100) },
				func(t trip.Trip) bool { return t.Status == trip.NeedsAttention }},
		}
		all := append([]string{fresh.ID, "trip_begun", "trip_undoing"}, ids["booked"], ids["booked, in an apartment"], ids["undone"], ids["attention"], ids["resumed"])
		for name, list := range lists {
			var want []string
			for _, id := range all {
				if list.want(s.trip(id)) {
					want = append(want, id)
				}
			}
			slices.Sort(want)
			s.eventually(name, func() error {
				found, err := list.list()
				var got []string
				for _, t := range found {
					got = append(got, t.ID)
					if d := diff(t, s.trip(t.ID)); d != "" {
						return fmt.Errorf("%s is answered otherwise than stored: %s", t.ID, d)
					}
				}
				slices.Sort(got)
				if err == nil && !slices.Equal(got, want) {
					err = fmt.Errorf("listed are %v, want %v", got, want)
				}
				return err
			})
		}
	}},
	{"Sweeping/AtMostSoMany", func(s *tripSuite) {
		for i := range 5 {
			s.create(newTrip(fmt.Sprintf("trip_%d", i), ""))
		}
		s.eventually("two of five", func() error {
			found, err := s.store.TripsToStart(s.Context(), 2)
			if err == nil && len(found) != 2 {
				err = fmt.Errorf("%d are listed", len(found))
			}
			return err
		})
	}},
}

// follow creates a trip and takes it along a path, a second for each move after the first
// minute, so that it is not the same moment.
func (s *tripSuite) follow(id string, path []string) {
	s.Helper()
	s.create(newTrip(id, ""))
	for i, name := range path {
		n := slices.IndexFunc(tripMoves(), func(m tripMove) bool { return m.name == name })
		s.move(fmt.Sprint(path), tripMoves()[n], trip.On{TripID: id, Now: begin.Add(time.Minute + time.Duration(i)*time.Second)})
	}
}

// move applies an intention and compares the answer, and what is stored, with what the
// intention decides.
func (s *tripSuite) move(path string, m tripMove, on trip.On) {
	s.Helper()
	before := s.trip(on.TripID)
	want, changed, refusal := m.make(on).Decide(before)
	if !changed || refusal != nil {
		want = before
	}
	got, err := s.store.ApplyToTrip(s.Context(), m.make(on))
	if (err == nil) != (refusal == nil) || err != nil && err.Error() != refusal.Error() {
		s.Fatalf("%s: %s = %v, want %v", path, m.name, err, refusal)
	}
	if err == nil {
		s.same(path+": the answer to "+m.name, got, want)
	}
	s.same(path+": what is stored after "+m.name, s.trip(on.TripID), want)
}
