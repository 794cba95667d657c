package groupcommit

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"zombiezen.com/go/sqlite"
)

// TestGroupsOfBacklogAreSmallWhileCallersAreAbout: what follows from a write of the backlog would take
// the processors from callers who are on their way back to the writer.
func TestGroupsOfBacklogAreSmallWhileCallersAreAbout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var commitTakes time.Duration
		db, err := OpenMemory(t.Context(), Options{Fault: func(Boundary) error { time.Sleep(commitTakes); return nil }})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		// commits answers how many it takes for so many writes that come while the writer is held up.
		commits := func(urgent, backlog int) int64 {
			before := db.Stats().Commits
			var wg sync.WaitGroup
			write := func(p Priority, f func(*sqlite.Conn) error) {
				wg.Go(func() {
					if err := db.Write(t.Context(), p, f); err != nil {
						t.Errorf("Write = %v", err)
					}
				})
			}
			release := make(chan struct{})
			write(Backlog, func(*sqlite.Conn) error { <-release; return nil })
			synctest.Wait()
			for range urgent {
				write(Urgent, func(*sqlite.Conn) error { return nil })
			}
			for range backlog {
				write(Backlog, func(*sqlite.Conn) error { return nil })
			}
			synctest.Wait()
			close(release)
			wg.Wait()
			return db.Stats().Commits - before
		}
		const groups = 3
		if got := commits(busyGroup, groups*busyBacklog); got != 1+groups {
			t.Errorf("%d commits for a busy group and %d writes of backlog, want %d", got, groups*busyBacklog, 1+groups)
		}
		time.Sleep(busyFor) // on the bubble's clock, as are all times here
		if got := commits(0, groups*busyBacklog); got != 1 {
			t.Errorf("%d commits for as much backlog when nobody else writes, want 1", got)
		}
		commitTakes = quickCommit
		if got := commits(busyGroup, groups*busyBacklog); got != 2 {
			t.Errorf("%d commits where each takes long, want 2", got)
		}
	})
}
