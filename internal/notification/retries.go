package notification

import (
	"container/heap"
	"time"
)

// retries are the times at which there is something to try again, earliest first. The
// outbox is what decides; these only say when to look.
type retries struct{ times times }

func (r *retries) add(at time.Time) { heap.Push(&r.times, at) }

// forget drops those up to now, at which the outbox is being looked at.
func (r *retries) forget(now time.Time) {
	for len(r.times) > 0 && !r.times[0].After(now) {
		heap.Pop(&r.times)
	}
}

// next answers the earliest, if there is one.
func (r *retries) next() (at time.Time, ok bool) {
	if len(r.times) == 0 {
		return time.Time{}, false
	}
	return r.times[0], true
}

// times implements heap.Interface.
type times []time.Time

func (t times) Len() int           { return len(t) }
func (t times) Less(i, j int) bool { return t[i].Before(t[j]) }
func (t times) Swap(i, j int)      { t[i], t[j] = t[j], t[i] }
func (t *times) Push(x any)        { *t = append(*t, x.(time.Time)) }
func (t *times) Pop() any {
	last := len(*t) - 1
	x := (*t)[last]
	*t = (*t)[:last]
	return x
}
