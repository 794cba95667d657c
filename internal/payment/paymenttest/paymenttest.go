// Package paymenttest is the contract of a payment gateway as a suite: what the domain
// relies on, whichever gateway serves it.
package paymenttest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// Harness is a gateway under test and what the suite has to know of it.
type Harness struct {
	Gateway booking.Gateway
	// Authorizes is a payment method whose authorization and capture succeed.
	Authorizes string
	// Declined is a payment method that the payer's bank declines; "" if the gateway has
	// none, which skips the tests of declines.
	Declined string
	// Reopen, if not nil, answers the gateway as it is after its process was restarted.
	Reopen func(*testing.T) booking.Gateway
}

// Run runs the suite. open makes a fresh gateway for each test.
func Run(t *testing.T, open func(*testing.T) Harness) {
	tests := []struct {
		name string
		run  func(*testing.T, account)
	}{
		{"Create", testCreate},
		{"CreateAgain", testCreateAgain},
		{"Find", testFind},
		{"CreateInvalid", testCreateInvalid},
		{"Authorize", testAuthorize},
		{"AuthorizeAgain", testAuthorizeAgain},
		{"Declined", testDeclined},
		{"Capture", testCapture},
		{"CaptureRefused", testCaptureRefused},
		{"Void", testVoid},
		{"VoidRefused", testVoidRefused},
		{"Refund", testRefund},
		{"RefundRefused", testRefundRefused},
		{"KeyReused", testKeyReused},
		{"RefusalReplayed", testRefusalReplayed},
		{"UnknownRef", testUnknownRef},
		{"Accepts", testAccepts},
		{"OneKeyManyCallers", testOneKeyManyCallers},
		{"CaptureAgainstVoid", testCaptureAgainstVoid},
		{"ManyPayments", testManyPayments},
		{"EndedContext", testEndedContext},
		{"Reopened", testReopened},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { test.run(t, account{open(t)}) })
	}
}

// account is a harness with what most tests need.
type account struct{ Harness }

// price is what payments of the suite are over.
var price = booking.Money{Amount: 139_000, Currency: "USD"}

func payment(id string) booking.Payment {
	return booking.Payment{ID: id, Attempt: 1, Status: booking.Pending, Amount: price, CreatedAt: time.Now().UTC()}
}

// created answers the ref of a new payment.
func (a account) created(t *testing.T, id string) string {
	t.Helper()
	p, err := a.Gateway.Create(t.Context(), payment(id), "reservation-"+id, id+":create")
	if err != nil {
		t.Fatalf("Create: %v", err)
	}
	return p.Ref
}

// authorized answers the ref of a new payment that is authorized.
func (a account) authorized(t *testing.T, id string) string {
	t.Helper()
	ref := a.created(t, id)
	if _, err := a.Gateway.Authorize(t.Context(), ref, a.Authorizes, id+":authorize"); err != nil {
		t.Fatalf("Authorize: %v", err)
	}
	return ref
}

// captured answers the ref of a new payment that is captured.
func (a account) captured(t *testing.T, id string) string {
	t.Helper()
	ref := a.authorized(t, id)
	if _, err := a.Gateway.Capture(t.Context(), ref, id+":capture"); err != nil {
		t.Fatalf("Capture: %v", err)
	}
	return ref
}

// holds fails the test unless the gateway holds what is wanted for the ref.
func (a account) holds(t *testing.T, ref string, status booking.PaymentStatus, captured, refunded int64) {
	t.Helper()
	p, err := a.Gateway.Lookup(t.Context(), ref)
	if err != nil {
		t.Fatalf("Lookup: %v", err)
	}
	check(t, p, ref, status, captured, refunded)
}

func check(t *testing.T, p booking.GatewayPayment, ref string, status booking.PaymentStatus, captured, refunded int64) {
	t.Helper()
	got := fmt.Sprintf("%s %s captured %d refunded %d", p.Ref, p.Status, p.Captured, p.Refunded)
	if want := fmt.Sprintf("%s %s captured %d refunded %d", ref, status, captured, refunded); got != want {
		t.Errorf("the gateway holds %s, want %s", got, want)
	}
}

// refused fails the test unless err is a definite no of the gateway's.
func refused(t *testing.T, what string, err error) {
	t.Helper()
	if !errors.Is(err, booking.ErrGatewayRefused) || errors.Is(err, booking.ErrGatewayUnknown) {
		t.Errorf("%s: %v, want ErrGatewayRefused", what, err)
	}
}

// mutation is one of the operations that take a ref and a key.
type mutation func(ctx context.Context, ref, key string) (booking.GatewayPayment, error)
