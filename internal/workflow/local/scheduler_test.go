package local

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/workflow"
)

// testScheduler is a scheduler whose launches are recorded instead of run.
type testScheduler struct {
	*scheduler
	launched []*run
	hungry   int
}

func newTestScheduler(workers int) *testScheduler {
	s := &testScheduler{}
	s.scheduler = newScheduler(workers, func(x *run) { s.launched = append(s.launched, x) }, func() { s.hungry++ })
	return s
}

func (s *testScheduler) names() []string {
	var names []string
	for _, x := range s.launched {
		names = append(names, x.id.Name)
	}
	return names
}

func due(prefix string, n int) []Due {
	var d []Due
	for i := range n {
		d = append(d, Due{ExecutionID: workflow.ExecutionID{Machine: "m", Name: fmt.Sprint(prefix, i)}})
	}
	return d
}

func wantNames(t *testing.T, s *testScheduler, want ...string) {
	t.Helper()
	if got := s.names(); !slices.Equal(got, want) {
		t.Fatalf("launched %v, want %v", got, want)
	}
}

func TestUrgentGoesBeforeBacklog(t *testing.T) {
	s := newTestScheduler(4) // 3 of them for backlog
	s.add(Backlog, due("b", 5))
	wantNames(t, s, "b0", "b1", "b2")
	s.add(Deadlines, due("d", 3))
	wantNames(t, s, "b0", "b1", "b2", "d0")
	s.release(s.launched[0])
	s.release(s.launched[1])
	wantNames(t, s, "b0", "b1", "b2", "d0", "d1", "d2")
	s.release(s.launched[3])
	wantNames(t, s, "b0", "b1", "b2", "d0", "d1", "d2", "b3")
	if active, queued, stuck := s.load(); active != 4 || queued != 1 || stuck != 0 {
		t.Errorf("load = %d, %d, %d", active, queued, stuck)
	}
}

func TestAnExecutionIsDrivenByOneAtATime(t *testing.T) {
	s := newTestScheduler(8)
	if n := s.add(Deadlines, due("d", 1)); n != 1 {
		t.Errorf("added %d", n)
	}
	if n := s.add(Deadlines, due("d", 1)); n != 0 {
		t.Errorf("added %d of what is driven", n)
	}
	id := due("d", 1)[0].ExecutionID
	reply := make(chan error, 1)
	if err := s.post(id, message{event: asl.Event{Kind: asl.Stop}, reply: reply}); err != nil {
		t.Fatal(err)
	}
	wantNames(t, s, "d0")
	x := s.launched[0]
	if s.release(x) {
		t.Fatal("let go with a message unread")
	}
	if mail := x.takeMail(); len(mail) != 1 || mail[0].event.Kind != asl.Stop {
		t.Fatalf("mail = %+v", mail)
	}
	if !s.release(x) {
		t.Fatal("not let go")
	}
	if err := s.post(id, message{}); err != nil {
		t.Fatal(err)
	}
	wantNames(t, s, "d0", "d0")
	if s.launched[1] == x {
		t.Error("a run that was let go is driven again")
	}
}

func TestAMessageReachesAQueuedExecution(t *testing.T) {
	s := newTestScheduler(1)
	s.add(Deadlines, due("d", 2))
	if err := s.post(due("d", 2)[1].ExecutionID, message{}); err != nil {
		t.Fatal(err)
	}
	s.release(s.launched[0])
	wantNames(t, s, "d0", "d1")
	if len(s.launched[1].takeMail()) != 1 {
		t.Error("the message is lost")
	}
}

func TestOfferTakesOnlyWhatCanBeDrivenAtOnce(t *testing.T) {
	s := newTestScheduler(4)
	id := func(name string) workflow.ExecutionID { return workflow.ExecutionID{Machine: "m", Name: name} }
	for i, want := range []bool{true, true, true, false} {
		if got := s.offer(id(fmt.Sprint(i))); got != want {
			t.Errorf("offer %d = %v, want %v", i, got, want)
		}
	}
	if !s.offer(id("0")) {
		t.Error("what is driven already is offered again in vain")
	}
	s.add(Backlog, due("b", 1))
	s.release(s.launched[0])
	wantNames(t, s, "0", "1", "2", "b0")
	if s.offer(id("new")) {
		t.Error("an offer went before the backlog")
	}
}

// TestWhatWasLetGoSinceTheJournalWasReadIsReadAgain: what the poller has read of an
// execution that was driven meanwhile is of the past. Its task would run again.
func TestWhatWasLetGoSinceTheJournalWasReadIsReadAgain(t *testing.T) {
	s := newTestScheduler(8)
	asCreated := due("b", 3)
	for i := range asCreated {
		asCreated[i].Created = &Record{ExecutionID: asCreated[i].ExecutionID, Row: int64(i + 1)}
	}
	s.add(Backlog, asCreated[:1])
	s.release(s.launched[0]) // before the next read: that sees what it led to
	s.expect()
	s.add(Backlog, asCreated[1:2])
	s.expect() // the journal is read …
	s.release(s.launched[1])
	s.add(Backlog, asCreated) // … and what it said is heard of here
	for i, want := range []bool{true, true, true, false, true} {
		if x := s.launched[i]; x.loaded != want || (x.rec.Row != 0) != want {
			t.Errorf("launch %d, of %s: loaded %v with row %d, want %v", i, x.id.Name, x.loaded, x.rec.Row, want)
		}
	}
	wantNames(t, s, "b0", "b1", "b0", "b1", "b2")
}

func TestHungryIsCalledOnceWhenAQueueRunsLow(t *testing.T) {
	s := newTestScheduler(1)
	s.add(Deadlines, due("d", low+3))
	if _, urgent, backlog := s.room(); urgent || !backlog {
		t.Fatalf("room = %v, %v", urgent, backlog)
	}
	for i := range low + 2 {
		s.release(s.launched[i])
		if want := map[bool]int{true: 1}[i >= 2]; s.hungry != want {
			t.Fatalf("after %d: hungry was called %d times, want %d", i+1, s.hungry, want)
		}
	}
}

func TestClosingRefusesWhatIsQueued(t *testing.T) {
	s := newTestScheduler(1)
	reply := make(chan error, 1)
	s.add(Deadlines, due("d", 1))
	if err := s.post(due("x", 1)[0].ExecutionID, message{reply: reply}); err != nil {
		t.Fatal(err)
	}
	s.close()
	if err := <-reply; !errors.Is(err, ErrStopped) {
		t.Errorf("the queued message was answered %v", err)
	}
	if err := s.post(due("d", 1)[0].ExecutionID, message{}); !errors.Is(err, ErrStopped) {
		t.Errorf("post = %v", err)
	}
	select {
	case <-s.idle:
		t.Fatal("idle while one is driven")
	default:
	}
	s.release(s.launched[0])
	<-s.idle
	wantNames(t, s, "d0")
}

func TestAStuckExecutionIsLeftAlone(t *testing.T) {
	s := newTestScheduler(2)
	s.add(Deadlines, due("d", 1))
	why := errors.New("from a later release")
	s.setStuck(s.launched[0], why)
	if !s.release(s.launched[0]) {
		t.Fatal("not let go")
	}
	if n := s.add(Deadlines, due("d", 1)); n != 0 {
		t.Error("it is queued again")
	}
	if err := s.post(due("d", 1)[0].ExecutionID, message{}); !errors.Is(err, why) {
		t.Errorf("post = %v, want why", err)
	}
	if active, queued, stuck := s.load(); active != 0 || queued != 0 || stuck != 1 {
		t.Errorf("load = %d, %d, %d", active, queued, stuck)
	}
}
