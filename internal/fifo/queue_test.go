package fifo

import (
	"slices"
	"testing"
)

// TestAQueueThatIsNeverEmptyKeepsItsSize: a queue that is filled as fast as it is served
// takes the room of what it has, not of what it had.
func TestAQueueThatIsNeverEmptyKeepsItsSize(t *testing.T) {
	var q Queue[int]
	for i := range 3 {
		q.Push(i)
	}
	for i := 3; i < 10_000; i++ {
		if next := q.First(); next != i-3 || q.Pop() != next {
			t.Fatalf("%d came when it was the turn of %d", next, i-3)
		}
		q.Push(i)
	}
	if q.Len() != 3 || cap(q.items) > 16 {
		t.Errorf("%d are in room for %d", q.Len(), cap(q.items))
	}
	if rest := []int{q.Pop(), q.Pop(), q.Pop(), q.Pop()}; !slices.Equal(rest, []int{9997, 9998, 9999, 0}) {
		t.Errorf("the rest is %v", rest)
	}
}
