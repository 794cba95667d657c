// Package memory is a [local.Journal] that keeps everything in this process and
// loses it at its end: for `vacancy workflow run`, for tests and for measuring
// the runner without a disk.
package memory

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
)

var _ local.Journal = (*Journal)(nil)

// Journal is safe for concurrent use. Use [New].
type Journal struct {
	mu          sync.Mutex
	definitions map[[2]string][]byte
	executions  map[workflow.ExecutionID]*execution
	byStart     []*execution // ordered by StartedAt, then by creation
	created     int64
	lanes       [3]schedule
	started     chan struct{}
}

type execution struct {
	local.Record
	number int64 // order of creation, from 1
	events []workflow.HistoryEvent

	scheduled bool // whether it is in a lane, and if so where
	lane      local.Lane
	due       time.Time
}

// New answers an empty journal.
func New() *Journal {
	return &Journal{
		definitions: map[[2]string][]byte{},
		executions:  map[workflow.ExecutionID]*execution{},
		started:     make(chan struct{}, 1),
	}
}

// PutDefinition implements local.Journal.
func (j *Journal) PutDefinition(_ context.Context, machine, hash string, source []byte) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	key := [2]string{machine, hash}
	if _, ok := j.definitions[key]; !ok {
		j.definitions[key] = bytes.Clone(source)
	}
	return nil
}

// Definition implements local.Journal.
func (j *Journal) Definition(_ context.Context, machine, hash string) ([]byte, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	source, ok := j.definitions[[2]string{machine, hash}]
	if !ok {
		return nil, fmt.Errorf("definition %s of %s: %w", hash, machine, workflow.ErrStateMachineDoesNotExist)
	}
	return bytes.Clone(source), nil
}

// Create implements local.Journal.
func (j *Journal) Create(_ context.Context, r local.Record) (local.Record, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if x, ok := j.executions[r.ExecutionID]; ok {
		return clone(x.Record), workflow.ErrExecutionAlreadyExists
	}
	j.created++
	x := &execution{number: j.created, Record: local.Record{
		ExecutionID: r.ExecutionID,
		Definition:  r.Definition,
		Status:      workflow.Running,
		Input:       bytes.Clone(r.Input),
		StartedAt:   r.StartedAt.UTC(),
	}}
	j.executions[x.ExecutionID] = x
	at, _ := slices.BinarySearchFunc(j.byStart, x, byStart)
	j.byStart = slices.Insert(j.byStart, at, x)
	j.schedule(x, local.Backlog, x.StartedAt)
	select {
	case j.started <- struct{}{}:
	default:
	}
	return clone(x.Record), nil
}

// Forget drops an execution with its history. Whoever keeps nothing of those that have
// ended calls it then.
func (j *Journal) Forget(id workflow.ExecutionID) {
	j.mu.Lock()
	defer j.mu.Unlock()
	x, ok := j.executions[id]
	if !ok {
		return
	}
	j.unschedule(x)
	delete(j.executions, id)
	if at, found := slices.BinarySearchFunc(j.byStart, x, byStart); found {
		j.byStart = slices.Delete(j.byStart, at, at+1)
	}
}

// Append implements local.Journal.
func (j *Journal) Append(_ context.Context, e local.Entry) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	x, ok := j.executions[e.ExecutionID]
	if !ok {
		return fmt.Errorf("append to %s of %s: %w", e.Name, e.Machine, workflow.ErrExecutionDoesNotExist)
	}
	if x.Seq != e.Seq || x.Status.Ended() {
		return local.ErrConflict
	}
	x.Seq++
	x.Status = e.Status
	x.State = bytes.Clone(e.State)
	x.Output = bytes.Clone(e.Output)
	x.Error, x.Cause = e.Error, e.Cause
	for _, ev := range e.Events {
		x.events = append(x.events, cloneEvent(ev))
	}
	switch {
	case e.Status.Ended():
		x.StoppedAt = e.At.UTC()
		j.unschedule(x)
	case e.Due.IsZero():
		j.unschedule(x)
	default:
		j.schedule(x, e.Lane, e.Due.UTC())
	}
	return nil
}

// Load implements local.Journal.
func (j *Journal) Load(_ context.Context, id workflow.ExecutionID) (local.Record, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	x, err := j.find(id)
	if err != nil {
		return local.Record{}, err
	}
	return clone(x.Record), nil
}

// History implements local.Journal.
func (j *Journal) History(_ context.Context, id workflow.ExecutionID, after int64, limit int) ([]workflow.HistoryEvent, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	x, err := j.find(id)
	if err != nil {
		return nil, err
	}
	from, _ := slices.BinarySearchFunc(x.events, after+1, func(e workflow.HistoryEvent, id int64) int {
		return cmp.Compare(e.ID, id)
	})
	page := slices.Clone(x.events[from:min(from+limit, len(x.events))])
	for i := range page {
		page[i] = cloneEvent(page[i])
	}
	return page, nil
}

// List implements local.Journal.
func (j *Journal) List(_ context.Context, f workflow.ListFilter) (workflow.Page, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	limit := f.Limit
	if limit <= 0 {
		limit = 100
	}
	limit = min(limit, 1000)
	from := len(j.byStart)
	if f.After != "" {
		var started, number int64
		if n, err := fmt.Sscanf(f.After, "%d.%d", &started, &number); n != 2 || err != nil {
			return workflow.Page{}, fmt.Errorf("list executions: %w: %q is none of this list", workflow.ErrInvalidCursor, f.After)
		}
		last := &execution{number: number, Record: local.Record{StartedAt: time.Unix(0, started)}}
		from, _ = slices.BinarySearchFunc(j.byStart, last, byStart)
	}
	var page workflow.Page
	for i := from - 1; i >= 0; i-- {
		x := j.byStart[i]
		if f.Machine != "" && f.Machine != x.Machine || f.Status != "" && f.Status != x.Status {
			continue
		}
		if len(page.Executions) == limit {
			last := j.byStart[i+1]
			page.Next = strconv.FormatInt(last.StartedAt.UnixNano(), 10) + "." + strconv.FormatInt(last.number, 10)
			break
		}
		page.Executions = append(page.Executions, workflow.Execution{
			ExecutionID: x.ExecutionID, Status: x.Status, Error: x.Error, Cause: x.Cause,
			StartedAt: x.StartedAt, StoppedAt: x.StoppedAt,
		})
	}
	return page, nil
}

// Started implements local.Journal.
func (j *Journal) Started() <-chan struct{} { return j.started }

func (j *Journal) find(id workflow.ExecutionID) (*execution, error) {
	x, ok := j.executions[id]
	if !ok {
		return nil, fmt.Errorf("%s of %s: %w", id.Name, id.Machine, workflow.ErrExecutionDoesNotExist)
	}
	return x, nil
}

func byStart(a, b *execution) int {
	return cmp.Or(a.StartedAt.Compare(b.StartedAt), cmp.Compare(a.number, b.number))
}

func clone(r local.Record) local.Record {
	r.Input, r.State, r.Output = bytes.Clone(r.Input), bytes.Clone(r.State), bytes.Clone(r.Output)
	return r
}

func cloneEvent(e workflow.HistoryEvent) workflow.HistoryEvent {
	e.Details, e.Timestamp = bytes.Clone(e.Details), e.Timestamp.UTC()
	return e
}
