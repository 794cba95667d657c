package local

import (
	"testing"

	"github.com/vacancy/vacancy/internal/workflow"
)

// TestOneDrivesWhatIsLent: of those who may take over one does, and what was posted
// before is not left to a driver that is in a handler.
func TestOneDrivesWhatIsLent(t *testing.T) {
	x := newRun(workflow.ExecutionID{Machine: "m", Name: "a"}, Backlog)
	first, second := new(call), new(call)
	if !x.lend(first) {
		t.Fatal("not lent")
	}
	if !x.post(message{}) || x.post(message{}) {
		t.Fatal("not exactly one of two messages has it driven")
	}
	if x.unlend(first) || first.run.Load() != nil {
		t.Error("who lent it drives beside the one who took over")
	}
	if x.lend(second) {
		t.Error("lent with messages unread")
	}
	x.takeMail()
	if !x.lend(second) || x.unlend(first) || !x.unlend(second) || x.unlend(second) {
		t.Error("a call that is over ends another, or one ends twice")
	}
}
