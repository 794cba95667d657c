package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

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
