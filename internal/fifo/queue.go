// Package fifo is a first-in, first-out queue in memory.
package fifo

// Queue is a queue; its zero value is empty. It takes the room of what it has, not of what it
// had: one that is filled as fast as it is served stays as large as it is. It is not safe for concurrent use.
type Queue[T any] struct {
	items []T
	head  int
}

// Len answers how many are in it.
func (q *Queue[T]) Len() int { return len(q.items) - q.head }

// Push puts x in, in constant time over many calls.
func (q *Queue[T]) Push(x T) {
	if q.head > 0 && 2*q.head >= len(q.items) {
		n := copy(q.items, q.items[q.head:])
		clear(q.items[n:])
		q.items, q.head = q.items[:n], 0
	}
	q.items = append(q.items, x)
}

// First answers what Pop would take; there has to be something.
func (q *Queue[T]) First() T { return q.items[q.head] }

// Pop takes the first, and answers the zero value when there is none.
func (q *Queue[T]) Pop() (x T) {
	if q.Len() == 0 {
		return x
	}
	var none T
	x, q.items[q.head] = q.items[q.head], none
	q.head++
	return x
}
