package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vacancy/vacancy/internal/booking"
)

const executionJSON = `{"machine":"reservation","name":"res_1","arn":"arn:aws:states:local:000000000000:execution:reservation:res_1",
	"status":"SUCCEEDED","input":{"reservationId":"res_1"},"output":{"status":"PAID"},
	"startedAt":"2026-02-03T12:00:00Z","stoppedAt":"2026-02-03T12:00:01.25Z"}`

const failedExecutionJSON = `{"machine":"trip","name":"trip-1","arn":"arn:aws:states:local:000000000000:execution:trip:trip-1",
	"status":"FAILED","error":"TripFailed","cause":"no seat","input":{},"startedAt":"2026-02-03T12:00:00Z","stoppedAt":"2026-02-03T12:00:02Z"}`

const historyJSON = `{"execution":{"history":{"pageInfo":{"hasNextPage":false,"endCursor":"5"},"nodes":[
	{"id":1,"previousId":0,"type":"ExecutionStarted","timestamp":"2026-02-03T12:00:00Z","details":{"input":"{}"}},
	{"id":2,"previousId":1,"type":"TaskStateEntered","timestamp":"2026-02-03T12:00:00.001Z","details":{"name":"RequestPayment","input":"{}"}},
	{"id":3,"previousId":2,"type":"TaskScheduled","timestamp":"2026-02-03T12:00:00.001Z","details":{"resource":"invoke","resourceType":"lambda"}},
	{"id":4,"previousId":3,"type":"TaskFailed","timestamp":"2026-02-03T12:00:00.1Z","details":{"error":"ServiceUnavailable","cause":"busy"}},
	{"id":5,"previousId":4,"type":"TaskStateExited","timestamp":"2026-02-03T12:00:00.1Z","details":{"name":"RequestPayment"}}]}}}`

func TestWorkflowList(t *testing.T) {
	h := newHarness(t)
	h.on("Executions", `{"executions":{"nodes":[`+executionJSON+`,`+failedExecutionJSON+`],"pageInfo":{"hasNextPage":true,"endCursor":"x2"}}}`)
	r := h.must(exitDone, h.run("workflow", "list", "--status", "failed", "--machine", "trip", "--first", "2"))
	golden(t, "workflow_list", r.out)
	if v := h.asked[0].Variables; v["status"] != "FAILED" || v["machine"] != "trip" || v["first"] != 2.0 || !strings.Contains(r.err, "--after x2") {
		t.Errorf("asked %v, told %q", v, r.err)
	}
	golden(t, "workflow_list.json", h.must(exitDone, h.run("workflow", "list", "--json")).out)
	if who, err := h.keeper().Verify(t.Context(), h.asked[0].Token); err != nil || who.Role != booking.Manager {
		t.Errorf("asked as %+v, %v", who, err)
	}
}

func TestWorkflowShow(t *testing.T) {
	h := newHarness(t)
	h.on("Execution", `{"execution":`+executionJSON+`}`, `{"execution":`+failedExecutionJSON+`}`, `{"execution":null}`)
	golden(t, "workflow_show", h.must(exitDone, h.run("workflow", "show", "res_1")).out)
	golden(t, "workflow_show_failed", h.must(exitDone, h.run("workflow", "show", "trip/trip-1")).out)
	if r := h.must(exitFailed, h.run("workflow", "show", "res_9")); !strings.Contains(r.err, "there is no execution res_9 of the state machine reservation") {
		t.Errorf("%q", r.err)
	}
	if v := h.asked[1].Variables; v["machine"] != "trip" || v["name"] != "trip-1" {
		t.Errorf("asked %v", v)
	}
}

func TestWorkflowHistory(t *testing.T) {
	h := newHarness(t)
	h.on("History", historyJSON)
	golden(t, "workflow_history", h.must(exitDone, h.run("workflow", "history", "res_1")).out)
	golden(t, "workflow_history.json", h.must(exitDone, h.run("workflow", "history", "res_1", "--json")).out)
}

func TestWorkflowStart(t *testing.T) {
	h := newHarness(t)
	h.on("StartExecution", `{"payload":{"execution":`+executionJSON+`,"userErrors":[]}}`, refused("NOT_FOUND", "machine", "there is no state machine nope", ""))
	h.must(exitDone, h.run("workflow", "start", "trip", "--name", "trip-1", "--input", csvFile(t, `{"tripId": "t1"}`)))
	input := h.asked[0].Variables["input"].(map[string]any)
	if input["machine"] != "trip" || input["name"] != "trip-1" || input["input"].(map[string]any)["tripId"] != "t1" {
		t.Errorf("asked %v", input)
	}
	if r := h.must(exitFailed, h.run("workflow", "start", "nope")); !strings.Contains(r.err, "there is no state machine nope") {
		t.Errorf("%q", r.err)
	}
}

// watched answers histories of a saga on its way forward and then back.
func watched(h *harness) {
	event := func(id int, kind, details string) string {
		return fmt.Sprintf(`{"id":%d,"previousId":%d,"type":"%s","timestamp":"2026-02-03T12:00:%02dZ","details":%s}`, id, id-1, kind, id, details)
	}
	page := func(events ...string) string {
		return `{"execution":{"history":{"pageInfo":{"hasNextPage":false,"endCursor":""},"nodes":[` + strings.Join(events, ",") + `]}}}`
	}
	all := []string{
		event(1, "ExecutionStarted", `{}`), event(2, "ChoiceStateEntered", `{"name":"IsAHotelWanted"}`), event(3, "ChoiceStateExited", `{"name":"IsAHotelWanted"}`),
		event(4, "TaskStateEntered", `{"name":"TakePayment"}`), event(5, "TaskScheduled", `{}`), event(6, "TaskFailed", `{"error":"Busy"}`), event(7, "TaskScheduled", `{}`),
		event(8, "TaskFailed", `{"error":"PaymentDeclined","cause":"{\"errorMessage\":\"no funds\"}"}`), event(9, "TaskStateExited", `{"name":"TakePayment"}`),
		event(10, "TaskStateEntered", `{"name":"CancelHotel"}`), event(11, "TaskSucceeded", `{}`), event(12, "TaskStateExited", `{"name":"CancelHotel"}`),
		event(13, "ExecutionFailed", `{"error":"TripFailed","cause":"no seat"}`),
	}
	running := strings.Replace(strings.Replace(failedExecutionJSON, `"FAILED","error":"TripFailed","cause":"no seat"`, `"RUNNING"`, 1), `,"stoppedAt":"2026-02-03T12:00:02Z"`, "", 1)
	h.on("Execution", `{"execution":`+running+`}`, `{"execution":`+running+`}`, `{"execution":`+failedExecutionJSON+`}`)
	h.on("History", page(all[:6]...), page(all[:9]...), page(all...))
}

func TestWorkflowShowWatch(t *testing.T) {
	h := newHarness(t)
	watched(h)
	r := h.must(exitFailed, h.run("workflow", "show", "--watch", "trip/trip-1"))
	golden(t, "workflow_watch", r.out)
	watched(h)
	golden(t, "workflow_watch.json", h.must(exitFailed, h.run("workflow", "show", "--watch", "trip/trip-1", "--json")).out)
	watched(h)
	r = h.must(exitFailed, h.runOn(&screen{}, "--data", h.data, "workflow", "show", "--watch", "trip/trip-1"))
	if strings.Count(r.out, "\x1b[3A\x1b[J") != 2 || strings.Contains(r.out, "IsAHotelWanted") {
		t.Errorf("%q", r.out)
	}
	h.on("Execution", `{"execution":`+executionJSON+`}`)
	h.answers["Execution"] = h.answers["Execution"][len(h.answers["Execution"])-1:]
	h.must(exitDone, h.run("workflow", "show", "--watch", "res_1"))
}
