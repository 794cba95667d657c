package main

import (
	"strings"
	"testing"
)

const disagreementJSON = `{"kind":"HELD_WITHOUT_EXECUTION","reservationId":"res_1","apartmentId":"apt_1","found":"the reservation is HELD, and no execution speaks for it","remedy":"starts an execution"`

func findings(disagreements string, unknown string) string {
	return `{"at":"2026-02-03T12:00:00Z","reservations":3,"apartments":1,"executions":2,"askedTheGateway":1,"disagreements":[` + disagreements + `],"unknown":` + unknown + `}`
}

// The exit code tells a monitor whether anything is left to do.
func TestDoctor(t *testing.T) {
	for name, c := range map[string]struct {
		args   []string
		answer string
		code   int
		told   []string
	}{
		"well":             {nil, findings("", "0"), exitDone, []string{"3 reservations, 1 apartment and 2 executions", "Everything agrees."}},
		"ill":              {nil, findings(disagreementJSON+"}", "0"), exitFailed, []string{"HELD_WITHOUT_EXECUTION  res_1", "repair  starts an execution", "1 disagreement left."}},
		"mended":           {[]string{"--repair"}, findings(disagreementJSON+`,"repaired":true}`, "0"), exitDone, []string{"mended  starts", "Everything was mended."}},
		"could not":        {[]string{"--repair"}, findings(disagreementJSON+`,"error":"no runner"}`, "0"), exitFailed, []string{"failed  no runner"}},
		"by hand":          {[]string{"--repair"}, findings(disagreementJSON+`,"byHand":true}`, "0"), exitFailed, []string{"to do   starts"}},
		"a silent gateway": {nil, findings("", "2"), exitFailed, []string{"did not answer about 2 payments"}},
	} {
		h := newHarness(t)
		method := "GET"
		if len(c.args) > 0 {
			method = "POST"
		}
		h.answering(map[string]string{method + " /doctor": c.answer})
		r := h.must(c.code, h.run(append([]string{"doctor"}, c.args...)...))
		for _, told := range c.told {
			if !strings.Contains(r.out, told) {
				t.Errorf("%s: told %q, want %q", name, r.out, told)
			}
		}
		if r := h.must(c.code, h.run(append([]string{"doctor", "--json"}, c.args...)...)); !strings.Contains(r.out, `"askedTheGateway":1`) {
			t.Errorf("%s as JSON: %s", name, r.out)
		}
	}
}
