package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vacancy/vacancy/internal/app/rehearsal"
)

// Each branch of the workflow can be seen, and ends with the money where it belongs.
func TestOurOwnWorkflowIsRehearsed(t *testing.T) {
	for name, test := range map[string]struct {
		args        string
		apartment   string
		reservation string
		kept        int64 // captured − refunded
		notified    string
		told        string
	}{
		"unpaid":        {"", "VACANT", "EXPIRED", 0, "reverted", "900 ReleaseHold undone"},
		"paid":          {"--pay pm_ok", "PAID", "PAID", 79_000, "paid", "10 CapturePayment done"},
		"declined":      {"--pay pm_declined", "VACANT", "EXPIRED", 0, "reverted", "PAYMENT_DECLINED"},
		"too late":      {"--pay pm_ok --pay-after 15m", "VACANT", "EXPIRED", 0, "reverted", "HOLD_EXPIRED"},
		"lost answer":   {"--pay pm_timeout_then_ok", "PAID", "PAID", 79_000, "paid", "pm_timeout_then_ok: accepted"},
		"capture fails": {"--pay pm_capture_fails", "VACANT", "FAILED", 0, "reverted", "CapturePayment failed"},
		"cancelled":     {"--cancel-after 1m", "VACANT", "CANCELLED", 0, "reverted", "60 tenant cancel: accepted"},
		"short window":  {"--payment-window 30s", "VACANT", "EXPIRED", 0, "reverted", "30 ReleaseHold undone"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t)
			r := h.must(exitDone, h.run(append([]string{"workflow", "run", "reservation", "--no-wait", "--json"}, strings.Fields(test.args)...)...))
			var got struct {
				Status string
				Steps  []struct {
					AfterSeconds   json.Number
					State, Outcome string
				}
				Store struct {
					Apartment, Reservation string
					Payments               []struct{ Captured, Refunded int64 }
					Notifications          []string
				}
			}
			if err := json.Unmarshal([]byte(r.out), &got); err != nil {
				t.Fatalf("%v in %s", err, r.out)
			}
			var kept int64
			for _, p := range got.Store.Payments {
				kept += p.Captured - p.Refunded
			}
			if got.Status != "SUCCEEDED" || got.Store.Apartment != test.apartment || got.Store.Reservation != test.reservation || kept != test.kept ||
				!slices.Equal(got.Store.Notifications, []string{test.notified}) {
				t.Errorf("got %+v", got)
			}
			var steps []string
			for _, s := range got.Steps {
				steps = append(steps, s.AfterSeconds.String()+" "+s.State+" "+s.Outcome)
			}
			if !strings.Contains(strings.Join(steps, "\n"), test.told) {
				t.Errorf("%q is not in\n%s", test.told, strings.Join(steps, "\n"))
			}
		})
	}
}

func TestARehearsalIsNarrated(t *testing.T) {
	h := newHarness(t)
	told, last, _ := strings.Cut(h.must(exitDone, h.run("workflow", "run", "reservation", "--no-wait", "--pay", "pm_ok")).out, "{")
	golden(t, "rehearsal", told)
	var ended struct{ Status string }
	if err := json.Unmarshal([]byte("{"+last), &ended); err != nil || ended.Status != "SUCCEEDED" {
		t.Errorf("the last line: %v, %s", err, last)
	}
}

func TestARehearsalTakesMocks(t *testing.T) {
	h := newHarness(t)
	definitionFiles(t, map[string]string{"mocks.json": `{"StateMachines":{"reservation":{"TestCases":{"Flaky":{"ReleaseHold":"Flaky"}}}},
		"MockedResponses":{"Flaky":{"0":{"Throw":{"Error":"ServiceUnavailable","Cause":"busy"}},"1":{"Return":{"Payload":{}}}}}}`})
	r := h.run("workflow", "run", "reservation", "--no-wait", "--mock", "mocks.json", "--test-case", "Flaky")
	for _, told := range []string{"ReleaseHold              failed: ServiceUnavailable: busy", "ReleaseHold              retried, attempt 2"} {
		if !strings.Contains(r.out, told) {
			t.Errorf("%q is not in %s%s", told, r.out, r.err)
		}
	}
}

// Every step has an event to invoke it with, which it understands.
func TestEveryStepHasAnEvent(t *testing.T) {
	h := newHarness(t)
	for _, step := range rehearsal.Steps() {
		r := h.run("step", "invoke", step, "-e", filepath.Join("..", "..", "events", step+".json"), "--pay", "pm_ok")
		if r.code == exitUsage || strings.Contains(r.out, "InvalidInput") || !json.Valid([]byte(r.out)) {
			t.Errorf("%s: exit code %d, %s%s", step, r.code, r.out, r.err)
		}
	}
	if r := h.must(exitDone, h.run("step", "invoke", "ReservationReadReservation", "-e", "../../events/ReservationReadReservation.json", "--pay", "pm_ok")); !strings.Contains(r.out, `"paymentStatus":"AUTHORIZED"`) {
		t.Errorf("%s", r.out)
	}
	if r := h.must(exitFailed, h.run("step", "invoke", "ReservationMarkApartmentPaid", "-e", "../../events/ReservationMarkApartmentPaid.json")); !strings.Contains(r.out, `"errorType":"ReservationNotHeld"`) {
		t.Errorf("%s", r.out)
	}
}

// What Step Functions asks money for: a hold enters at most 8 states, paid or expired.
func TestAHoldEntersNoMoreThanEightStates(t *testing.T) {
	for name, args := range map[string]string{"expired": "", "paid": "--pay pm_ok"} {
		h := newHarness(t)
		t.Chdir(t.TempDir())
		h.must(exitDone, h.run(append(strings.Fields("workflow run reservation --no-wait --history history.json"), strings.Fields(args)...)...))
		content, err := os.ReadFile("history.json")
		if err != nil {
			t.Fatal(err)
		}
		if entered := strings.Count(string(content), `StateEntered"`); entered == 0 || entered > 8 {
			t.Errorf("%s: %d states are entered", name, entered)
		}
	}
}
