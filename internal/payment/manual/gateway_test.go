package manual_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/payment/manual"
	"github.com/vacancy/vacancy/internal/payment/paymenttest"
)

func now() time.Time { return time.Now().UTC() }

func open(t *testing.T, path string) *manual.Gateway {
	t.Helper()
	ledger, err := manual.OpenFile(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	g := manual.New(ledger, now)
	t.Cleanup(func() { _ = g.Close() })
	return g
}

func TestGateway(t *testing.T) {
	paymenttest.Run(t, func(t *testing.T) paymenttest.Harness {
		path := filepath.Join(t.TempDir(), manual.FileName)
		g := open(t, path)
		return paymenttest.Harness{Gateway: g, Authorizes: manual.Cash, Reopen: func(t *testing.T) booking.Gateway {
			if err := g.Close(); err != nil {
				t.Fatal(err)
			}
			return open(t, path)
		}}
	})
}

func payment(id string) booking.Payment {
	return booking.Payment{ID: id, Attempt: 1, Amount: booking.Money{Amount: 50_000, Currency: "EUR"}}
}

// Money that was recorded is owed once it is voided or refunded, until somebody notes that
// it was returned; money that never came is not.
func TestWhatIsOwed(t *testing.T) {
	g := open(t, filepath.Join(t.TempDir(), manual.FileName))
	refs := map[string]string{}
	for _, id := range []string{"never came", "voided", "kept", "refunded"} {
		p, err := g.Create(t.Context(), payment(id), "res "+id, id+":create")
		if err != nil {
			t.Fatal(err)
		}
		refs[id] = p.Ref
		if id != "never came" {
			if _, err := g.Receive(t.Context(), p.Ref, booking.Receipt{Method: manual.BankTransfer, Reference: "no. " + id, By: "mo"}, id+":receive"); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, call := range []func() (booking.GatewayPayment, error){
		func() (booking.GatewayPayment, error) { return g.Void(t.Context(), refs["never came"], "1") },
		func() (booking.GatewayPayment, error) { return g.Void(t.Context(), refs["voided"], "2") },
		func() (booking.GatewayPayment, error) { return g.Capture(t.Context(), refs["kept"], "3") },
		func() (booking.GatewayPayment, error) { return g.Capture(t.Context(), refs["refunded"], "4") },
		func() (booking.GatewayPayment, error) { return g.Refund(t.Context(), refs["refunded"], "5") },
	} {
		if _, err := call(); err != nil {
			t.Fatal(err)
		}
	}
	owed := func(after string, limit int) []booking.Debt {
		t.Helper()
		debts, err := g.Owed(t.Context(), after, limit)
		if err != nil {
			t.Fatal(err)
		}
		return debts
	}
	all := owed("", 10)
	if len(all) != 2 || all[0].Ref != refs["voided"] || all[1].Ref != refs["refunded"] {
		t.Fatalf("owed are %+v", all)
	}
	if d := all[0]; d.Amount.Amount != 50_000 || d.Received.Reference != "no. voided" || d.ReservationID != "res voided" || d.Since.IsZero() {
		t.Errorf("the debt is %+v", d)
	}
	if page := owed(all[0].Ref, 10); len(page) != 1 || page[0].Ref != all[1].Ref {
		t.Errorf("after the first: %+v", page)
	}
	if page := owed("", 1); len(page) != 1 {
		t.Errorf("at most one: %+v", page)
	}
	returned := booking.Receipt{Method: manual.Cash, Reference: "by hand", By: "mo"}
	for _, receipt := range []booking.Receipt{returned, {Method: manual.BankTransfer, By: "somebody else"}} {
		d, err := g.MarkReturned(t.Context(), all[0].Ref, receipt)
		if err != nil || d.Returned != returned || d.ReturnedAt.IsZero() {
			t.Errorf("MarkReturned: %+v, %v; what is noted first stays", d, err)
		}
	}
	if left := owed("", 10); len(left) != 1 || left[0].Ref != refs["refunded"] {
		t.Errorf("still owed: %+v", left)
	}
	for _, id := range []string{"never came", "kept"} {
		if _, err := g.MarkReturned(t.Context(), refs[id], returned); !errors.Is(err, booking.ErrGatewayRefused) {
			t.Errorf("MarkReturned of what %s: %v", id, err)
		}
	}
}
