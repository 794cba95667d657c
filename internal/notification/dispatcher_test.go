package notification_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vacancy/vacancy/internal/notification"
)

// receiver is a Receiver that does as the test says and writes down what it got when.
type receiver struct {
	mu      sync.Mutex
	deliver func(attempt int, n notification.Notification) error
	got     map[string][]time.Time
}

func (*receiver) Name() string { return "test" }

func (r *receiver) Deliver(_ context.Context, n notification.Notification) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.got == nil {
		r.got = map[string][]time.Time{}
	}
	r.got[n.ID] = append(r.got[n.ID], time.Now())
	if r.deliver == nil {
		return nil
	}
	return r.deliver(len(r.got[n.ID]), n)
}

func (r *receiver) attempts(id string) []time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.got[id]
}

func options() notification.DispatcherOptions {
	return notification.DispatcherOptions{Now: time.Now, Random: func() float64 { return 0 }, Log: slog.New(slog.DiscardHandler)}
}

// dispatch runs a dispatcher until the test ends.
func dispatch(t *testing.T, outbox notification.Outbox, r notification.Receiver) *notification.Dispatcher {
	t.Helper()
	d := notification.NewDispatcher(outbox, r, options())
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { d.Run(ctx); close(ended) }()
	t.Cleanup(func() { stop(); <-ended })
	return d
}

func numbered(i int) notification.Notification {
	n := paid()
	n.ID, n.Attempts, n.LastError = fmt.Sprintf("reservation/res_%d/NotifyPaid", i), 0, ""
	return n
}

func TestDispatcherDeliversAtOnceWhenWoken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory, r := notification.NewMemory(), &receiver{}
		d := dispatch(t, memory, r)
		outbox := notification.Waking(memory, d.Wake)
		for i := range 250 { // more than a batch
			time.Sleep(time.Millisecond)
			added := time.Now()
			if err := outbox.Add(t.Context(), numbered(i)); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			if got := r.attempts(numbered(i).ID); len(got) != 1 || !got[0].Equal(added) {
				t.Fatalf("number %d was delivered at %v, want once at %v", i, got, added)
			}
		}
		for _, n := range listed(t, memory) {
			if n.DeliveredAt.IsZero() || n.Attempts != 1 {
				t.Errorf("%s: %d attempts, delivered at %v", n.ID, n.Attempts, n.DeliveredAt)
			}
		}
	})
}

func TestDispatcherTakesABacklogUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory, r := notification.NewMemory(), &receiver{}
		for i := range 350 {
			_ = memory.Add(t.Context(), numbered(i))
		}
		dispatch(t, memory, r)
		synctest.Wait()
		for i := range 350 {
			if got := r.attempts(numbered(i).ID); len(got) != 1 {
				t.Fatalf("number %d was delivered %d times", i, len(got))
			}
		}
	})
}

func TestDispatcherBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory := notification.NewMemory()
		r := &receiver{deliver: func(attempt int, n notification.Notification) error {
			if n.ID == numbered(1).ID && attempt <= 12 {
				return fmt.Errorf("failure %d", attempt)
			}
			return nil
		}}
		d := dispatch(t, memory, r)
		outbox := notification.Waking(memory, d.Wake)
		_ = outbox.Add(t.Context(), numbered(1))
		synctest.Wait()
		_ = outbox.Add(t.Context(), numbered(2))
		synctest.Wait()
		if got := r.attempts(numbered(2).ID); len(got) != 1 {
			t.Errorf("a notification behind one that fails was delivered %d times at once", len(got))
		}
		if n := listed(t, memory)[1]; n.LastError != "failure 1" || n.Attempts != 1 {
			t.Errorf("after the first failure it is listed with %d attempts and %q", n.Attempts, n.LastError)
		}
		time.Sleep(3 * time.Hour)
		attempts := r.attempts(numbered(1).ID)
		if len(attempts) != 13 {
			t.Fatalf("%d attempts, want 13", len(attempts))
		}
		for i := 1; i < len(attempts); i++ {
			want := min(time.Second<<(i-1), 15*time.Minute)
			if wait := attempts[i].Sub(attempts[i-1]); wait != want {
				t.Errorf("attempt %d came after %s, want %s", i+1, wait, want)
			}
		}
		if n := listed(t, memory)[1]; n.Attempts != 13 || n.LastError != "" || !n.DeliveredAt.Equal(attempts[12]) {
			t.Errorf("in the end it is listed with %d attempts, %q, delivered at %v", n.Attempts, n.LastError, n.DeliveredAt)
		}
	})
}

// What was to be retried before a restart, or was added by another process, is found without a wake.
func TestDispatcherLooksWithoutAWake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory, r := notification.NewMemory(), &receiver{}
		dispatch(t, memory, r)
		synctest.Wait()
		added := time.Now()
		_ = memory.Add(t.Context(), numbered(1))
		time.Sleep(time.Minute)
		if got := r.attempts(numbered(1).ID); len(got) != 1 || got[0].Sub(added) > 30*time.Second {
			t.Errorf("delivered at %v, want within 30 s of %v", got, added)
		}
	})
}

func TestDispatcherStopsGracefully(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory := notification.NewMemory()
		for i := range 50 {
			_ = memory.Add(t.Context(), numbered(i))
		}
		ctx, stop := context.WithCancel(t.Context())
		begun := make(chan struct{}, 50)
		d := notification.NewDispatcher(memory, receiverFunc(func(ctx context.Context) error {
			begun <- struct{}{}
			select {
			case <-time.After(5 * time.Second):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}), options())
		ended := make(chan struct{})
		go func() { d.Run(ctx); close(ended) }()
		<-begun
		synctest.Wait()
		stop()
		stopped := time.Now()
		<-ended
		if took := time.Since(stopped); took != 5*time.Second {
			t.Errorf("Run ended %s after the stop, want the attempts under way finished (5s)", took)
		}
		delivered := 0
		for _, n := range listed(t, memory) {
			if !n.DeliveredAt.IsZero() {
				delivered++
			}
		}
		if delivered != 8 {
			t.Errorf("%d are noted as delivered, want the 8 under way", delivered)
		}
	})
}

func TestDispatcherBoundsAnAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory := notification.NewMemory()
		_ = memory.Add(t.Context(), numbered(1))
		dispatch(t, memory, receiverFunc(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }))
		time.Sleep(notification.DefaultTimeout)
		synctest.Wait()
		if n := listed(t, memory)[0]; n.Attempts != 1 || n.LastError != context.DeadlineExceeded.Error() {
			t.Errorf("listed with %d attempts and %q", n.Attempts, n.LastError)
		}
	})
}

// An outbox that fails after the delivery leads to another delivery, not to a lost one and
// not to a storm.
func TestDispatcherOutlivesAFailingOutbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := &brokenOutbox{Outbox: notification.NewMemory()}
		_ = broken.Add(t.Context(), numbered(1))
		r := &receiver{}
		broken.fail(true, false)
		dispatch(t, broken, r)
		time.Sleep(10 * time.Second)
		if got := r.attempts(numbered(1).ID); len(got) != 0 {
			t.Errorf("%d deliveries from an outbox that cannot be read", len(got))
		}
		broken.fail(false, true)
		time.Sleep(10*time.Second + time.Millisecond)
		if got := r.attempts(numbered(1).ID); len(got) < 2 || len(got) > 12 {
			t.Errorf("%d deliveries in 10 s while they cannot be noted, want about one a second", len(got))
		}
		broken.fail(false, false)
		time.Sleep(2 * time.Second)
		count := len(r.attempts(numbered(1).ID))
		time.Sleep(time.Hour)
		if got := r.attempts(numbered(1).ID); len(got) != count || listed(t, broken)[0].DeliveredAt.IsZero() {
			t.Errorf("delivered %d more times after it was noted", len(got)-count)
		}
	})
}

type receiverFunc func(context.Context) error

func (receiverFunc) Name() string { return "test" }
func (f receiverFunc) Deliver(ctx context.Context, _ notification.Notification) error {
	return f(ctx)
}

// brokenOutbox is an Outbox whose reads or notes fail while the test says so.
type brokenOutbox struct {
	notification.Outbox
	mu           sync.Mutex
	reads, notes bool
}

var errDisk = errors.New("disk error")

func (b *brokenOutbox) fail(reads, notes bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reads, b.notes = reads, notes
}

func (b *brokenOutbox) Undelivered(ctx context.Context, now time.Time, limit int) ([]notification.Notification, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.reads {
		return nil, errDisk
	}
	return b.Outbox.Undelivered(ctx, now, limit)
}

func (b *brokenOutbox) Delivered(ctx context.Context, id string, at time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.notes {
		return errDisk
	}
	return b.Outbox.Delivered(ctx, id, at)
}

func listed(t *testing.T, outbox notification.Outbox) []notification.Notification {
	t.Helper()
	all, err := outbox.List(t.Context(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	return all
}
