package notificationtest

import (
	"slices"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/notification"
)

func testAdd(t *testing.T, b box) {
	b.wantUndelivered(t, start, much)
	b.add(t, note(1))
	b.wantUndelivered(t, start, much, note(1))
	b.wantList(t, much, note(1))
}

func testAddAgain(t *testing.T, b box) {
	first, second := note(1), note(1)
	second.Subject, second.At = "another subject", start.Add(time.Hour)
	b.add(t, first, second)
	b.wantUndelivered(t, start, much, first)
	b.deliver(t, first, start)
	b.add(t, first)
	b.wantUndelivered(t, start, much)
}

func testOldestFirst(t *testing.T, b box) {
	notes := []notification.Notification{note(1), note(2), note(3), note(4)}
	b.add(t, notes...)
	b.wantUndelivered(t, start, much, notes...)
	b.wantUndelivered(t, start, 2, notes[:2]...)
	b.deliver(t, notes[0], start)
	b.wantUndelivered(t, start, 2, notes[1:3]...)
}

func testDelivered(t *testing.T, b box) {
	n, at := note(1), start.Add(time.Minute)
	b.add(t, n)
	b.deliver(t, n, at)
	b.wantUndelivered(t, at.Add(time.Hour), much)
	n.Attempts, n.DeliveredAt = 1, at
	b.wantList(t, much, n)
}

func testFailed(t *testing.T, b box) {
	n, retryAt := note(1), start.Add(time.Minute)
	b.add(t, n)
	b.fail(t, n, "status 500", retryAt)
	b.wantUndelivered(t, retryAt.Add(-time.Millisecond), much)
	n.Attempts, n.LastError = 1, "status 500"
	b.wantUndelivered(t, retryAt, much, n)
	b.fail(t, n, "no answer", retryAt.Add(time.Minute))
	b.wantUndelivered(t, retryAt, much)
	n.Attempts, n.LastError = 2, "no answer"
	b.wantUndelivered(t, retryAt.Add(time.Minute), much, n)
}

// A failed notification does not stand in the way of those behind it, and keeps its place.
func testFailedThenDelivered(t *testing.T, b box) {
	first, second := note(1), note(2)
	b.add(t, first, second)
	b.fail(t, first, "status 500", start.Add(time.Minute))
	b.wantUndelivered(t, start, 1, second)
	first.Attempts, first.LastError = 1, "status 500"
	b.wantUndelivered(t, start.Add(time.Minute), 1, first)
	b.deliver(t, first, start.Add(time.Minute))
	first.Attempts, first.LastError, first.DeliveredAt = 2, "", start.Add(time.Minute)
	b.wantList(t, much, second, first)
}

// What one attempt has delivered, another that failed late does not make undelivered.
func testDeliveredStays(t *testing.T, b box) {
	n := note(1)
	b.add(t, n)
	b.deliver(t, n, start)
	b.fail(t, n, "no answer", start)
	b.deliver(t, n, start.Add(time.Hour))
	b.wantUndelivered(t, start.Add(time.Hour), much)
	n.Attempts, n.DeliveredAt = 1, start
	b.wantList(t, much, n)
}

func testUnknownID(t *testing.T, b box) {
	b.deliver(t, note(1), start)
	b.fail(t, note(2), "no answer", start)
	b.wantList(t, much)
}

func testList(t *testing.T, b box) {
	var notes []notification.Notification
	for i := range 5 {
		notes = append(notes, note(i))
	}
	b.add(t, notes...)
	b.deliver(t, notes[1], start)
	notes[1].Attempts, notes[1].DeliveredAt = 1, start
	slices.Reverse(notes)
	b.wantList(t, much, notes...)
	b.wantList(t, 2, notes[:2]...)
}
