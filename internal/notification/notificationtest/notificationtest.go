// Package notificationtest is the contract of an Outbox as a suite.
package notificationtest

import (
	"encoding/json"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/notification"
)

// Harness is an empty outbox under test.
type Harness struct {
	Outbox notification.Outbox
	// Reopen, if not nil, answers the outbox as it is after its process was killed.
	Reopen func(*testing.T) notification.Outbox
}

// Run runs the suite. open makes an empty outbox for each test.
func Run(t *testing.T, open func(*testing.T) Harness) {
	tests := []struct {
		name string
		run  func(*testing.T, box)
	}{
		{"Add", testAdd},
		{"AddAgain", testAddAgain},
		{"OldestFirst", testOldestFirst},
		{"Delivered", testDelivered},
		{"Failed", testFailed},
		{"FailedThenDelivered", testFailedThenDelivered},
		{"DeliveredStays", testDeliveredStays},
		{"UnknownID", testUnknownID},
		{"List", testList},
		{"ManyWriters", testManyWriters},
		{"Reopened", testReopened},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { test.run(t, box{open(t)}) })
	}
}

// start is when the tests' notifications begin.
var start = time.Date(2026, time.March, 1, 12, 0, 0, 123_000_000, time.UTC)

// note makes the i-th notification, i seconds after start.
func note(i int) notification.Notification {
	return notification.Notification{
		ID:      fmt.Sprintf("reservation/res_%03d/NotifyPaid", i),
		Kind:    notification.Paid,
		Tenant:  "tenant-ä",
		Subject: "Your apartment is paid",
		Message: json.RawMessage(`{"reservationId":"res_1","text":"\"quoted\" \u0000"}`),
		At:      start.Add(time.Duration(i) * time.Second),
	}
}

// much is a limit that the tests never reach.
const much = 1000

type box struct{ Harness }

func (b box) add(t *testing.T, notes ...notification.Notification) {
	t.Helper()
	for _, n := range notes {
		if err := b.Outbox.Add(t.Context(), n); err != nil {
			t.Fatalf("Add: %v", err)
		}
	}
}

func (b box) deliver(t *testing.T, n notification.Notification, at time.Time) {
	t.Helper()
	if err := b.Outbox.Delivered(t.Context(), n.ID, at); err != nil {
		t.Fatalf("Delivered: %v", err)
	}
}

func (b box) fail(t *testing.T, n notification.Notification, reason string, retryAt time.Time) {
	t.Helper()
	if err := b.Outbox.Failed(t.Context(), n.ID, reason, retryAt); err != nil {
		t.Fatalf("Failed: %v", err)
	}
}

func (b box) wantUndelivered(t *testing.T, now time.Time, limit int, want ...notification.Notification) {
	t.Helper()
	got, err := b.Outbox.Undelivered(t.Context(), now, limit)
	if err != nil {
		t.Fatalf("Undelivered: %v", err)
	}
	compare(t, "Undelivered", got, want)
}

func (b box) wantList(t *testing.T, limit int, want ...notification.Notification) {
	t.Helper()
	got, err := b.Outbox.List(t.Context(), limit)
	if err != nil {
		t.Fatalf("List: %v", err)
	}
	compare(t, "List", got, want)
}

func compare(t *testing.T, what string, got, want []notification.Notification) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s answers %d notifications, want %d\n got %+v\nwant %+v", what, len(got), len(want), got, want)
	}
	for i := range want {
		if !reflect.DeepEqual(plain(got[i]), plain(want[i])) {
			t.Errorf("%s, number %d:\n got %+v\nwant %+v", what, i, plain(got[i]), plain(want[i]))
		}
	}
}

// plain is a notification in a form that compares.
func plain(n notification.Notification) map[string]any {
	return map[string]any{"id": n.ID, "kind": n.Kind, "tenant": n.Tenant, "subject": n.Subject, "message": string(n.Message),
		"at": n.At.UnixMilli(), "attempts": n.Attempts, "lastError": n.LastError,
		"delivered": !n.DeliveredAt.IsZero(), "deliveredAt": n.DeliveredAt.UnixMilli()}
}

func testManyWriters(t *testing.T, b box) {
	const writers, each = 16, 10
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := range each {
				n := note(w*each + i)
				for range 2 { // a step that runs again
					if err := b.Outbox.Add(t.Context(), n); err != nil {
						t.Errorf("Add: %v", err)
					}
				}
				if i%2 == 0 {
					if err := b.Outbox.Delivered(t.Context(), n.ID, start); err != nil {
						t.Errorf("Delivered: %v", err)
					}
				}
			}
		})
	}
	all.Wait()
	got, err := b.Outbox.Undelivered(t.Context(), start, much)
	if err != nil || len(got) != writers*each/2 {
		t.Errorf("%d are undelivered, %v; want %d", len(got), err, writers*each/2)
	}
	if got, err := b.Outbox.List(t.Context(), much); err != nil || len(got) != writers*each {
		t.Errorf("%d are listed, %v; want %d", len(got), err, writers*each)
	}
}

func testReopened(t *testing.T, b box) {
	if b.Reopen == nil {
		t.Skip("the outbox cannot be reopened")
	}
	delivered, failed, fresh := note(1), note(2), note(3)
	b.add(t, delivered, failed, fresh)
	b.deliver(t, delivered, start)
	b.fail(t, failed, "status 500", start.Add(time.Minute))
	b.Outbox = b.Reopen(t)

	delivered.Attempts, delivered.DeliveredAt = 1, start
	failed.Attempts, failed.LastError = 1, "status 500"
	b.wantUndelivered(t, start, much, fresh)
	b.wantUndelivered(t, start.Add(time.Minute), much, failed, fresh)
	b.wantList(t, much, fresh, failed, delivered)
	b.add(t, note(1))
	b.wantList(t, much, fresh, failed, delivered)
}
