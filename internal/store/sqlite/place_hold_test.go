package sqlite_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/store/sqlite"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
)

func TestAHoldStartsItsExecution(t *testing.T) {
	s := open(t, t.TempDir(), sqlite.Options{StartExecutions: startReservation})
	id := offer(t, s, "x", 1)[0]
	r, err := s.PlaceHold(t.Context(), holdOn(id, "res_1", 1, benchTime))
	if err != nil || !r.WorkflowStarted {
		t.Fatalf("PlaceHold = started %t, %v", r.WorkflowStarted, err)
	}
	start, err := r.Start()
	if err != nil {
		t.Fatal(err)
	}
	name := workflow.ExecutionID{Machine: "reservation", Name: start.Name}
	got, err := s.Journal().Load(t.Context(), name)
	if err != nil {
		t.Fatalf("Load = %v", err)
	}
	want := local.Record{ExecutionID: name, Row: 1, Definition: startReservation.Definition, Status: workflow.Running, Input: start.Input, StartedAt: benchTime}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("the execution differs from what Create makes (-want +got):\n%s", d)
	}
	var input booking.ExecutionInput
	if err := json.Unmarshal(got.Input, &input); err != nil || input.ReservationID != "res_1" || input.Epoch != 1 {
		t.Errorf("input %s, %v", got.Input, err)
	}
	due, err := s.Journal().Due(t.Context(), local.Backlog, benchTime, 10)
	if err != nil || len(due) != 1 || due[0].Name != start.Name {
		t.Errorf("due in the backlog: %v, %v", due, err)
	}
	select {
	case <-s.Journal().Started():
	case <-time.After(10 * time.Second):
		t.Error("no signal that an execution was started")
	}
	marked, err := s.ToStart(t.Context(), 10)
	if err != nil || len(marked) != 0 {
		t.Errorf("still to be started: %v, %v", marked, err)
	}
}

func TestARefusedOrRepeatedHoldStartsNothing(t *testing.T) {
	s := open(t, t.TempDir(), sqlite.Options{StartExecutions: startReservation})
	id := offer(t, s, "x", 1)[0]
	first := holdOn(id, "res_1", 1, benchTime)
	if _, err := s.PlaceHold(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	<-s.Journal().Started()
	again := first
	again.ReservationID = "res_2"
	if r, err := s.PlaceHold(t.Context(), again); err != nil || r.ID != "res_1" {
		t.Errorf("PlaceHold again = %s, %v", r.ID, err)
	}
	if _, err := s.PlaceHold(t.Context(), holdOn(id, "res_3", 2, benchTime)); booking.CodeOf(err) != booking.ApartmentNotVacant {
		t.Errorf("PlaceHold by another = %v", err)
	}
	if n, err := s.Journal().Count(t.Context(), local.Backlog); err != nil || n != 1 {
		t.Errorf("%d executions in the backlog, %v; want one", n, err)
	}
	select {
	case <-s.Journal().Started():
		t.Error("signalled that an execution was started")
	default:
	}
}
