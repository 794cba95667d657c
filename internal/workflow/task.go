package workflow

import "context"

// Task says which task a [Handler] is running for. The local runner puts it in
// the handler's context; on AWS there is none, so what a step needs to know of
// its task belongs in its input.
type Task struct {
	ExecutionID
	State     string // name of the Task state
	Iteration string // "" at the top level; else a path such as "Fan[0]/Each[12]"
	Attempt   int    // 0 for the first attempt, then the number of retries
	// Pattern is how the task is integrated: "" when its answer ends it, else
	// "waitForTaskToken", "sync" or "sync:2": then whoever has Token ends it.
	Pattern string
	Token   string
	// Backlog: the execution has only been started and nobody waits for it; what is
	// written for it may be written after what somebody waits for.
	Backlog bool
}

// Key is the task's idempotency key: execution, state and iteration. It is the
// same for every attempt and after a crash, and no other task has it.
func (t Task) Key() string {
	key := t.Machine + "/" + t.Name + "/" + t.State
	if t.Iteration != "" {
		key += "/" + t.Iteration
	}
	return key
}

type taskKey struct{}

// WithTask answers ctx with t in it.
func WithTask(ctx context.Context, t Task) context.Context {
	return context.WithValue(ctx, taskKey{}, t)
}

// TaskFromContext answers the task that a handler runs for, if ctx has one.
func TaskFromContext(ctx context.Context) (Task, bool) {
	t, ok := ctx.Value(taskKey{}).(Task)
	return t, ok
}
