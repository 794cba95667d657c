package main

import (
	"strings"
	"testing"
)

func TestReserve(t *testing.T) {
	h := newHarness(t)
	h.on("ReserveApartment", payload(heldJSON))
	golden(t, "reserve", h.must(exitDone, h.run("reserve", "apt_1")).out)
	golden(t, "reserve.json", h.must(exitDone, h.run("reserve", "apt_1", "--json")).out)
	if r := h.must(exitDone, h.run("reserve", "apt_1", "-q", "--idempotency-key", "mine")); r.out != "res_1\n" {
		t.Errorf("the id alone: %q", r.out)
	}
	first, last := h.asked[0].Variables["input"].(map[string]any), h.asked[2].Variables["input"].(map[string]any)
	if first["apartmentId"] != "apt_1" || first["idempotencyKey"] != "key-1" || last["idempotencyKey"] != "mine" {
		t.Errorf("asked %v, %v", first, last)
	}
}

func TestARefusalIsToldAndExits1(t *testing.T) {
	h := newHarness(t)
	h.on("ReserveApartment", refused("APARTMENT_NOT_VACANT", "apartmentId", "the apartment is held until 12:01", `,"heldUntil":"2026-02-03T12:01:00Z"`))
	r := h.must(exitFailed, h.run("reserve", "apt_1"))
	if r.out != "" || r.err != "vacancy: the apartment is held until 12:01 (APARTMENT_NOT_VACANT)\n" {
		t.Errorf("%q, %q", r.out, r.err)
	}
	r = h.must(exitFailed, h.run("reserve", "apt_1", "--json"))
	want := `{"error":{"code":"APARTMENT_NOT_VACANT","field":"apartmentId","message":"the apartment is held until 12:01","heldUntil":"2026-02-03T12:01:00Z"}}` + "\n"
	if r.err != want {
		t.Errorf("as JSON: %s", r.err)
	}
}

func TestPayWaitsUntilItIsPaid(t *testing.T) {
	h := newHarness(t)
	h.on("PayReservation", payload(authorizedJSON))
	h.on("Reservation", reservation(authorizedJSON), reservation(confirmingJSON), reservation(paidJSON))
	golden(t, "pay", h.must(exitDone, h.run("pay", "res_1")).out)
	if input := h.asked[0].Variables["input"].(map[string]any); input["paymentMethod"] != "pm_ok" || input["reservationId"] != "res_1" {
		t.Errorf("asked %v", input)
	}
}

func TestPayWithoutWaiting(t *testing.T) {
	h := newHarness(t)
	h.on("PayReservation", payload(authorizedJSON))
	if r := h.must(exitDone, h.run("pay", "res_1", "--wait", "0")); !strings.Contains(r.out, "AUTHORIZED") || len(h.asked) != 1 {
		t.Errorf("%q after %v", r.out, h.asked)
	}
}

func TestPayWhoseCaptureFails(t *testing.T) {
	h := newHarness(t)
	h.on("PayReservation", payload(authorizedJSON))
	h.on("Reservation", reservation(confirmingJSON), reservation(failedJSON))
	if r := h.must(exitFailed, h.run("pay", "res_1", "--method", "pm_capture_fails")); !strings.Contains(r.err, "not paid for") || !strings.Contains(r.out, "FAILED") {
		t.Errorf("%q, %q", r.out, r.err)
	}
}

// The gateway has not answered yet: that is found out, not guessed.
func TestPayWhoseOutcomeIsPending(t *testing.T) {
	h := newHarness(t)
	h.on("PayReservation", refused("PAYMENT_PENDING", "", "not decided yet", ""))
	h.on("Reservation", reservation(heldJSON), reservation(paidJSON))
	if r := h.must(exitDone, h.run("pay", "res_1", "-q")); r.out != "res_1\n" {
		t.Errorf("%q", r.out)
	}
	h.must(exitFailed, h.run("pay", "res_1", "--wait", "0"))
}

func TestPayThatTakesTooLong(t *testing.T) {
	h := newHarness(t)
	h.on("PayReservation", payload(authorizedJSON))
	h.on("Reservation", reservation(confirmingJSON))
	if r := h.must(exitFailed, h.run("pay", "res_1", "--wait", "5s")); !strings.Contains(r.err, "vacancy watch res_1") {
		t.Errorf("%q", r.err)
	}
	if waited := h.clock.Sub(noon).Seconds(); waited < 5 || waited > 6 {
		t.Errorf("waited %v s", waited)
	}
}

func TestExtendAndCancel(t *testing.T) {
	h := newHarness(t)
	h.on("ExtendHold", payload(strings.Replace(heldJSON, "12:01:00Z", "12:02:00Z", 1)))
	h.on("CancelReservation", payload(strings.Replace(expiredJSON, "EXPIRED", "CANCELLED", 1)))
	golden(t, "extend", h.must(exitDone, h.run("extend", "res_1")).out)
	golden(t, "cancel", h.must(exitDone, h.run("cancel", "res_1")).out)
}
