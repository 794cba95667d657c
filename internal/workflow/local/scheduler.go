package local

import (
	"sync"

	"github.com/vacancy/vacancy/internal/fifo"
	"github.com/vacancy/vacancy/internal/workflow"
)

// scheduler decides which execution is driven next. It knows only those that are
// driven, and those that were taken from the journal to be driven soon; whatever
// waits is the journal's.
//
// Deadlines and callbacks share one queue, in the order they came; backlog is
// served when that is empty, and never by more than backlogMax workers.
type scheduler struct {
	launch func(*run) // starts a goroutine that drives the run; called with mu held
	hungry func()     // a queue that was full enough runs low; must not block

	mu         sync.Mutex
	runs       map[workflow.ExecutionID]*run // queued, driven or stuck
	urgent     fifo.Queue[*run]
	backlog    fifo.Queue[*run]
	active     int // driven
	activeBack int // driven and taken from backlog
	workers    int
	backlogMax int
	starving   [2]bool                           // urgent, backlog: hungry is to be called when it runs low
	letGo      map[workflow.ExecutionID]struct{} // since expect; nil while nothing is expected
	closed     bool
	idle       chan struct{} // closed when nothing is driven any more after close
}

func newScheduler(workers int, launch func(*run), hungry func()) *scheduler {
	return &scheduler{
		launch: launch, hungry: hungry,
		runs:    map[workflow.ExecutionID]*run{},
		workers: workers, backlogMax: max(1, workers-workers/4),
		idle: make(chan struct{}),
	}
}

// low is the length below which a queue asks to be filled.
const low = 32

// expect is called before the journal is read for what is then added: what is let go
// from here on may have moved on since it was read.
func (s *scheduler) expect() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.letGo = map[workflow.ExecutionID]struct{}{}
}

// add queues executions that are due in a lane and answers how many of them were
// not here yet.
func (s *scheduler) add(lane Lane, due []Due) (added int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	letGo := s.letGo
	s.letGo = nil
	if s.closed {
		return 0
	}
	for _, d := range due {
		if _, ok := s.runs[d.ExecutionID]; ok {
			continue
		}
		x := newRun(d.ExecutionID, lane)
		if _, moved := letGo[d.ExecutionID]; d.Created != nil && !moved {
			x.rec, x.loaded = *d.Created, true
		}
		s.push(x)
		added++
	}
	s.dispatch()
	return added
}

// offer drives a new execution at once if a worker is free, sparing it the way
// through the journal's backlog.
func (s *scheduler) offer(id workflow.ExecutionID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.runs[id]; ok {
		return true
	}
	if s.closed || s.backlog.Len() > 0 || s.urgent.Len() > 0 || s.active >= s.workers || s.activeBack >= s.backlogMax {
		return false
	}
	// It is read from the journal again: the poller may have been faster, driven it and
	// let it go since r was stored.
	s.push(newRun(id, Backlog))
	s.dispatch()
	return true
}

// post hands a message to whoever drives the execution, now or soon.
func (s *scheduler) post(id workflow.ExecutionID, m message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrStopped
	}
	x, ok := s.runs[id]
	if !ok {
		x = newRun(id, Deadlines)
		s.push(x)
	}
	if x.stuck != nil {
		return x.stuck
	}
	if x.post(m) {
		s.launch(x)
	}
	s.dispatch()
	return nil
}

// release ends the driving of a run. It answers false when a message has come
// meanwhile, and the driver has to go on.
func (s *scheduler) release(x *run) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if x.stuck == nil && x.hasMail() {
		return false
	}
	if x.stuck == nil {
		delete(s.runs, x.id)
		if s.letGo != nil {
			s.letGo[x.id] = struct{}{}
		}
	}
	s.active--
	if x.lane == Backlog {
		s.activeBack--
	}
	s.dispatch()
	if s.closed && s.active == 0 {
		close(s.idle)
	}
	return true
}

// setStuck keeps a run that is being driven from ever being driven again by this
// process.
func (s *scheduler) setStuck(x *run, why error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x.stuck = why
}

func (s *scheduler) push(x *run) {
	s.runs[x.id] = x
	if x.lane == Backlog {
		s.backlog.Push(x)
	} else {
		s.urgent.Push(x)
	}
}

// dispatch starts as many runs as there are workers for.
func (s *scheduler) dispatch() {
	if s.closed {
		return
	}
	for s.active < s.workers {
		x := s.urgent.Pop()
		if x == nil && s.activeBack < s.backlogMax {
			x = s.backlog.Pop()
		}
		if x == nil {
			break
		}
		s.active++
		if x.lane == Backlog {
			s.activeBack++
		}
		s.launch(x)
	}
	for i, q := range []*fifo.Queue[*run]{&s.urgent, &s.backlog} {
		if s.starving[i] && q.Len() < low {
			s.starving[i] = false
			s.hungry()
		}
	}
}

// room answers how many runs are known, and which queues could take more. Once
// one that could not can, hungry is called.
func (s *scheduler) room() (known int, urgent, backlog bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	urgent, backlog = s.urgent.Len() < low, s.backlog.Len() < low
	s.starving = [2]bool{!urgent, !backlog}
	return len(s.runs), urgent, backlog
}

// close drives nothing new and refuses what is still queued.
func (s *scheduler) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.closed = true
	for _, q := range []*fifo.Queue[*run]{&s.urgent, &s.backlog} {
		for x := q.Pop(); x != nil; x = q.Pop() {
			delete(s.runs, x.id)
			x.refuse(ErrStopped)
		}
	}
	if s.active == 0 {
		close(s.idle)
	}
}

// load answers how many executions are driven and how many are queued.
func (s *scheduler) load() (active, queued, stuck int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	queued = s.urgent.Len() + s.backlog.Len()
	return s.active, queued, len(s.runs) - s.active - queued
}
