package groupcommit_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"testing"

	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/groupcommit"
)

var errRefused = errors.New("refused")

// together runs writes in one group: the writer is kept busy until all of them wait.
func together(t *testing.T, db *groupcommit.DB, writes ...func(*sqlite.Conn) error) []error {
	t.Helper()
	errs := make([]error, len(writes))
	busy, free := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = db.Write(context.Background(), groupcommit.Urgent, func(*sqlite.Conn) error {
			select {
			case <-busy:
			default:
				close(busy)
			}
			<-free
			return nil
		})
	})
	<-busy
	for i, w := range writes {
		arrived := db.Waiting() + 1
		wg.Go(func() { errs[i] = db.Write(context.Background(), groupcommit.Urgent, w) })
		for db.Waiting() < arrived { // the next one is to come after it
			runtime.Gosched()
		}
	}
	close(free)
	wg.Wait()
	return errs
}

func TestARefusalUndoesItselfOnly(t *testing.T) {
	refuse := func(*sqlite.Conn) error { return errRefused }
	refuseLate := func(conn *sqlite.Conn) error { return errors.Join(insert(100)(conn), errRefused) }
	fails := func(conn *sqlite.Conn) error { return errors.Join(insert(101)(conn), insert(101)(conn)) }
	panics := func(conn *sqlite.Conn) error { _ = insert(102)(conn); panic("oh") }
	for name, bad := range map[string]func(*sqlite.Conn) error{"before it writes": refuse, "after it wrote": refuseLate, "by the database": fails} {
		t.Run(name, func(t *testing.T) {
			db := open(t, file(t), groupcommit.Options{})
			errs := together(t, db, insert(1), bad, insert(2), bad, insert(3))
			if errs[0] != nil || errs[2] != nil || errs[4] != nil || errs[1] == nil || errs[3] == nil {
				t.Errorf("answers %v", errs)
			}
			if name != "by the database" && (!errors.Is(errs[1], errRefused) || !errors.Is(errs[3], errRefused)) {
				t.Errorf("answers %v, want the refusals as they are", errs)
			}
			if got := numbers(t, db); !slices.Equal(got, []int{1, 2, 3}) {
				t.Errorf("stored %v, want [1 2 3]", got)
			}
			// The write that kept the writer busy may have used up the time of its group.
			if s := db.Stats(); s.Commits > 2 {
				t.Errorf("%d commits, want one for the group, or one more for the write before it", s.Commits)
			}
		})
	}
	t.Run("by a panic, which is the caller's", func(t *testing.T) {
		db := open(t, file(t), groupcommit.Options{})
		var caught any
		errs := together(t, db, insert(1), func(conn *sqlite.Conn) error { return insert(2)(conn) })
		func() {
			defer func() { caught = recover() }()
			_ = db.Write(t.Context(), groupcommit.Urgent, panics)
		}()
		if caught != "oh" || errs[0] != nil || errs[1] != nil {
			t.Errorf("caught %v, answers %v", caught, errs)
		}
		if err := db.Write(t.Context(), groupcommit.Urgent, insert(3)); err != nil {
			t.Errorf("Write after a panic = %v", err)
		}
		if got := numbers(t, db); !slices.Equal(got, []int{1, 2, 3}) {
			t.Errorf("stored %v, want [1 2 3]", got)
		}
	})
}

// TestAWriteThatEndsMoreThanItself: a job may lose the whole transaction (as SQLite
// does on a full disk) or end the writer's goroutine (as t.FailNow does); the others of its group must
// not be answered with success unless they are written, and nobody may be left waiting.
func TestAWriteThatEndsMoreThanItself(t *testing.T) {
	rollback := func(conn *sqlite.Conn) error {
		stmt, err := conn.Prepare("ROLLBACK")
		if err == nil {
			_, err = stmt.Step()
		}
		return errors.Join(err, errRefused)
	}
	exit := func(conn *sqlite.Conn) error { _ = insert(2)(conn); runtime.Goexit(); return nil }
	for name, bad := range map[string]func(*sqlite.Conn) error{"the transaction": rollback, "the goroutine": exit} {
		t.Run(name, func(t *testing.T) {
			db := open(t, file(t), groupcommit.Options{})
			errs := together(t, db, insert(1), bad, insert(3))
			stored := numbers(t, db)
			for i, n := range []int{1, 2, 3} {
				if (errs[i] == nil) != slices.Contains(stored, n) {
					t.Errorf("write of %d = %v, stored %v", n, errs[i], stored)
				}
			}
			if errs[1] == nil {
				t.Error("the write that failed is answered with success")
			}
			if err := db.Write(t.Context(), groupcommit.Urgent, insert(9)); err != nil {
				t.Errorf("Write afterwards = %v", err)
			}
		})
	}
}

func TestUrgentBeforeBacklog(t *testing.T) {
	db := open(t, file(t), groupcommit.Options{})
	busy, free := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = db.Write(t.Context(), groupcommit.Urgent, func(*sqlite.Conn) error {
			close(busy)
			<-free
			return nil
		})
	})
	<-busy
	var order []groupcommit.Priority
	for _, p := range []groupcommit.Priority{groupcommit.Backlog, groupcommit.Urgent} {
		for range map[groupcommit.Priority]int{groupcommit.Backlog: 32, groupcommit.Urgent: 96}[p] {
			arrived := db.Waiting() + 1
			wg.Go(func() {
				if err := db.Write(t.Context(), p, func(*sqlite.Conn) error {
					order = append(order, p) // the writer runs one at a time
					return nil
				}); err != nil {
					t.Errorf("Write = %v", err)
				}
			})
			for db.Waiting() < arrived {
				runtime.Gosched()
			}
		}
	}
	close(free)
	wg.Wait()
	urgent, backlog := 0, 0
	for _, p := range order[:96] {
		if p == groupcommit.Urgent {
			urgent++
		} else {
			backlog++
		}
	}
	if len(order) != 128 || urgent < 90 || backlog == 0 {
		t.Errorf("of the first 96, %d are urgent and %d backlog; want the urgent first, and a share for the backlog", urgent, backlog)
	}
}

func TestAWriteThatIsGivenUpIsNotRun(t *testing.T) {
	db := open(t, file(t), groupcommit.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	busy, free := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = db.Write(t.Context(), groupcommit.Urgent, func(*sqlite.Conn) error {
			close(busy)
			<-free
			return nil
		})
	})
	<-busy
	var given error
	wg.Go(func() { given = db.Write(ctx, groupcommit.Urgent, insert(1)) })
	for db.Waiting() < 1 {
		runtime.Gosched()
	}
	cancel()
	if err := db.Write(ctx, groupcommit.Urgent, insert(2)); !errors.Is(err, context.Canceled) {
		t.Errorf("Write with an ended context = %v", err)
	}
	close(free)
	wg.Wait()
	// Either it was given up and not run, or it was too late to be given up and ran.
	if stored := numbers(t, db); (given == nil) != slices.Contains(stored, 1) || slices.Contains(stored, 2) {
		t.Errorf("Write = %v, stored %v", given, stored)
	}
}
