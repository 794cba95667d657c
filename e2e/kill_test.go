package e2e_test

import (
	"context"
	"errors"
	"fmt"
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
	for _, err := range s.violations(c.up) {
		t.Error(err)
	}
	if code, err := c.server.stop(30 * time.Second); err != nil || code != 0 {
		t.Errorf("the server exited with code %d, %v", code, err)
	}
	if err := auditLedger(ctx, c.dir, s.reservations, nil); err != nil {
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
	if acknowledged < 20*kills || statuses["PAID"] == 0 || statuses["EXPIRED"] == 0 || statuses["CANCELLED"] == 0 || statuses["FAILED"] == 0 {
		t.Errorf("the load was none: %d orders acknowledged, %v", acknowledged, statuses)
	}
}

// word is what the server said of one reservation, by which it stands.
type word struct {
	id, tenant, apartment string
	price                 money
	deadline              time.Time
	extensions            int
	triedCancel           bool
	cancelled             bool   // told so
	method                string // of the pay that was answered as authorized, or ""
	late                  bool   // a pay was answered HOLD_EXPIRED
	paid                  bool   // told PAID
	abandoned             bool   // by the tenant, who waits for nothing more
}

// broken answers which words were not kept.
func (w *word) broken(r reservation) (errs []error) {
	expect := func(kept bool, format string, args ...any) {
		if !kept {
			errs = append(errs, fmt.Errorf("invariant 4: "+format, args...))
		}
	}
	expect(r.TenantID == w.tenant && r.Apartment.ID == w.apartment && r.Price == w.price, "%s is another reservation now", w.id)
	expect(r.Extensions >= w.extensions && !r.HoldExpiresAt.Before(w.deadline), "an extension of %s is lost", w.id)
	expect(!w.cancelled || r.Status == "CANCELLED", "%s was told to be CANCELLED, it is %s", w.id, r.Status)
	expect(!w.paid || r.Status == "PAID", "%s was told to be PAID, it is %s", w.id, r.Status)
	expect(!w.late || r.Status != "PAID", "%s was told that the hold had ended and nothing was taken, it is PAID", w.id)
	switch {
	case w.method == "" || w.triedCancel:
	case w.method == "pm_capture_fails":
		expect(r.Status == "FAILED", "%s was paid with %s, it is %s", w.id, w.method, r.Status)
	default:
		expect(r.Status == "PAID", "%s was paid for, it is %s", w.id, r.Status)
	}
	return errs
}

// tenant wants apartments, one after the other, and repeats what gets no answer under
// the same key until it does.
type tenant struct {
	crashes    *crashes
	t          *testing.T
	apartments []string
	random     *rand.Rand
	asAlice    bool

	word         []*word
	acknowledged int
	repeated     int
}

// work reserves until it is told to finish.
func (n *tenant) work(ctx context.Context) {
	for {
		select {
		case <-n.crashes.done:
			return
		case <-ctx.Done():
			n.t.Error("a tenant had no time to finish: ", ctx.Err())
			return
		default:
		}
		if err := n.want(ctx, n.apartments[n.random.IntN(len(n.apartments))]); err != nil {
			n.t.Error(err)
			return
		}
		n.pause(ctx, 20*time.Millisecond)
	}
}

// pause lets the tenant think, for up to so long.
func (n *tenant) pause(ctx context.Context, most time.Duration) {
	timer := time.NewTimer(time.Duration(n.random.Int64N(int64(most))))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// order repeats an order until it is answered.
func (n *tenant) order(ctx context.Context, send func(*target, account) (answer, error)) (answer, error) {
	for {
		tt, err := n.crashes.now(ctx)
		if err != nil {
			return answer{}, err
		}
		who := tt.bob
		if n.asAlice {
			who = tt.alice
		}
		a, err := send(tt, who)
		if _, refused := asRefused(err); refused {
			return a, err // it answered that it cannot answer: no crash does that
		}
		if err == nil {
			n.acknowledged++
			return a, nil
		}
		n.repeated++
		n.pause(ctx, 30*time.Millisecond)
		if ctx.Err() != nil {
			return answer{}, errors.Join(err, ctx.Err())
		}
	}
}

// want reserves an apartment and does one of the things that tenants do.
func (n *tenant) want(ctx context.Context, apartment string) error {
	key := newKey()
	a, err := n.order(ctx, func(_ *target, who account) (answer, error) { return who.reserve(ctx, apartment, key) })
	if err != nil || a.code() == "APARTMENT_NOT_VACANT" {
		return err
	}
	if a.code() != "" {
		return fmt.Errorf("reserving was refused: %+v", a.UserErrors)
	}
	r := a.Reservation
	w := &word{id: r.ID, tenant: r.TenantID, apartment: apartment, price: r.Price, deadline: r.HoldExpiresAt, extensions: r.Extensions}
	n.word = append(n.word, w)
	n.pause(ctx, 50*time.Millisecond)
	if err := n.act(ctx, w); err != nil || w.abandoned {
		return err
	}
	return n.moveInAndOut(ctx, w)
}

// act does one of the things that tenants do with a hold.
func (n *tenant) act(ctx context.Context, w *word) error {
	then := func(all ...func() error) error {
		for _, one := range all {
			if err := one(); err != nil {
				return err
			}
		}
		return nil
	}
	pay := func(method string) func() error { return func() error { return n.pay(ctx, w, method) } }
	extend := func() error { return n.extend(ctx, w) }
	cancel := func() error { return n.cancel(ctx, w) }
	switch n.random.IntN(10) {
	case 0: // leaves it to expire
		w.abandoned = true
		return nil
	case 1:
		return cancel()
	case 2:
		return then(pay("pm_declined"), pay("pm_ok"))
	case 3:
		return pay("pm_capture_fails")()
	case 4:
		return pay("pm_timeout_then_ok")()
	case 5:
		return pay("pm_capture_timeout_then_ok")()
	case 6:
		return then(extend, pay("pm_ok"))
	case 7: // has second thoughts
		return then(pay("pm_ok"), cancel)
	default:
		return pay("pm_ok")()
	}
}

func (n *tenant) pay(ctx context.Context, w *word, method string) error {
	key := newKey()
	a, err := n.order(ctx, func(_ *target, who account) (answer, error) { return who.pay(ctx, w.id, method, key) })
	switch a.code() {
	case "":
		w.method = method
	case "HOLD_EXPIRED":
		w.late = true
	case "PAYMENT_DECLINED":
		if method != "pm_declined" {
			return fmt.Errorf("%s was declined: %+v", method, a.UserErrors)
		}
	case "RESERVATION_NOT_HELD", "PAYMENT_PENDING":
	default:
		return fmt.Errorf("paying was refused: %+v", a.UserErrors)
	}
	return err
}

func (n *tenant) cancel(ctx context.Context, w *word) error {
	w.triedCancel = true
	a, err := n.order(ctx, func(_ *target, who account) (answer, error) { return who.cancel(ctx, w.id) })
	switch a.code() {
	case "":
		w.cancelled = err == nil
	case "RESERVATION_NOT_HELD":
	default:
		return fmt.Errorf("cancelling was refused: %+v", a.UserErrors)
	}
	return err
}

func (n *tenant) extend(ctx context.Context, w *word) error {
	key := newKey()
	a, err := n.order(ctx, func(_ *target, who account) (answer, error) { return who.extend(ctx, w.id, key) })
	switch a.code() {
	case "":
		if err == nil {
			w.extensions, w.deadline = a.Reservation.Extensions, a.Reservation.HoldExpiresAt
		}
	case "HOLD_EXPIRED", "RESERVATION_NOT_HELD", "EXTENSION_LIMIT_REACHED":
	default:
		return fmt.Errorf("extending was refused: %+v", a.UserErrors)
	}
	return err
}

// moveInAndOut waits until the reservation has ended and, if it is PAID, has the manager
// complete the life of the apartment, so that others can have it.
func (n *tenant) moveInAndOut(ctx context.Context, w *word) error {
	for {
		var r *reservation
		_, err := n.order(ctx, func(_ *target, who account) (a answer, err error) {
			r, err = who.reservation(ctx, w.id)
			return a, err
		})
		switch {
		case err != nil:
			return err
		case r == nil:
			return fmt.Errorf("invariant 4: %s is gone", w.id)
		case r.Status == "PAID":
			w.paid = true
			for _, order := range []string{"occupyApartment", "vacateApartment"} {
				if _, err := n.order(ctx, func(tt *target, _ account) (answer, error) {
					return tt.morgan.order(ctx, order, map[string]any{"apartmentId": w.apartment})
				}); err != nil {
					return err
				}
			}
			return nil
		case r.Status != "HELD" && r.Status != "CONFIRMING":
			return nil
		}
		n.pause(ctx, 60*time.Millisecond)
	}
}
