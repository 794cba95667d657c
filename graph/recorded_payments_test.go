package graph_test

import (
	"testing"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/payment/manual"
)

// landlord is an API whose landlord takes cash.
func landlord(t *testing.T) *api {
	t.Helper()
	a := newAPI(t)
	ledger, err := manual.OpenMemory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ledger.Close() })
	return a.with(manual.New(ledger, a.clock.now))
}

const (
	recordDocument = `mutation($in: RecordPaymentInput!) { recordPayment(input: $in) { reservation { status payment { status method authorizedAt } timeline { kind by note } } userErrors { code field } } }`
	owedDocument   = `{ paymentsOwed(first: 1) { edges { cursor node { id reservationId amount { amount } received { method reference by } returned { method } } } pageInfo { hasNextPage } } }`
	returnDocument = `mutation($in: MarkPaymentReturnedInput!) { markPaymentReturned(input: $in) { owedPayment { returned { method reference by } returnedAt } userErrors { code field } } }`
)

func (a *api) record(reservation, method, reference, key string) any {
	a.t.Helper()
	return a.value(mary, recordDocument, map[string]any{"in": map[string]any{"reservationId": reservation, "method": method, "reference": reference, "idempotencyKey": key}})
}

// A manager records cash; the tenant cannot pay by themselves, and is told what to do.
func TestCashIsRecorded(t *testing.T) {
	a := landlord(t)
	reservation := a.hold(ann, a.create(2000))
	if got := a.pay(ann, reservation, "cash", "p1"); userError(got) != "INVALID_INPUT" || at(got, "userErrors.0.field") != "paymentMethod" {
		t.Errorf("a tenant who pays cash by themselves: %v", got)
	}
	got := a.record(reservation, "CASH", "receipt 12", "k1")
	for path, want := range map[string]any{"userErrors.0": nil, "reservation.payment.status": "AUTHORIZED", "reservation.payment.method": "cash",
		"reservation.payment.authorizedAt": "2026-02-03T04:05:06.789Z", "reservation.timeline.2.by": "mary", "reservation.timeline.2.note": "cash, receipt 12"} {
		if at(got, path) != want {
			t.Errorf("%s is %v, want %v", path, at(got, path), want)
		}
	}
	if again := a.record(reservation, "CASH", "receipt 12", "k1"); at(again, "reservation.payment.status") != "AUTHORIZED" || userError(again) != "" {
		t.Errorf("the same key: %v", again)
	}
	if other := a.record(reservation, "BANK_TRANSFER", "", "k1"); userError(other) != "IDEMPOTENCY_KEY_REUSED" {
		t.Errorf("the same key for a transfer: %v", other)
	}
}

// Cash for a hold that has ended is not recorded; what was recorded for one that is then
// cancelled is owed, until it is marked as returned.
func TestWhatIsOwedToTenants(t *testing.T) {
	a := landlord(t)
	late := a.hold(bob, a.create(2000))
	a.clock.advance(booking.DefaultConfig().PaymentWindow)
	if got := a.record(late, "CASH", "", "k"); userError(got) != "HOLD_EXPIRED" {
		t.Errorf("cash for an ended hold: %v", got)
	}
	if got := a.value(mary, owedDocument, nil); at(got, "edges.0") != nil {
		t.Errorf("owed for what was not recorded: %v", got)
	}

	reservation := a.hold(ann, a.create(3000))
	a.record(reservation, "BANK_TRANSFER", "tx 7", "k2")
	a.value(ann, `mutation($in: CancelReservationInput!) { cancelReservation(input: $in) { userErrors { code } } }`, map[string]any{"in": map[string]any{"reservationId": reservation}})
	if _, err := a.service.ReturnMoney(t.Context(), reservation); err != nil { // as the execution does
		t.Fatal(err)
	}
	got := a.value(mary, owedDocument, nil)
	for path, want := range map[string]any{"edges.0.node.reservationId": reservation, "edges.0.node.amount.amount": 3000.0,
		"edges.0.node.received.method": "BANK_TRANSFER", "edges.0.node.received.reference": "tx 7", "edges.0.node.received.by": "mary",
		"edges.0.node.returned": nil, "pageInfo.hasNextPage": false} {
		if at(got, path) != want {
			t.Errorf("%s is %v, want %v", path, at(got, path), want)
		}
	}
	returned := a.value(mary, returnDocument, map[string]any{"in": map[string]any{"owedPaymentId": at(got, "edges.0.node.id"), "method": "CASH", "reference": "by hand"}})
	if at(returned, "owedPayment.returned.method") != "CASH" || at(returned, "owedPayment.returned.by") != "mary" || at(returned, "owedPayment.returnedAt") == nil {
		t.Errorf("returned: %v", returned)
	}
	if got := a.value(mary, owedDocument, nil); at(got, "edges.0") != nil {
		t.Errorf("still owed: %v", got)
	}
	none := a.value(mary, returnDocument, map[string]any{"in": map[string]any{"owedPaymentId": "manual_99", "method": "CASH"}})
	if userError(none) != "NOT_FOUND" || at(none, "userErrors.0.field") != "owedPaymentId" {
		t.Errorf("returning what is not owed: %v", none)
	}
}

// The tenant is told to pay the landlord; a manager who looks is not.
func TestNextActionIsForTheTenant(t *testing.T) {
	a := landlord(t)
	reservation := a.hold(ann, a.create(2000))
	if _, err := a.service.RequestPayment(t.Context(), booking.ExecutionInput{ReservationID: reservation, Epoch: 1}); err != nil {
		t.Fatal(err)
	}
	const document = `query($id: ID!) { reservation(id: $id) { payment { nextAction clientSecret publishableKey } } }`
	for who, want := range map[booking.Principal]any{ann: "PAY_LANDLORD", mary: nil} {
		got := a.value(who, document, map[string]any{"id": reservation})
		if at(got, "payment.nextAction") != want || at(got, "payment.clientSecret") != nil {
			t.Errorf("%s sees %v", who.ID, got)
		}
	}
}

// A reservation that is paid for is refunded by a manager: the apartment is vacant again.
func TestRefundReservation(t *testing.T) {
	a := newAPI(t)
	flat := a.create(2000)
	reservation := a.hold(ann, flat)
	const document = `mutation($in: RefundReservationInput!) { refundReservation(input: $in) { reservation { status payment { status } apartment { status } } userErrors { code } } }`
	in := map[string]any{"in": map[string]any{"reservationId": reservation}}
	if got := a.value(mary, document, in); userError(got) != "APARTMENT_NOT_PAID" {
		t.Errorf("refunding what is HELD: %v", got)
	}
	a.pay(ann, reservation, "pm_ok", "p1")
	input := booking.ExecutionInput{ReservationID: reservation, Epoch: 1}
	if _, err := a.service.CapturePayment(t.Context(), input); err != nil {
		t.Fatal(err)
	}
	if _, err := a.service.MarkApartmentPaid(t.Context(), input); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		got := a.value(mary, document, in)
		if at(got, "reservation.status") != "REFUNDED" || at(got, "reservation.payment.status") != "REFUNDED" || at(got, "reservation.apartment.status") != "VACANT" || userError(got) != "" {
			t.Errorf("refunded: %v", got)
		}
	}
}
