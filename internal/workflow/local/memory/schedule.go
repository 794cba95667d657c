package memory

import (
	"cmp"
	"container/heap"
	"context"
	"slices"
	"time"

	"github.com/vacancy/vacancy/internal/workflow/local"
)

// schedule is one lane: a heap by due time from which what was moved or ended is
// dropped only when it comes to the top or outnumbers the rest, so that moving an
// execution is cheap.
type schedule struct {
	slots heapOfSlots
	live  int64
}

type slot struct {
	*execution
	due time.Time
	seq int64 // the record's Seq when it was put here: at another Seq it is elsewhere
}

func (s slot) stale(lane local.Lane) bool {
	return !s.scheduled || s.Seq != s.seq || s.execution.lane != lane
}

func (j *Journal) schedule(x *execution, lane local.Lane, due time.Time) {
	j.unschedule(x)
	x.scheduled, x.lane, x.due = true, lane, due
	s := &j.lanes[lane]
	s.live++
	if int64(len(s.slots)) > 2*s.live+64 {
		s.slots = slices.DeleteFunc(s.slots, func(s slot) bool { return s.stale(lane) })
		heap.Init(&s.slots)
	}
	heap.Push(&s.slots, slot{x, due, x.Seq})
}

func (j *Journal) unschedule(x *execution) {
	if x.scheduled {
		x.scheduled = false
		j.lanes[x.lane].live--
	}
}

// Due implements local.Journal.
func (j *Journal) Due(_ context.Context, lane local.Lane, now time.Time, limit int) ([]local.Due, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	s := &j.lanes[lane]
	var taken []slot
	for len(taken) < limit && s.dropStale(lane) && !s.slots[0].due.After(now) {
		taken = append(taken, heap.Pop(&s.slots).(slot))
	}
	answer := make([]local.Due, len(taken))
	for i, x := range taken { // asking takes nothing away
		answer[i] = local.Due{ExecutionID: x.ExecutionID, At: x.due}
		if lane == local.Backlog && len(x.Input) <= local.SmallInput {
			created := clone(x.Record)
			answer[i].Created = &created
		}
		heap.Push(&s.slots, x)
	}
	return answer, nil
}

// NextDue implements local.Journal.
func (j *Journal) NextDue(context.Context) (time.Time, bool, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	s := &j.lanes[local.Deadlines]
	if !s.dropStale(local.Deadlines) {
		return time.Time{}, false, nil
	}
	return s.slots[0].due, true, nil
}

// Count implements local.Journal.
func (j *Journal) Count(_ context.Context, lane local.Lane) (int64, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.lanes[lane].live, nil
}

// dropStale leaves a live slot on top, or answers false.
func (s *schedule) dropStale(lane local.Lane) bool {
	for len(s.slots) > 0 && s.slots[0].stale(lane) {
		heap.Pop(&s.slots)
	}
	return len(s.slots) > 0
}

type heapOfSlots []slot

func (h heapOfSlots) Len() int { return len(h) }
func (h heapOfSlots) Less(i, j int) bool {
	return cmp.Or(h[i].due.Compare(h[j].due), cmp.Compare(h[i].number, h[j].number)) < 0
}
func (h heapOfSlots) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *heapOfSlots) Push(x any)   { *h = append(*h, x.(slot)) }
func (h *heapOfSlots) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = slot{}
	*h = old[:len(old)-1]
	return last
}
