package e2e_test

import (
	"context"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"
)

// TestKill is the real crash test: the server is killed with SIGKILL while tenants
// reserve, pay, extend and cancel, started again on the same data directory, and in the
// end its data and the gateway's ledger are held against what the tenants were told.
//
// VACANCY_KILLS says how many times: .ci/run says 100, which takes some two minutes.
// Without it there are 15, with -short 5.
func TestKill(t *testing.T) {
	if url := shared.url(); url != "" {
		t.Skip("this kills processes of ours; the suite runs against " + url)
	}
	kills := 15
	if testing.Short() {
		kills = 5
		t.Log("-short: 5 kills; VACANCY_KILLS=100 is the full test")
	}
	if v := os.Getenv("VACANCY_KILLS"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 {
			t.Fatalf("VACANCY_KILLS must be a number of kills, it is %q", v)
		}
		kills = n
	}
	began := time.Now()
	c := newCrashes(t)
	tenants := c.populate(t)
	var working sync.WaitGroup
	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(kills)*6*time.Second+2*time.Minute)
	defer cancel()
	for _, one := range tenants {
		working.Go(func() { one.work(ctx) })
	}
	for i := range kills {
		c.run(t, time.Duration(300+rand.IntN(700))*time.Millisecond)
		c.server.kill()
		c.downSince(time.Now())
		if t.Failed() {
			t.Fatalf("after %d kills", i+1)
		}
		c.start(t)
	}
	c.close()
	working.Wait()
	c.finish(ctx, t, tenants, kills, began)
}

// crashes is a server that dies again and again.
type crashes struct {
	dir    string
	server *process

	mu     sync.Mutex
	target *target       // nil while the server is down
	there  chan struct{} // closed when the target is there again
	down   []interval
	slow   time.Duration // the slowest start
	done   chan struct{}
}

type interval struct{ from, to time.Time }

func newCrashes(t *testing.T) *crashes {
	c := &crashes{dir: t.TempDir(), there: make(chan struct{}), done: make(chan struct{})}
	c.start(t)
	t.Cleanup(func() { c.server.kill() })
	return c
}

// start starts the server and lets the tenants know where it is.
func (c *crashes) start(t *testing.T) {
	began := time.Now()
	p, err := serve(c.dir)
	if err != nil {
		t.Fatalf("after a kill: %v", err)
	}
	c.server = p
	c.mu.Lock()
	defer c.mu.Unlock()
	c.slow = max(c.slow, time.Since(began))
	if n := len(c.down); n > 0 {
		c.down[n-1].to = time.Now()
	}
	if c.target == nil {
		if c.target, err = targetOf(p); err != nil {
			t.Fatal(err)
		}
	} else { // tokens are good for whatever process has the directory
		moved := *c.target
		moved.alice.url, moved.bob.url, moved.morgan.url = p.URL, p.URL, p.URL
		c.target = &moved
	}
	close(c.there)
}

func (c *crashes) downSince(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.down = append(c.down, interval{from: at})
	c.there = make(chan struct{})
}

// close tells the tenants to finish what they have begun.
func (c *crashes) close() { close(c.done) }

func (c *crashes) run(t *testing.T, lasting time.Duration) {
	timer := time.NewTimer(lasting)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.server.exited:
		t.Fatalf("the server ended by itself: %v\n%s", c.server.err, c.server.log)
	}
}

// now answers where the server is, waiting while it is down.
func (c *crashes) now(ctx context.Context) (*target, error) {
	for {
		c.mu.Lock()
		there, target := c.there, c.target
		c.mu.Unlock()
		select {
		case <-there:
			return target, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// up answers for how long the server was up between two times.
func (c *crashes) up(from, to time.Time) time.Duration {
	total := to.Sub(from)
	for _, d := range c.down {
		begin, end := later(d.from, from), d.to
		if end.After(to) {
			end = to
		}
		if end.After(begin) {
			total -= end.Sub(begin)
		}
	}
	return total
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// populate makes the apartments and the tenants who want them.
func (c *crashes) populate(t *testing.T) []*tenant {
	var apartments []string
	for i := range 24 {
		apartments = append(apartments, c.target.newApartment(t, time.Duration(1+i%3)*time.Second))
	}
	var tenants []*tenant
	for i := range 16 {
		tenants = append(tenants, &tenant{crashes: c, t: t, apartments: apartments, random: rand.New(rand.NewPCG(uint64(i), 4711)), asAlice: i%2 == 0})
	}
	return tenants
}

// finish waits until everything has come to rest and holds it against what was told.
func (c *crashes) finish(ctx context.Context, t *testing.T, tenants []*tenant, kills int, began time.Time) {
	tt, err := c.now(ctx)
	if err != nil {
		t.Fatal(err)
	}
	settling, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	s, err := settle(settling, tt.morgan)
	if err != nil {
		t.Error(err)
	}
	for _, err := range s.violations(c.up, tt.late) {
		t.Error(err)
	}
	ledger, err := ledgerAfter(ctx, tt.morgan, c.server, s, nil)
	if err != nil {
		t.Error(err)
	}
	if err := auditLedger(ledger, s.reservations, nil); err != nil {
		t.Error(err)
	}

	stored, statuses := map[string]reservation{}, map[string]int{}
	for _, r := range s.reservations {
		stored[r.ID] = r
		statuses[r.Status]++
	}
	acknowledged, repeated, told := 0, 0, map[string]bool{}
	for _, one := range tenants {
		acknowledged += one.acknowledged
		repeated += one.repeated
		for _, w := range one.word {
			told[w.id] = true
			r, there := stored[w.id]
			if !there {
				t.Errorf("invariant 4: %s was told of %s, which is gone", w.tenant, w.id)
				continue
			}
			for _, err := range w.broken(r) {
				t.Errorf("%v\ntold %+v\nstored %+v", err, *w, r)
			}
		}
	}
	for id, r := range stored {
		if !told[id] {
			t.Errorf("invariant 6: nobody was told of %s, made under a key that was answered otherwise: %+v", id, r)
		}
	}
	t.Logf("%d kills in %s: %d orders acknowledged, %d repeated after a crash, %d reservations %v, %d executions; the slowest start took %s",
		kills, time.Since(began).Round(time.Second), acknowledged, repeated, len(s.reservations), statuses, len(s.executions), c.slow.Round(time.Millisecond))
	if awsBackend != nil { // which answers more slowly than it is killed
		if acknowledged < kills {
			t.Errorf("the load was none: %d orders acknowledged", acknowledged)
		}
		return
	}
	if acknowledged < 20*kills || statuses["PAID"] == 0 || statuses["EXPIRED"] == 0 || statuses["CANCELLED"] == 0 || statuses["FAILED"] == 0 {
		t.Errorf("the load was none: %d orders acknowledged, %v", acknowledged, statuses)
	}
}
