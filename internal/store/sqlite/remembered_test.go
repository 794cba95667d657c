package sqlite_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/groupcommit"
	"github.com/vacancy/vacancy/internal/store/sqlite"
)

// repeated is an order that is sent again: the same key, but what the server makes of it anew.
func repeated(p booking.PlaceHold, reservation string) booking.PlaceHold {
	p.ReservationID, p.Now = reservation, p.Now.Add(time.Second)
	p.Idempotency.ResultID, p.Idempotency.At = reservation, p.Now
	return p
}

// TestKeysOfHoldsOutliveTheStore: which reservation a key stands with is known again after a restart.
func TestKeysOfHoldsOutliveTheStore(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, sqlite.Options{})
	ids := offer(t, s, "r", 40)
	held := make([]booking.Reservation, len(ids)-1)
	for i := range held {
		var err error
		if held[i], err = s.PlaceHold(t.Context(), holdOn(ids[i], "res_"+ids[i], i, benchTime)); err != nil {
			t.Fatal(err)
		}
	}
	s.Close()

	s = open(t, dir, sqlite.Options{})
	vacant := ids[len(ids)-1]
	for i, r := range held {
		again := repeated(holdOn(vacant, r.ID, i, benchTime), "res_again")
		if got, err := s.PlaceHold(t.Context(), again); err != nil || !cmp.Equal(got, r) {
			t.Errorf("the order repeated = %s, %v; want %s", got.ID, err, r.ID)
		}
		again.Idempotency.Fingerprint = "other arguments"
		if _, err := s.PlaceHold(t.Context(), again); booking.CodeOf(err) != booking.IdempotencyKeyReused {
			t.Errorf("its key with other arguments = %v", err)
		}
	}
	if a, err := s.Apartment(t.Context(), vacant); err != nil || a.Status != booking.Vacant {
		t.Errorf("the apartment that nobody ordered is %s, %v", a.Status, err)
	}
}

// TestTheKeyOfAHoldThatFailed: what became of a commit decides whether the key is known, also when
// the answer of the commit says otherwise.
func TestTheKeyOfAHoldThatFailed(t *testing.T) {
	for _, c := range []struct {
		name  string
		at    groupcommit.Boundary
		known bool
	}{
		{"rolled back", groupcommit.BeforeCommit, false},
		{"its answer lost", groupcommit.AfterCommit, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			commit := commitFault{at: c.at}
			s := open(t, t.TempDir(), sqlite.Options{Fault: commit.fault})
			ids := offer(t, s, "f", 3)
			first := holdOn(ids[0], "res_1", 1, benchTime)
			commit.armed.Store(true)
			if _, err := s.PlaceHold(t.Context(), first); !errors.Is(err, errFault) {
				t.Fatalf("PlaceHold = %v, want the fault", err)
			}
			if past, err := s.Recall(t.Context(), first.Idempotency); err != nil || (past != nil) != c.known {
				t.Errorf("Recall = %v, %v; want it known: %t", past, err, c.known)
			}
			// Where the first was rolled back, this one gets its row.
			other, err := s.PlaceHold(t.Context(), holdOn(ids[1], "res_other", 2, benchTime))
			if err != nil || other.ID != "res_other" {
				t.Errorf("another order = %s, %v", other.ID, err)
			}
			want := "res_2"
			if c.known {
				want = "res_1"
			}
			for _, id := range []string{"res_2", "res_3"} {
				again := repeated(first, id)
				again.ApartmentID = ids[2] // vacant, at least at first
				if got, err := s.PlaceHold(t.Context(), again); err != nil || got.ID != want {
					t.Errorf("the order repeated = %s, %v; want %s", got.ID, err, want)
				}
			}
			if got, err := s.PlaceHold(t.Context(), repeated(holdOn(ids[1], "res_other", 2, benchTime), "res_4")); err != nil || got.ID != other.ID {
				t.Errorf("the other order repeated = %s, %v", got.ID, err)
			}
		})
	}
}

// TestAForgettingThatFailed: a key is known until it is committed that it is forgotten, and no longer.
func TestAForgettingThatFailed(t *testing.T) {
	for _, c := range []struct {
		name string
		at   groupcommit.Boundary
		want string // is answered to the order repeated
	}{
		{"rolled back", groupcommit.BeforeCommit, "res_1"},
		{"its answer lost", groupcommit.AfterCommit, "res_2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			commit := commitFault{at: c.at}
			s := open(t, t.TempDir(), sqlite.Options{Fault: commit.fault})
			ids := offer(t, s, "f", 2)
			first := holdOn(ids[0], "res_1", 1, benchTime)
			if _, err := s.PlaceHold(t.Context(), first); err != nil {
				t.Fatal(err)
			}
			release := booking.ReleaseHold{On: booking.On{ReservationID: "res_1", Epoch: 1, Now: benchTime, By: "tenant"}, Reason: booking.ReleaseCancelled}
			if _, err := s.Apply(t.Context(), release, nil); err != nil {
				t.Fatal(err)
			}
			commit.armed.Store(true)
			if _, err := s.Forget(t.Context(), benchTime.Add(time.Hour), 10); !errors.Is(err, errFault) {
				t.Fatalf("Forget = %v, want the fault", err)
			}
			for _, id := range []string{"res_2", "res_3"} {
				again := repeated(first, id)
				again.ApartmentID = ids[1]
				if got, err := s.PlaceHold(t.Context(), again); err != nil || got.ID != c.want {
					t.Errorf("the order repeated = %s, %v; want %s", got.ID, err, c.want)
				}
			}
		})
	}
}
