package groupcommit

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestTheWriterHasPatienceWithUrgentCallersOnly(t *testing.T) {
	type outcome struct {
		urgent bool
		waited time.Duration
	}
	for name, c := range map[string]struct {
		come func(*queue)
		want outcome
	}{
		"backlog comes":       {func(q *queue) { q.add(&job{}, Backlog) }, outcome{false, time.Second}},
		"nothing comes":       {func(*queue) {}, outcome{false, time.Second}},
		"an urgent job comes": {func(q *queue) { q.add(&job{}, Backlog); q.add(&job{}, Urgent) }, outcome{true, 0}},
		"the log begins anew": {func(q *queue) { q.between(func() {}) }, outcome{false, 0}},
		"it is closed":        {func(q *queue) { q.close() }, outcome{false, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q := newQueue()
				began := time.Now()
				ended := make(chan outcome, 1)
				go func() {
					urgent := q.awaitUrgent(time.Second)
					ended <- outcome{urgent, time.Since(began)}
				}()
				synctest.Wait()
				c.come(q)
				if got := <-ended; got != c.want {
					t.Errorf("awaitUrgent ended with %v, want %v", got, c.want)
				}
				// Afterwards backlog wakes the writer as ever.
				if q.restart == nil && !q.closed {
					q.add(&job{}, Backlog)
					if j, between := q.wait(); j == nil || between != nil {
						t.Errorf("wait = %v", j)
					}
				}
			})
		})
	}
}

func TestBacklogWakesTheWriter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue()
		q.awaitUrgent(time.Millisecond)
		found := make(chan *job)
		go func() {
			j, _ := q.wait()
			found <- j
		}()
		synctest.Wait()
		want := &job{}
		q.add(want, Backlog)
		if got := <-found; got != want {
			t.Errorf("wait = %v, want the job of the backlog", got)
		}
	})
}

// TestBacklogBeginsAGroupNowAndThen: it has its place also where every group ends with its first job.
func TestBacklogBeginsAGroupNowAndThen(t *testing.T) {
	q := newQueue()
	const rounds = 4
	for range rounds * backlogShare {
		q.add(&job{priority: Urgent}, Urgent)
	}
	for range rounds {
		q.add(&job{priority: Backlog}, Backlog)
	}
	backlog := 0
	for range rounds * backlogShare {
		if j, _ := q.wait(); j.priority == Backlog {
			backlog++
		}
	}
	if want := rounds - 1; backlog != want {
		t.Errorf("%d of %d groups were begun by backlog, want %d", backlog, rounds*backlogShare, want)
	}
}
