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

// backlogShare: of so many writes, one is taken from the backlog while it waits.
const backlogShare = 8

// job is one write on its way. Its state decides between the writer, who begins it,
// and the caller, who gives it up.
type job struct {
	write func(*sqlite.Conn) error
	state atomic.Int32
	err   error // of write; read by the caller after done
	panic any
	done  chan error
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
	taken   int
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

// next answers the next job without waiting, or nil.
func (q *queue) next() *job {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.take()
}

func (q *queue) take() *job {
	q.taken++
	first, second := Urgent, Backlog
	if q.taken%backlogShare == 0 {
		first, second = second, first
	}
	if j := q.lanes[first].pop(); j != nil {
		return j
	}
	return q.lanes[second].pop()
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
