package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/client"
)

// untilDeadline answers HELD until the deadline, then what is given.
func untilDeadline(end string) answer {
	return func(now time.Time) string {
		body := heldJSON
		if !now.Before(noon.Add(time.Minute)) {
			body = end
		}
		return reservation(strings.ReplaceAll(body, "SERVERTIME", now.Format(time.RFC3339Nano)))
	}
}

func TestWatchSaysThatItIsVacantAgain(t *testing.T) {
	h := newHarness(t)
	h.answers["Reservation"] = []answer{untilDeadline(expiredJSON)}
	h.on("Apartment", `{"apartment":`+apartmentJSON+`}`)
	golden(t, "watch", h.must(exitDone, h.run("watch", "res_1")).out)
	if late := h.clock.Sub(noon.Add(time.Minute)); late < 0 || late > 200*time.Millisecond {
		t.Errorf("it said so %v after the deadline", late)
	}
}

func TestWatchOnATerminalRedrawsOneLineEachSecond(t *testing.T) {
	h := newHarness(t)
	h.clock = noon.Add(57 * time.Second)
	h.answers["Reservation"] = []answer{untilDeadline(expiredJSON)}
	h.on("Apartment", `{"apartment":`+apartmentJSON+`}`)
	r := h.must(exitDone, h.runOn(&screen{}, "--data", h.data, "watch", "res_1"))
	want := "\r\x1b[KHELD  0:03 left to pay\r\x1b[KHELD  0:02 left to pay\r\x1b[KHELD  0:01 left to pay\r\x1b[KHELD  0:00 left to pay\n" +
		"EXPIRED: the apartment apt_1 is VACANT again.\n"
	if r.out != want {
		t.Errorf("got  %q\nwant %q", r.out, want)
	}
}

// The countdown is the server's, whatever the clock here says.
func TestWatchCountsByTheServersClock(t *testing.T) {
	h := newHarness(t)
	h.on("Reservation", reservation(strings.ReplaceAll(heldJSON, "SERVERTIME", "2026-02-03T12:00:50Z")), reservation(paidJSON))
	r := h.must(exitDone, h.run("watch", "res_1"))
	if !strings.HasPrefix(r.out, "HELD  0:10 left to pay\n") || !strings.HasSuffix(r.out, "PAID: the apartment apt_1 is yours.\n") {
		t.Errorf("%q", r.out)
	}
}

func TestWatchAsJSONLines(t *testing.T) {
	h := newHarness(t)
	h.on("Reservation", reservation(heldJSON), reservation(heldJSON), reservation(confirmingJSON), reservation(paidJSON))
	r := h.must(exitDone, h.run("watch", "res_1", "--json"))
	var states []string
	for line := range strings.Lines(r.out) {
		_, rest, _ := strings.Cut(line, `"status":"`)
		state, _, _ := strings.Cut(rest, `"`)
		states = append(states, state)
	}
	if got := strings.Join(states, " "); got != "HELD CONFIRMING PAID" {
		t.Errorf("%s in %s", got, r.out)
	}
}

func TestWatchWaitsForAServerThatIsStartedAgain(t *testing.T) {
	h := newHarness(t)
	h.on("Reservation", reservation(heldJSON))
	for range 3 * client.DefaultRetry.Attempts {
		h.on("Reservation", connectionBreaks)
	}
	h.on("Reservation", reservation(paidJSON))
	r := h.must(exitDone, h.run("watch", "res_1"))
	if !strings.Contains(r.out, "PAID") || !strings.Contains(r.err, "asking again") {
		t.Errorf("%q, %q", r.out, r.err)
	}
}

func TestWatchGivesUpAServerThatStaysAway(t *testing.T) {
	h := newHarness(t)
	h.on("Reservation", reservation(heldJSON), connectionBreaks)
	if r := h.must(exitFailed, h.run("watch", "res_1")); !strings.Contains(r.err, "no answer from http://127.0.0.1") {
		t.Errorf("%q", r.err)
	}
	if away := h.clock.Sub(noon); away < longestOutage || away > longestOutage+time.Minute {
		t.Errorf("gave up after %v", away)
	}
}

func TestWatchOfAnUnknownReservation(t *testing.T) {
	h := newHarness(t)
	h.on("Reservation", `{"reservation":null}`)
	if r := h.must(exitFailed, h.runOn(&bytes.Buffer{}, "--data", h.data, "watch", "res_9")); !strings.Contains(r.err, "NOT_FOUND") {
		t.Errorf("%q", r.err)
	}
}
