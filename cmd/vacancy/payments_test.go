package main

import (
	"strings"
	"testing"
)

const owedJSON = `{"id":"manual_7","paymentId":"res_1-p1","reservationId":"res_1","amount":{"amount":79000,"currency":"USD"},
	"received":{"method":"BANK_TRANSFER","reference":"tx 7","by":"mary"},"since":"2026-02-03T12:00:00Z"}`

// A landlord is handed cash: a manager records it, and waits for the workflow.
func TestPayReceived(t *testing.T) {
	h := newHarness(t)
	h.on("RecordPayment", payload(authorizedJSON))
	h.on("Reservation", reservation(paidJSON))
	h.must(exitDone, h.run("pay", "res_1", "--received", "bank-transfer", "--reference", "tx 7", "--idempotency-key", "mine"))
	input := h.asked[0].Variables["input"].(map[string]any)
	if input["method"] != "BANK_TRANSFER" || input["reference"] != "tx 7" || input["reservationId"] != "res_1" || input["idempotencyKey"] != "mine" {
		t.Errorf("asked %v", input)
	}
}

func TestRefund(t *testing.T) {
	h := newHarness(t)
	h.on("RefundReservation", payload(strings.ReplaceAll(paidJSON, `"PAID"`, `"REFUNDED"`)))
	if r := h.must(exitDone, h.run("refund", "res_1")); !strings.Contains(r.out, "REFUNDED") {
		t.Errorf("%q", r.out)
	}
	h = newHarness(t)
	h.on("RefundReservation", refused("APARTMENT_NOT_PAID", "", "only a PAID one can be refunded", ""))
	if r := h.must(exitFailed, h.run("refund", "res_1")); !strings.Contains(r.err, "APARTMENT_NOT_PAID") {
		t.Errorf("%q", r.err)
	}
}

func TestPaymentsOwed(t *testing.T) {
	h := newHarness(t)
	page := func(more string) string {
		return `{"paymentsOwed":{"edges":[{"node":` + owedJSON + `}],"pageInfo":` + more + `}}`
	}
	h.on("PaymentsOwed", page(`{"hasNextPage":true,"endCursor":"manual_7"}`), page(`{"hasNextPage":false}`))
	r := h.must(exitDone, h.run("payments", "owed"))
	if strings.Count(r.out, "manual_7") != 2 || !strings.Contains(r.out, "bank-transfer, tx 7") || !strings.Contains(r.out, "790") {
		t.Errorf("%s", r.out)
	}
	if h.asked[1].Variables["after"] != "manual_7" {
		t.Errorf("the second page was asked for with %v", h.asked[1].Variables)
	}
	h = newHarness(t)
	h.on("PaymentsOwed", `{"paymentsOwed":{"edges":[],"pageInfo":{"hasNextPage":false}}}`)
	if r := h.must(exitDone, h.run("payments", "owed")); r.out != "" || r.err != "Nothing is owed.\n" {
		t.Errorf("%q, %q", r.out, r.err)
	}
}

func TestPaymentsReturned(t *testing.T) {
	h := newHarness(t)
	h.on("MarkPaymentReturned", `{"payload":{"owedPayment":`+strings.TrimSuffix(owedJSON, "}")+`,"returned":{"method":"CASH","reference":"by hand","by":"mary"}},"userErrors":[]}}`)
	r := h.must(exitDone, h.run("payments", "returned", "manual_7", "--reference", "by hand"))
	if !strings.Contains(r.out, "res_1 went back: cash, by hand") {
		t.Errorf("%q", r.out)
	}
	if input := h.asked[0].Variables["input"].(map[string]any); input["owedPaymentId"] != "manual_7" || input["method"] != "CASH" {
		t.Errorf("asked %v", input)
	}
}
