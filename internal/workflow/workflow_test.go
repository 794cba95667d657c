package workflow_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/vacancy/vacancy/internal/workflow"
)

func TestCheckName(t *testing.T) {
	for _, name := range []string{"r-1", "aA0-_.+=@", "ä", strings.Repeat("é", 80)} {
		if err := workflow.CheckName(name); err != nil {
			t.Errorf("CheckName(%q) = %v", name, err)
		}
	}
	bad := []string{"", strings.Repeat("x", 81), "\x00", "\x1f", "\x7f", "\u0085", "\u00a0"}
	for _, r := range " \t\n<>{}[]?*\"#%\\^|~`$&,;:/" {
		bad = append(bad, "a"+string(r)+"b")
	}
	for _, name := range bad {
		if err := workflow.CheckName(name); !errors.Is(err, workflow.ErrInvalidName) {
			t.Errorf("CheckName(%q) = %v, want ErrInvalidName", name, err)
		}
	}
}

func TestAsError(t *testing.T) {
	typed := workflow.Error{Name: "PaymentDeclined", Cause: "no funds"}
	if got := workflow.AsError(fmt.Errorf("outer: %w", typed)); got != typed {
		t.Errorf("AsError of a wrapped error = %+v", got)
	}
	if got := workflow.AsError(errors.New("plain")); got != (workflow.Error{Name: workflow.TaskFailed, Cause: "plain"}) {
		t.Errorf("AsError of a plain error = %+v", got)
	}
}

func TestTaskKey(t *testing.T) {
	task := workflow.Task{ExecutionID: workflow.ExecutionID{Machine: "trip", Name: "t-1"}, State: "Pay", Attempt: 3}
	if got := task.Key(); got != "trip/t-1/Pay" {
		t.Errorf("Key = %q: it must not change from attempt to attempt", got)
	}
	task.Iteration = "Fan[0]"
	if got := task.Key(); got != "trip/t-1/Pay/Fan[0]" {
		t.Errorf("Key = %q", got)
	}
	if _, ok := workflow.TaskFromContext(context.Background()); ok {
		t.Error("a context without a task has one")
	}
	if got, ok := workflow.TaskFromContext(workflow.WithTask(context.Background(), task)); !ok || got != task {
		t.Errorf("TaskFromContext = %+v, %v", got, ok)
	}
}
