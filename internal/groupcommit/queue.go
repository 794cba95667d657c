package groupcommit

import (
	"sync"
	"sync/atomic"
	"time"

	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/fifo"
)

// Priority says what is written first when more waits than one commit takes.
type Priority int

const (
	// Urgent is what somebody waits for, or what has a deadline.
	Urgent Priority = iota
	// Backlog is what may wait. It still gets a share of the groups with urgent writes, and
	// begins one now and then where these take long.
	Backlog
)

const (
	// In a group with urgent writes one of so many is of the backlog. Who waits for an answer would
	// otherwise wait, at each commit, for as much backlog as fits. Where the writer is what callers wait for, the
	// processors have time for what follows from the backlog; where the writer waits for its callers, that
	// takes the processors from them.
	crowdedShare = 16
	callersShare = 64

	// backlogShare is of so many groups with urgent writes the one that the backlog begins.
	backlogShare = 16
)

// job is one write on its way. Its state decides between the writer, who begins it,
// and the caller, who gives it up.
type job struct {
	write    func(*sqlite.Conn) error
	priority Priority
	state    atomic.Int32
	err      error // of write; read by the caller after done
	panic    any
	done     chan error
}

const (
	waiting int32 = iota
	begun
	abandoned
)

// queue holds what waits for the writer.
type queue struct {
	mu      sync.Mutex
	arrived sync.Cond
	lanes   [2]fifo.Queue[*job] // by Priority
	credit  int                 // urgent jobs since the backlog had a place in a group of theirs
	passed  int                 // groups begun by an urgent job since the backlog had a place
	restart func()              // run by the writer between two groups, or nil
	closed  bool
	// patient: the writer waits for an urgent job, and is not to be woken for another one.
	patient bool
}

func newQueue() *queue {
	q := &queue{}
	q.arrived.L = &q.mu
	return q
}

// add puts a job in; false when the queue is closed.
func (q *queue) add(j *job, p Priority) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false
	}
	q.lanes[p].Push(j)
	if p == Urgent || !q.patient {
		q.arrived.Signal()
	}
	return true
}

// between has the writer run f before its next group; false when the queue is closed.
func (q *queue) between(f func()) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false
	}
	q.restart = f
	q.arrived.Signal()
	return true
}

// wait blocks until there is something to do. It answers the next job, or what is to
// be run between groups, or neither when the queue is closed and empty.
func (q *queue) wait() (*job, func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		if f := q.restart; f != nil {
			q.restart = nil
			return nil, f
		}
		if j := q.take(); j != nil || q.closed {
			return j, nil
		}
		q.arrived.Wait()
	}
}

// next answers the next job, without waiting, for a group that has so many urgent ones already, or nil
// when there is none or the group should end. One of the backlog comes into a group with urgent ones for
// so many of these as share says, in this group and those before.
func (q *queue) next(urgent, share int) *job {
	q.mu.Lock()
	defer q.mu.Unlock()
	if urgent == 0 {
		if j := q.urgent(); j != nil {
			return j
		}
		return q.backlog()
	}
	if q.credit >= share {
		if j := q.backlog(); j != nil {
			q.credit -= share
			return j
		}
	}
	return q.urgent()
}

// urgent answers the next urgent job, or nil.
func (q *queue) urgent() *job {
	j := q.lanes[Urgent].Pop()
	if j != nil {
		q.credit = min(q.credit+1, callersShare)
	}
	return j
}

// waiting answers how many jobs are in it.
func (q *queue) waiting() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.lanes[Urgent].Len() + q.lanes[Backlog].Len()
}

// pressing reports whether an urgent job waits, or there is something else to do than jobs.
func (q *queue) pressing() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.pressed()
}

func (q *queue) pressed() bool {
	return q.lanes[Urgent].Len() > 0 || q.restart != nil || q.closed
}

// awaitUrgent waits until something is pressing, but no longer than d. It reports whether an urgent
// job waits.
func (q *queue) awaitUrgent(d time.Duration) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.patient = true
	defer time.AfterFunc(d, func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.patient = false
		q.arrived.Signal()
	}).Stop()
	for q.patient && !q.pressed() {
		q.arrived.Wait()
	}
	q.patient = false
	return q.lanes[Urgent].Len() > 0
}

// take answers the first job of a group. Where groups end with that one, because it took long, the
// backlog begins one group of so many as it has its share of others.
func (q *queue) take() *job {
	if q.passed >= backlogShare {
		if j := q.backlog(); j != nil {
			return j
		}
	}
	if j := q.urgent(); j != nil {
		q.passed++
		return j
	}
	return q.backlog()
}

// backlog answers the next job of the backlog, or nil.
func (q *queue) backlog() *job {
	q.passed = 0
	return q.lanes[Backlog].Pop()
}

func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.arrived.Broadcast()
}
