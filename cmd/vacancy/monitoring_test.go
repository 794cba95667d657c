package main

import (
	"io"
	"net/http"
	"testing"
)

// answering answers GET requests of paths.
func (h *harness) answering(bodies map[string]string) {
	h.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, known := bodies[r.Method+" "+r.URL.Path]
		if !known {
			http.NotFound(w, r)
			return
		}
		_, _ = io.WriteString(w, body)
	})
}

func TestNotifications(t *testing.T) {
	h := newHarness(t)
	h.answering(map[string]string{"GET /notifications": `[
		{"id":"n1","kind":"paid","tenant":"alice","subject":"Your apartment is paid","message":{},"at":"2026-02-03T12:00:00Z","attempts":1,"deliveredAt":"2026-02-03T12:00:01Z"},
		{"id":"n2","kind":"reverted","tenant":"bob","subject":"Your hold has ended","message":{},"at":"2026-02-03T12:01:00Z","attempts":3,"lastError":"status 500"}]`})
	golden(t, "notifications", h.must(exitDone, h.run("notifications")).out)
	golden(t, "notifications.json", h.must(exitDone, h.run("notifications", "--json")).out)
	h.answering(map[string]string{"GET /notifications": `[]`})
	if r := h.must(exitDone, h.run("notifications")); r.out != "" || r.err != "No notification yet.\n" {
		t.Errorf("%q, %q", r.out, r.err)
	}
}

func TestLedger(t *testing.T) {
	h := newHarness(t)
	h.answering(map[string]string{"GET /ledger/res_1": `[{"reservationId":"res_1","paymentId":"res_1-p1","ref":"sim_1","currency":"USD",
		"authorized":79000,"captured":79000,"refunded":0,"voided":0,"captures":1,"refunds":0}]`, "GET /ledger/res_2": `[]`})
	golden(t, "ledger", h.must(exitDone, h.run("ledger", "res_1")).out)
	golden(t, "ledger.json", h.must(exitDone, h.run("ledger", "res_1", "--json")).out)
	if r := h.must(exitDone, h.run("ledger", "res_2")); r.out != "" || r.err != "The payment gateway never heard of res_2.\n" {
		t.Errorf("%q, %q", r.out, r.err)
	}
}
