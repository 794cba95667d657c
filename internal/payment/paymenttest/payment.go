package paymenttest

import (
	"errors"
	"testing"

	"github.com/vacancy/vacancy/internal/booking"
)

func testCreate(t *testing.T, a account) {
	p, err := a.Gateway.Create(t.Context(), payment("p1"), "r1", "p1:create")
	if err != nil || p.Ref == "" {
		t.Fatalf("Create: %+v, %v", p, err)
	}
	check(t, p, p.Ref, booking.Pending, 0, 0)
	a.holds(t, p.Ref, booking.Pending, 0, 0)
	if other := a.created(t, "p2"); other == p.Ref {
		t.Errorf("two payments have the ref %s", other)
	}
}

func testCreateAgain(t *testing.T, a account) {
	first, second := a.created(t, "p1"), a.created(t, "p1")
	if first != second {
		t.Errorf("Create under one key answered %s, then %s", first, second)
	}
}

func testFind(t *testing.T, a account) {
	if _, err := a.Gateway.Find(t.Context(), payment("p1"), "reservation-p1"); !errors.Is(err, booking.ErrNotAtGateway) {
		t.Errorf("Find before Create: %v, want ErrNotAtGateway", err)
	}
	other, ref := a.created(t, "p2"), a.authorized(t, "p1")
	found, err := a.Gateway.Find(t.Context(), payment("p1"), "reservation-p1")
	if err != nil || found.Ref != ref || found.Status != booking.Authorized {
		t.Errorf("Find: %+v, %v, want %s AUTHORIZED (and not %s)", found, err, ref, other)
	}
}

func testCreateInvalid(t *testing.T, a account) {
	p := payment("p1")
	p.Amount.Amount = 0
	_, err := a.Gateway.Create(t.Context(), p, "r1", "p1:create")
	refused(t, "Create over nothing", err)
	_, err = a.Gateway.Create(t.Context(), payment("p1"), "r1", "p1:create")
	if err != nil {
		t.Errorf("Create under the key of a call that was invalid: %v; nothing must be stored for it", err)
	}
}

func testAuthorize(t *testing.T, a account) {
	ref := a.created(t, "p1")
	p, err := a.Gateway.Authorize(t.Context(), ref, a.Authorizes, "p1:authorize")
	if err != nil {
		t.Fatalf("Authorize: %v", err)
	}
	check(t, p, ref, booking.Authorized, 0, 0)
	a.holds(t, ref, booking.Authorized, 0, 0)
	if seen, err := a.Gateway.Lookup(t.Context(), ref); err != nil || !seen.AuthorizedAt.Equal(p.AuthorizedAt) {
		t.Errorf("Lookup says authorized at %v (%v), Authorize said %v", seen.AuthorizedAt, err, p.AuthorizedAt)
	}
}

func testAuthorizeAgain(t *testing.T, a account) {
	ref := a.authorized(t, "p1")
	p, err := a.Gateway.Authorize(t.Context(), ref, a.Authorizes, "p1:authorize")
	if err != nil {
		t.Fatalf("Authorize again under the same key: %v", err)
	}
	check(t, p, ref, booking.Authorized, 0, 0)
	_, err = a.Gateway.Authorize(t.Context(), ref, a.Authorizes, "another key")
	refused(t, "Authorize an authorized payment under another key", err)
	a.holds(t, ref, booking.Authorized, 0, 0)
}

func testDeclined(t *testing.T, a account) {
	if a.Declined == "" {
		t.Skip("the gateway has no method that is declined")
	}
	ref := a.created(t, "p1")
	for _, time := range []string{"first", "second"} {
		_, err := a.Gateway.Authorize(t.Context(), ref, a.Declined, "p1:authorize")
		var declined *booking.DeclinedError
		if !errors.As(err, &declined) || declined.Code == "" {
			t.Fatalf("Authorize for the %s time under one key: %v, want a DeclinedError with a code", time, err)
		}
	}
	if p, err := a.Gateway.Lookup(t.Context(), ref); err != nil || p.Status != booking.Declined || p.DeclineCode == "" {
		t.Errorf("Lookup: %+v, %v, want DECLINED and the code", p, err)
	}
	_, err := a.Gateway.Capture(t.Context(), ref, "p1:capture")
	refused(t, "Capture of a declined payment", err)
}

func testCapture(t *testing.T, a account) {
	ref := a.captured(t, "p1")
	p, err := a.Gateway.Capture(t.Context(), ref, "p1:capture")
	if err != nil {
		t.Fatalf("Capture again under the same key: %v", err)
	}
	check(t, p, ref, booking.Captured, price.Amount, 0)
	_, err = a.Gateway.Capture(t.Context(), ref, "another key")
	refused(t, "Capture of a captured payment under another key", err)
	a.holds(t, ref, booking.Captured, price.Amount, 0)
}

func testCaptureRefused(t *testing.T, a account) {
	ref := a.created(t, "p1")
	_, err := a.Gateway.Capture(t.Context(), ref, "p1:capture")
	refused(t, "Capture of a pending payment", err)
	a.holds(t, ref, booking.Pending, 0, 0)
}

func testVoid(t *testing.T, a account) {
	for id, ref := range map[string]string{"p1": a.created(t, "p1"), "p2": a.authorized(t, "p2")} {
		for range 2 {
			p, err := a.Gateway.Void(t.Context(), ref, id+":void")
			if err != nil {
				t.Fatalf("Void: %v", err)
			}
			check(t, p, ref, booking.Voided, 0, 0)
		}
		a.holds(t, ref, booking.Voided, 0, 0)
		_, err := a.Gateway.Authorize(t.Context(), ref, a.Authorizes, id+":authorize after void")
		refused(t, "Authorize a voided payment", err)
		_, err = a.Gateway.Capture(t.Context(), ref, id+":capture")
		refused(t, "Capture of a voided payment", err)
		a.holds(t, ref, booking.Voided, 0, 0)
	}
}

func testVoidRefused(t *testing.T, a account) {
	ref := a.captured(t, "p1")
	_, err := a.Gateway.Void(t.Context(), ref, "p1:void")
	refused(t, "Void of a captured payment", err)
	a.holds(t, ref, booking.Captured, price.Amount, 0)
}

func testRefund(t *testing.T, a account) {
	ref := a.captured(t, "p1")
	for range 2 {
		p, err := a.Gateway.Refund(t.Context(), ref, "p1:refund")
		if err != nil {
			t.Fatalf("Refund: %v", err)
		}
		check(t, p, ref, booking.Refunded, price.Amount, price.Amount)
	}
	_, err := a.Gateway.Refund(t.Context(), ref, "another key")
	refused(t, "Refund of a refunded payment under another key", err)
	a.holds(t, ref, booking.Refunded, price.Amount, price.Amount)
}

func testRefundRefused(t *testing.T, a account) {
	ref := a.authorized(t, "p1")
	_, err := a.Gateway.Refund(t.Context(), ref, "p1:refund")
	refused(t, "Refund of a payment that was not captured", err)
	a.holds(t, ref, booking.Authorized, 0, 0)
}
