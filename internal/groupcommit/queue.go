package groupcommit

import (
	"sync"
	"sync/atomic"

	"zombiezen.com/go/sqlite"
)

// Priority says what is written first when more waits than one commit takes.
type Priority int

const (
	// Urgent is what somebody waits for, or what has a deadline.
	Urgent Priority = iota
	// Backlog is what may wait. It still gets a share of every group.
	Backlog
)

// backlogShare: in a group with urgent writes one of so many is of the backlog. Who waits
// for an answer would otherwise wait, at each commit, for as much backlog as fits.
const backlogShare = 8

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
	lanes   [2]lane
	restart func() // run by the writer between two groups, or nil
	closed  bool
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
	q.lanes[p].push(j)
	q.arrived.Signal()
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

// next answers the next job, without waiting, for a group that has so many of each
// kind already, or nil when there is none or the group should end.
func (q *queue) next(urgent, backlog int) *job {
	q.mu.Lock()
	defer q.mu.Unlock()
	if urgent > 0 && backlog*backlogShare <= urgent {
		if j := q.lanes[Backlog].pop(); j != nil {
			return j
		}
	}
	if j := q.lanes[Urgent].pop(); j != nil || urgent > 0 {
		return j
	}
	return q.lanes[Backlog].pop()
}

// waiting answers how many jobs are in it.
func (q *queue) waiting() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.lanes[Urgent].jobs) - q.lanes[Urgent].head + len(q.lanes[Backlog].jobs) - q.lanes[Backlog].head
}

// urgent reports whether an urgent job waits.
func (q *queue) urgent() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	l := &q.lanes[Urgent]
	return l.head < len(l.jobs)
}

// take answers the first job of a group.
func (q *queue) take() *job {
	if j := q.lanes[Urgent].pop(); j != nil {
		return j
	}
	return q.lanes[Backlog].pop()
}

func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.arrived.Broadcast()
}

// lane is a first-in-first-out list that reuses its memory.
type lane struct {
	jobs []*job
	head int
}

func (l *lane) push(j *job) { l.jobs = append(l.jobs, j) }

func (l *lane) pop() *job {
	if l.head == len(l.jobs) {
		return nil
	}
	j := l.jobs[l.head]
	l.jobs[l.head] = nil
	l.head++
	if l.head == len(l.jobs) {
		l.jobs, l.head = l.jobs[:0], 0
	}
	return j
}
