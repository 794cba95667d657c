package batch_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/notification"
	"github.com/vacancy/vacancy/internal/saga/batch"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/trial"
)

// always is more often than any Retry tries.
const always = 1000

// fault makes a state fail so many times, before or after it had its effect. The state is
// named with the chunk where it has one: "Transform/1".
type fault struct {
	state string
	times int
	after bool
}

func (f fault) String() string {
	if f.state == "" {
		return "nothing"
	}
	return fmt.Sprintf("%s×%d after=%t", f.state, f.times, f.after)
}

// crash makes the n-th task run twice, as after a crash of the process: with its effect
// there already, or not; or, lost, ends the execution there.
type crash struct {
	task  int // from 1; 0: none
	after bool
	lost  bool
}

// run is one import under faults.
type run struct {
	*world
	id      string
	faults  []fault
	crash   crash
	tasks   int
	done    []string // states that succeeded, in their order
	partial string   // when somebody saw a part of the import
	shownAt string   // after which state it was shown
}

// stateOf names a task's state, with its chunk.
func stateOf(c asl.Command) string {
	var arguments struct {
		Payload struct{ Chunk *int }
	}
	if json.Unmarshal(c.Arguments, &arguments) == nil && arguments.Payload.Chunk != nil {
		return fmt.Sprintf("%s/%d", c.State, *arguments.Payload.Chunk)
	}
	return c.State
}

// interfere is an interference.
func (r *run) interfere(c asl.Command, task func() (json.RawMessage, error)) (out json.RawMessage, err error) {
	state := stateOf(c)
	defer func() {
		switch n := r.shown(r.id); {
		case n == rows && r.shownAt == "":
			r.shownAt = state
		case n != rows && (n != 0 || r.shownAt != "") && r.partial == "":
			r.partial = fmt.Sprintf("after %s %d of %d apartments are shown (all since %q)", state, n, rows, r.shownAt)
		}
		if err == nil {
			r.done = append(r.done, state)
		}
	}()
	r.tasks++
	if r.tasks == r.crash.task {
		if r.crash.after {
			_, _ = task() // what it answers is lost
		}
		if r.crash.lost {
			return nil, &trial.Unrunnable{State: c.State, Why: errLost}
		}
	}
	for i := range r.faults {
		if f := &r.faults[i]; f.state == state && f.times > 0 {
			f.times--
			if f.after {
				_, _ = task()
			}
			return nil, workflow.Error{Name: "ServiceUnavailable", Cause: "made to fail by the test"}
		}
	}
	return task()
}

// forwards and rollbacks are the states of the definition that do something.
var (
	forwards  = []string{"Process", "Transform/0", "Transform/2", "Commit"}
	rollbacks = []string{"RollbackCommit", "RollbackTransform/0", "RollbackTransform/2", "RollbackProcess", "Conclude"}
)

// TestEveryFailure: every step fails, before or after its effect, while a rollback fails 0, 1,
// 2, 3 or all times, before or after its effect.
func TestEveryFailure(t *testing.T) {
	w := newWorld(t)
	for _, forward := range forwards {
		for _, after := range []bool{false, true} {
			for _, rollback := range rollbacks {
				for _, times := range []int{0, 1, 2, 3, always} {
					for _, rollbackAfter := range []bool{false, true} {
						w.fail(t, []fault{{forward, always, after}, {rollback, times, rollbackAfter}}, crash{})
					}
				}
			}
		}
	}
}

// TestEveryCrash: whatever fails, each task in turn is cut short by a crash, before or
// after its effect, and runs again; or its execution is lost there and repaired.
func TestEveryCrash(t *testing.T) {
	w := newWorld(t)
	paths := [][]fault{nil, {{"Conclude", 3, true}}}
	for _, forward := range forwards {
		for _, after := range []bool{false, true} {
			paths = append(paths, []fault{{forward, always, after}})
			paths = append(paths, []fault{{forward, always, after}, {"RollbackTransform/0", always, false}})
			paths = append(paths, []fault{{forward, always, after}, {"RollbackProcess", 2, true}})
		}
	}
	for _, faults := range paths {
		for task := 1; ; task++ {
			reached := 0
			for _, after := range []bool{false, true} {
				for _, lost := range []bool{false, true} {
					reached = w.fail(t, slices.Clone(faults), crash{task, after, lost})
				}
			}
			if reached < task {
				break // the execution has no such task
			}
		}
	}
}

// fail runs one import under faults, and checks what must be true of its end whatever
// happened. It answers how many tasks ran.
func (w *world) fail(t *testing.T, faults []fault, c crash) int {
	t.Helper()
	name := fmt.Sprint(faults, c)
	r := &run{world: w, faults: slices.Clone(faults), crash: c}
	r.id = w.receive(batch.Order{}, nil)
	result, lost := w.execute(r.interfere)
	tasks := r.tasks
	if lost {
		result = r.repaired(t, name, result)
	}
	report, left := w.report(r.id), w.left(r.id)
	if r.partial != "" {
		t.Errorf("%s: %s", name, r.partial)
	}
	shown := w.shown(r.id)
	cutShort := lost && r.crash.lost // when only the telling was left
	for kind, status := range map[notification.Kind]batch.Status{notification.ImportPublished: batch.Published, notification.ImportFailed: batch.Failed} {
		told := w.told(kind, r.id)
		silent := report.Status == status && told+w.told(notification.NeedsAttention, r.id) == 0 && !cutShort
		if told > 1 || told == 1 && report.Status != status || silent {
			t.Errorf("%s: %s, and %s is told %d times", name, report.Status, kind, told)
		}
	}
	switch report.Status {
	case batch.Published:
		if shown != rows || report.Created != rows || left.Chunks+left.Parts != 0 && !report.Open {
			t.Errorf("%s: PUBLISHED, %d shown, %d created, left %+v", name, shown, report.Created, left)
		}
	case batch.Failed:
		if shown != 0 || left != (batch.Left{}) || report.Failure == nil {
			t.Errorf("%s: FAILED because of %v, %d shown, left %+v", name, report.Failure, shown, left)
		}
	case batch.NeedsAttention, batch.RollingBack:
		told := w.told(notification.NeedsAttention, r.id)
		if shown != 0 || !cutShort && (told == 0 || result.Error != "NeedsAttention") {
			t.Errorf("%s: %s, %d shown, told %d times, ends with %s", name, report.Status, shown, told, result.Error)
		}
		if report.Status == batch.NeedsAttention && (left == (batch.Left{}) || report.Left != left) {
			t.Errorf("%s: NEEDS_ATTENTION with %+v left, says %+v", name, left, report.Left)
		}
	default:
		t.Errorf("%s: it ends %s, %s", name, report.Status, result.Error)
	}
	if report.Status != batch.Failed && report.Status != batch.Published && !givesUp(faults) {
		t.Errorf("%s: it ends %s, though no rollback gave up", name, report.Status)
	}
	if faults != nil && faults[0].state == "Commit" && !faults[0].after && report.Status == batch.Failed && c.task == 0 && givesUp(faults) {
		t.Errorf("%s: it ends FAILED, though a rollback gave up", name)
	}
	r.inReverse(t, name)
	r.late(t, name, report.Status, left)
	if report.Status == batch.NeedsAttention || report.Status == batch.RollingBack || report.Open {
		r.mended(t, name)
	}
	return tasks
}

// givesUp reports whether a rollback that takes something away fails more often than it is
// retried, and always before its effect.
func givesUp(faults []fault) bool {
	return slices.ContainsFunc(faults, func(f fault) bool {
		return f.times == always && !f.after && (strings.HasPrefix(f.state, "RollbackTransform") || f.state == "RollbackProcess" || f.state == "Conclude")
	})
}

// repaired runs what the sweeper starts for an import whose execution is lost.
func (r *run) repaired(t *testing.T, name string, result trial.Result) trial.Result {
	t.Helper()
	r.now = r.now.Add(time.Hour)
	before := len(r.started)
	sweep, err := r.service.Sweep(context.Background())
	if open := r.report(r.id).Open; err != nil || open != (sweep.Repaired == 1) || open != (len(r.started) == before+1) {
		t.Fatalf("%s: the sweeper finds %+v, %v, and starts %v", name, sweep, err, r.started[before:])
	} else if !open {
		return result // all was done but telling how it ended
	}
	r.crash = crash{}
	result, _ = r.execute(r.interfere)
	return result
}

// inReverse checks that rollbacks came in the reverse order of their steps.
func (r *run) inReverse(t *testing.T, name string) {
	t.Helper()
	last := 0
	for _, state := range r.done {
		order := slices.Index([]string{"RollbackCommit", "RollbackTransform", "RollbackProcess", "Conclude"}, strings.Split(state, "/")[0])
		if order < 0 {
			last = 0 // a repair begins anew
			continue
		}
		if order < last {
			t.Errorf("%s: rollbacks in the order %v", name, r.done)
			return
		}
		last = order
	}
}

// late runs every forward step once more, after the end: none has an effect.
func (r *run) late(t *testing.T, name string, status batch.Status, left batch.Left) {
	t.Helper()
	shown := r.shown(r.id)
	for _, call := range [][2]string{
		{"ImportTransform", `{"importId":"%s","chunk":0}`},
		{"ImportTransform", `{"importId":"%s","chunk":2}`},
		{"ImportCommit", `{"importId":"%s"}`},
		{"ImportProcess", `{"importId":"%s"}`},
	} {
		_, _ = r.steps[call[0]](context.Background(), json.RawMessage(fmt.Sprintf(call[1], r.id)))
	}
	if got := r.left(r.id); got != left || r.shown(r.id) != shown || r.report(r.id).Status != status {
		t.Errorf("%s: steps that came late change it from %s, %d, %+v to %s, %d, %+v", name, status, shown, left, r.report(r.id).Status, r.shown(r.id), got)
	}
}

// mended: once nothing fails any more, an operator's resume, or the sweeper where nothing
// concluded, brings the import to its end.
func (r *run) mended(t *testing.T, name string) {
	t.Helper()
	r.faults, r.crash, r.now = nil, crash{}, r.now.Add(time.Hour)
	if r.report(r.id).Status == batch.NeedsAttention {
		if _, err := r.service.Resume(context.Background(), manager, r.id); err != nil {
			t.Errorf("%s: Resume = %v", name, err)
			return
		}
	} else if sweep, err := r.service.Sweep(context.Background()); err != nil || sweep.Repaired == 0 {
		t.Errorf("%s: the sweeper finds %+v, %v", name, sweep, err)
		return
	}
	r.execute(r.interfere)
	report, left := r.report(r.id), r.left(r.id)
	whole := report.Status == batch.Published && r.shown(r.id) == rows && left.Chunks+left.Parts == 0
	nothing := report.Status == batch.Failed && r.shown(r.id) == 0 && left == batch.Left{}
	if !whole && !nothing || report.Open {
		t.Errorf("%s: mended, it ends %s, %d shown, %+v left", name, report.Status, r.shown(r.id), left)
	}
}
