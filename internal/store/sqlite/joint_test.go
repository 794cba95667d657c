package sqlite_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/groupcommit"
	"github.com/vacancy/vacancy/internal/store/sqlite"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
)

// held is a store with a hold and its execution, whose commits can be made to fail.
type held struct {
	*testing.T
	store *sqlite.Store
	fault commitFault
}

func hold(t *testing.T) *held {
	t.Helper()
	h := &held{T: t}
	h.store = open(t, t.TempDir(), sqlite.Options{StartExecutions: startReservation, Fault: h.fault.fault})
	apartment := offer(t, h.store, "x", 1)[0]
	if _, err := h.store.PlaceHold(t.Context(), holdOn(apartment, "res_1", 1, benchTime)); err != nil {
		t.Fatal(err)
	}
	return h
}

// submitted is the entry that the execution waits for its token.
func submitted() *local.Joint {
	return local.NewJoint(local.Entry{
		ExecutionID: workflow.ExecutionID{Machine: "reservation", Name: "res_1"}, Status: workflow.Running,
		State: []byte("waits"), Lane: local.Deadlines, Due: benchTime.Add(time.Hour), At: benchTime,
		Events: []workflow.HistoryEvent{{ID: 1, Type: "ExecutionStarted", Timestamp: benchTime}},
	})
}

func (h *held) storeToken(ctx context.Context, reservation, token string) error {
	_, err := h.store.Apply(ctx, booking.StoreTaskToken{Token: token, On: booking.On{ReservationID: reservation, Now: benchTime}}, nil)
	return err
}

// want compares what the file has: the token, and how many entries.
func (h *held) want(token string, seq int64) {
	h.Helper()
	r, err := h.store.Reservation(h.Context(), "res_1")
	if err != nil || r.TaskToken != token {
		h.Errorf("the token is %q, %v; want %q", r.TaskToken, err, token)
	}
	x, err := h.store.Journal().Load(h.Context(), submitted().Entry.ExecutionID)
	if err != nil || x.Seq != seq {
		h.Errorf("the journal has %d entries, %v; want %d", x.Seq, err, seq)
	}
	events, err := h.store.Journal().History(h.Context(), x.ExecutionID, 0, 10)
	if err != nil || int64(len(events)) != seq {
		h.Errorf("the history has %d events, %v; want %d", len(events), err, seq)
	}
}

func TestAStepsWriteCarriesItsEntry(t *testing.T) {
	h, joint := hold(t), submitted()
	ctx := h.store.Journal().Join(t.Context(), joint)
	if err := h.storeToken(ctx, "res_1", "one"); err != nil || joint.Settle() != local.JointCommitted {
		t.Fatalf("Apply = %v, outcome %d", err, joint.Settle())
	}
	h.want("one", 1)
	if err := h.storeToken(ctx, "res_1", "two"); err != nil {
		t.Fatalf("the write after it = %v", err)
	}
	h.want("two", 1)
}

// TestAnEntryComesWithAWriteThatChangesNothing: the token was stored before.
func TestAnEntryComesWithAWriteThatChangesNothing(t *testing.T) {
	h, joint := hold(t), submitted()
	for _, ctx := range []context.Context{t.Context(), h.store.Journal().Join(t.Context(), joint)} {
		if err := h.storeToken(ctx, "res_1", "one"); err != nil {
			t.Fatal(err)
		}
	}
	h.want("one", 1)
}

func TestARefusedWriteCarriesNothing(t *testing.T) {
	h, joint := hold(t), submitted()
	err := h.storeToken(h.store.Journal().Join(t.Context(), joint), "res_2", "one")
	if booking.CodeOf(err) != booking.NotFound || joint.Settle() != local.JointNotWritten {
		t.Errorf("Apply = %v, outcome %d", err, joint.Settle())
	}
	h.want("", 0)
}

// TestAnEntryThatDoesNotFitUndoesTheWrite: the execution has moved on meanwhile.
func TestAnEntryThatDoesNotFitUndoesTheWrite(t *testing.T) {
	h, joint := hold(t), submitted()
	joint.Entry.Seq = 7
	err := h.storeToken(h.store.Journal().Join(t.Context(), joint), "res_1", "one")
	if !errors.Is(err, local.ErrConflict) || joint.Settle() == local.JointCommitted {
		t.Errorf("Apply = %v, outcome %d", err, joint.Settle())
	}
	h.want("", 0)
}

func TestAnEntryThatWasWithdrawnIsNotWritten(t *testing.T) {
	h, joint := hold(t), submitted()
	if joint.Settle() != local.JointNotWritten {
		t.Fatal("one that nobody has begun has another outcome")
	}
	joint.Release()
	if err := h.storeToken(h.store.Journal().Join(t.Context(), joint), "res_1", "one"); err != nil {
		t.Fatal(err)
	}
	h.want("one", 0)
}

// TestAnEntryOfAnotherFileIsLeftAlone: it belongs to the file whose journal offers it.
func TestAnEntryOfAnotherFileIsLeftAlone(t *testing.T) {
	h, other, joint := hold(t), hold(t), submitted()
	if err := h.storeToken(other.store.Journal().Join(t.Context(), joint), "res_1", "one"); err != nil {
		t.Fatal(err)
	}
	h.want("one", 0)
	other.want("", 0)
	if joint.Settle() != local.JointNotWritten {
		t.Error("it was written somewhere")
	}
}

func TestAJointWhoseCommitFails(t *testing.T) {
	for boundary, want := range map[groupcommit.Boundary]struct {
		token string
		seq   int64
	}{groupcommit.BeforeCommit: {"", 0}, groupcommit.AfterCommit: {"one", 1}} {
		h, joint := hold(t), submitted()
		h.fault.at = boundary
		h.fault.armed.Store(true)
		if err := h.storeToken(h.store.Journal().Join(t.Context(), joint), "res_1", "one"); !errors.Is(err, errFault) || joint.Settle() != local.JointUnknown {
			t.Errorf("Apply = %v, outcome %d, want that it is unknown", err, joint.Settle())
		}
		h.want(want.token, want.seq)
	}
}
