package local_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
	"github.com/vacancy/vacancy/internal/workflow/local/memory"
)

// fullDisk is a journal that can be made to refuse everything.
type fullDisk struct {
	local.Journal
	full   atomic.Bool
	unread bool // it cannot be read either
	calls  atomic.Int64
}

func (f *fullDisk) Append(ctx context.Context, e local.Entry) error {
	f.calls.Add(1)
	if f.full.Load() {
		return errInjected
	}
	return f.Journal.Append(ctx, e)
}

func (f *fullDisk) Due(ctx context.Context, l local.Lane, now time.Time, limit int) ([]local.Due, error) {
	f.calls.Add(1)
	if f.full.Load() && f.unread {
		return nil, errInjected
	}
	return f.Journal.Due(ctx, l, now, limit)
}

func TestAFullDiskIsReportedAndNotHammered(t *testing.T) { testFailingJournal(t, false) }

func TestABrokenDiskIsReportedAndNotHammered(t *testing.T) { testFailingJournal(t, true) }

func testFailingJournal(t *testing.T, unread bool) {
	synctest.Test(t, func(t *testing.T) {
		disk := &fullDisk{Journal: memory.New(), unread: unread}
		r := open(t, local.Config{Journal: disk, Definitions: definitions(map[string]string{"machine": single(`{"Type":"Wait","Seconds":10,"End":true}`)})})
		for _, name := range []string{"a", "b", "c"} {
			start(t, r, name, `{}`)
		}
		eventually(t, "they wait", func() bool { return r.Stats().Transitions == 3 && r.Stats().Active == 0 })
		if err := r.Healthy(); err != nil {
			t.Fatalf("Healthy = %v", err)
		}
		disk.full.Store(true)
		<-time.After(15 * time.Second) // the deadlines pass
		if err := r.Healthy(); err == nil || !strings.Contains(err.Error(), errInjected.Error()) {
			t.Errorf("Healthy = %v with a full disk", err)
		}
		disk.calls.Store(0)
		<-time.After(10 * time.Minute)
		limit := int64(4*10*60/5 + 10) // each of four every 5 s
		if !unread {
			limit += 10 * 60 * 1000 / 16 // and the index every 16 ms
		}
		if n := disk.calls.Load(); n > limit {
			t.Errorf("the journal was tried %d times in 10 minutes, want at most %d", n, limit)
		}
		disk.full.Store(false)
		for _, name := range []string{"a", "b", "c"} {
			if x := ended(t, r, name); x.Status != workflow.Succeeded {
				t.Errorf("%s ended %s", name, x.Status)
			}
		}
		if err := r.Healthy(); err != nil {
			t.Errorf("Healthy = %v after the disk has room again", err)
		}
	})
}

func TestACallerIsNotKeptWaitingByAFailingJournal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := &fullDisk{Journal: memory.New()}
		r := open(t, local.Config{Journal: disk, Definitions: definitions(map[string]string{"machine": single(`{"Type":"Wait","Seconds":3600,"End":true}`)})})
		start(t, r, "a", `{}`)
		eventually(t, "it waits", func() bool { return r.Stats().Transitions == 1 })
		disk.full.Store(true)
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		if err := r.Stop(ctx, id("a"), "", ""); err == nil {
			t.Error("Stop was acknowledged and not journaled")
		}
		disk.full.Store(false)
		if x := ended(t, r, "a"); x.Status != workflow.Aborted {
			t.Errorf("ended %s; what the runner has taken on it carries out", x.Status)
		}
	})
}
