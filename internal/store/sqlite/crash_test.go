package sqlite_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/groupcommit"
	"github.com/vacancy/vacancy/internal/store/sqlite"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
)

// A life is every kind of write that the file takes, in an order in which each has an
// effect. A crash test fails each of them at each boundary.
type life struct {
	store *sqlite.Store
	now   time.Time
}

func (l life) on() booking.On {
	return booking.On{ReservationID: "res_1", Epoch: 1, Now: l.now, By: "tenant"}
}

func (l life) apply(i booking.Intention) func(*testing.T) error {
	return func(t *testing.T) error {
		idem := booking.Idempotency{Principal: "tenant", Operation: fmt.Sprintf("%T", i), Key: "key", Fingerprint: "f", At: l.now, ResultID: "res_1"}
		_, err := l.store.Apply(t.Context(), i, &idem)
		return err
	}
}

func (l life) steps() []func(*testing.T) error {
	execution := workflow.ExecutionID{Machine: "trip", Name: "trip_1"}
	entry := local.Entry{ExecutionID: execution, Status: workflow.Running, State: []byte("state"), Lane: local.Deadlines, Due: l.now, At: l.now,
		Events: []workflow.HistoryEvent{{ID: 1, Type: "ExecutionStarted", Timestamp: l.now}}}
	return []func(*testing.T) error{
		func(t *testing.T) error {
			_, err := l.store.ImportApartments(t.Context(), []booking.Apartment{{ID: "apt_1", SourceID: "1", Status: booking.Vacant, CreatedAt: l.now, UpdatedAt: l.now,
				Listing: booking.Listing{Price: booking.Money{Amount: 100, Currency: "USD"}, RentPeriod: booking.Monthly}}})
			return err
		},
		func(t *testing.T) error {
			_, err := l.store.PlaceHold(t.Context(), holdOn("apt_1", "res_1", 1, l.now))
			return err
		},
		l.apply(booking.StoreTaskToken{On: l.on(), Token: "token"}),
		l.apply(booking.BeginPayment{On: l.on(), Method: "pm_ok"}),
		l.apply(booking.AuthorizePayment{On: l.on(), PaymentID: booking.PaymentID("res_1", 1), GatewayRef: "ref"}),
		l.apply(booking.ClaimForCapture{On: l.on()}),
		l.apply(booking.RecordCapture{On: l.on()}),
		l.apply(booking.ConfirmReservation{On: l.on()}),
		l.apply(booking.Occupy{On: l.on()}),
		l.apply(booking.Vacate{On: l.on()}),
		func(t *testing.T) error {
			_, err := l.store.PlaceHold(t.Context(), holdOn("apt_1", "res_2", 2, l.now))
			return err
		},
		func(t *testing.T) error { // a takeover
			_, err := l.store.PlaceHold(t.Context(), holdOn("apt_1", "res_3", 3, l.now.Add(time.Hour)))
			return err
		},
		func(t *testing.T) error {
			_, err := l.store.Journal().Create(t.Context(), local.Record{ExecutionID: execution, Definition: "d", Input: []byte("{}"), StartedAt: l.now})
			return notTwice(err, workflow.ErrExecutionAlreadyExists)
		},
		func(t *testing.T) error {
			return notTwice(l.store.Journal().Append(t.Context(), entry), local.ErrConflict)
		},
		func(t *testing.T) error {
			return l.store.Journal().PutDefinition(t.Context(), "trip", "d", []byte("{}"))
		},
	}
}

// notTwice takes for success what says that it was done before.
func notTwice(err, done error) error {
	if errors.Is(err, done) {
		return nil
	}
	return err
}

// content is all that a file says about a life.
func content(t *testing.T, s *sqlite.Store) (all []any) {
	t.Helper()
	keep := func(v any, err error) {
		if err != nil && booking.CodeOf(err) != booking.NotFound && !errors.Is(err, workflow.ErrExecutionDoesNotExist) && !errors.Is(err, workflow.ErrStateMachineDoesNotExist) {
			t.Fatalf("read: %v", err)
		}
		all = append(all, v, err != nil)
	}
	a, err := s.Apartment(t.Context(), "apt_1")
	keep(a, err)
	for _, id := range []string{"res_1", "res_2", "res_3"} {
		r, err := s.Reservation(t.Context(), id)
		keep(r, err)
		x, err := s.Journal().Load(t.Context(), workflow.ExecutionID{Machine: "reservation", Name: id})
		keep(x, err)
	}
	x, err := s.Journal().Load(t.Context(), workflow.ExecutionID{Machine: "trip", Name: "trip_1"})
	keep(x, err)
	h, err := s.Journal().History(t.Context(), workflow.ExecutionID{Machine: "trip", Name: "trip_1"}, 0, 10)
	keep(h, err)
	d, err := s.Journal().Definition(t.Context(), "trip", "d")
	keep(d, err)
	page, err := s.ListReservations(t.Context(), booking.ReservationQuery{First: 10, ApartmentID: "apt_1"})
	keep(page.Items, err)
	return all
}

// TestEveryWriteFailedAtEveryBoundary lives the same life over and over, fails one
// write of it at one boundary, opens what a killed process would have left, repeats
// the write there, as whoever got no answer does, and lives on. The write is there
// whole or not at all, nothing before it is lost, and in the end all is as it would
// have been.
func TestEveryWriteFailedAtEveryBoundary(t *testing.T) {
	now := benchTime
	whole := lived(t, now)
	planted := errors.New("planted")
	for step := range len(whole) - 1 {
		for _, fault := range []struct {
			name    string
			at      groupcommit.Boundary
			err     error
			written bool
		}{
			{"crash before", groupcommit.BeforeCommit, groupcommit.ErrCrash, false},
			{"crash after", groupcommit.AfterCommit, groupcommit.ErrCrash, true},
			{"error before", groupcommit.BeforeCommit, planted, false},
			{"no answer", groupcommit.AfterCommit, planted, true},
		} {
			t.Run(fmt.Sprintf("%s step %d", fault.name, step), func(t *testing.T) {
				armed := false
				dir := t.TempDir()
				s := open(t, dir, sqlite.Options{StartExecutions: startReservation, Fault: func(at groupcommit.Boundary) error {
					if armed && at == fault.at {
						return fault.err
					}
					return nil
				}})
				steps := life{s, now}.steps()
				for _, earlier := range steps[:step] {
					if err := earlier(t); err != nil {
						t.Fatal(err)
					}
				}
				armed = true
				if err := steps[step](t); !errors.Is(err, fault.err) {
					t.Fatalf("the write = %v, want the fault", err)
				}
				again := open(t, leftBehind(t, dir), sqlite.Options{StartExecutions: startReservation})
				want := whole[step]
				if fault.written {
					want = whole[step+1]
				}
				if d := cmp.Diff(want, content(t, again)); d != "" {
					t.Fatalf("after the fault (-want +got):\n%s", d)
				}
				for _, rest := range (life{again, now}).steps()[step:] {
					if err := rest(t); err != nil {
						t.Fatal(err)
					}
				}
				if d := cmp.Diff(whole[len(whole)-1], content(t, again)); d != "" {
					t.Errorf("in the end (-want +got):\n%s", d)
				}
			})
		}
	}
}

// lived answers the content before the first step of a life and after each.
func lived(t *testing.T, now time.Time) [][]any {
	t.Helper()
	s := openMemory(t, sqlite.Options{StartExecutions: startReservation})
	states := [][]any{content(t, s)}
	for i, step := range (life{s, now}).steps() {
		if err := step(t); err != nil {
			t.Fatalf("step %d = %v", i, err)
		}
		states = append(states, content(t, s))
		if cmp.Equal(states[i], states[i+1]) {
			t.Fatalf("step %d has no effect", i)
		}
	}
	return states
}

// leftBehind copies what is on the disk of a data directory, without giving the
// store the chance to put it in order.
func leftBehind(t *testing.T, dir string) string {
	t.Helper()
	to := t.TempDir()
	for _, suffix := range []string{"", "-wal"} {
		from, err := os.Open(filepath.Join(dir, sqlite.FileName+suffix))
		if err != nil {
			t.Fatal(err)
		}
		defer from.Close()
		copied, err := os.Create(filepath.Join(to, sqlite.FileName+suffix))
		if err != nil {
			t.Fatal(err)
		}
		defer copied.Close()
		if _, err := io.Copy(copied, from); err != nil {
			t.Fatal(err)
		}
	}
	return to
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	open(t, dir, sqlite.Options{})
	if _, err := sqlite.Open(t.Context(), dir, sqlite.Options{}); !errors.Is(err, groupcommit.ErrInUse) || !strings.Contains(err.Error(), dir) {
		t.Errorf("a second Open = %v, want it refused, naming the directory", err)
	}
	corrupt := t.TempDir()
	if err := os.WriteFile(filepath.Join(corrupt, sqlite.FileName), []byte(strings.Repeat("?", 9000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Open(t.Context(), corrupt, sqlite.Options{}); !errors.Is(err, groupcommit.ErrCorrupt) || !strings.Contains(err.Error(), sqlite.FileName) {
		t.Errorf("Open of a corrupt file = %v, want ErrCorrupt, naming the file", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Open(t.Context(), file, sqlite.Options{}); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("Open of a file as a directory = %v, want an error naming it", err)
	}
}
