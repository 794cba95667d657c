package sqlite_test

import (
	"errors"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/groupcommit"
	"github.com/vacancy/vacancy/internal/store/sqlite"
)

// TestAStartWhoseAnswerWasLostIsSignalled: the hold is committed with its execution, the
// caller hears an error, and the runner is told all the same; otherwise the execution
// would wait until another is started.
func TestAStartWhoseAnswerWasLostIsSignalled(t *testing.T) {
	lost := commitFault{at: groupcommit.AfterCommit}
	s := open(t, t.TempDir(), sqlite.Options{StartExecutions: startReservation, Fault: lost.fault})
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	_, err := s.CreateApartment(t.Context(), booking.Apartment{
		ID: "apt_1", Status: booking.Vacant, CreatedAt: now, UpdatedAt: now,
		Listing: booking.Listing{Price: booking.Money{Amount: 79000, Currency: "USD"}, RentPeriod: booking.Monthly},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}

	lost.armed.Store(true)
	_, err = s.PlaceHold(t.Context(), booking.PlaceHold{
		ApartmentID: "apt_1", ReservationID: "res_1", TenantID: "alice", Now: now, Window: time.Minute,
		Idempotency: booking.Idempotency{Principal: "alice", Operation: "reserveApartment", Key: "k", At: now, ResultID: "res_1"},
	})
	if !errors.Is(err, errFault) {
		t.Fatalf("PlaceHold = %v, want that its answer was lost", err)
	}
	select {
	case <-s.Journal().Started():
	default:
		t.Error("the runner was not told of the execution that was committed")
	}
}
