package main

import "testing"

func TestAttention(t *testing.T) {
	h := newHarness(t)
	h.on("NeedingAttention", `{
		"trips":[{"id":"trip_1","createdAt":"2026-02-03T12:00:00Z","failure":{"error":"PaymentDeclined","cause":"card_declined"},
			"notUndone":[{"step":"ReserveFlight","reason":"InjectedFailure"},{"step":"ReserveHotel","reason":"InjectedFailure"}]}],
		"orders":[{"id":"4711","placedAt":"2026-02-03T12:01:00Z","failure":{"error":"AddressMissing"},
			"notUndone":[{"step":"PROCESS_PAYMENT","compensation":"RefundPayment","error":"PaymentOutcomeUnknown","cause":"the payment gateway did not answer"}]}],
		"imports":[{"id":"imp_1","createdAt":"2026-02-03T12:02:00Z","failure":null,"left":{"apartments":2,"chunks":1,"parts":0}}]}`)
	golden(t, "attention", h.must(exitDone, h.run("attention")).out)
	golden(t, "attention.json", h.must(exitDone, h.run("attention", "--json")).out)
	nothing := newHarness(t)
	nothing.on("NeedingAttention", `{"trips":[],"orders":[],"imports":[]}`)
	if r := nothing.must(exitDone, nothing.run("attention")); r.out != "" || r.err != "Nothing needs attention.\n" {
		t.Errorf("%q, %q", r.out, r.err)
	}
}
