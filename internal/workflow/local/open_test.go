package local_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
)

// open runs a runner until the end of the test.
func open(t *testing.T, cfg local.Config) *local.Runner {
	t.Helper()
	r, stop := run(t, cfg)
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("shutting down: %v", err)
		}
	})
	return r
}

// run runs a runner until stop is called, which answers what Run answered.
func run(t *testing.T, cfg local.Config) (r *local.Runner, stop func() error) {
	t.Helper()
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	r, err := local.New(t.Context(), cfg)
	if err != nil {
		t.Fatalf("New = %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- r.Run(ctx) }()
	return r, func() error {
		cancel()
		return <-ran
	}
}

func definitions(machines map[string]string) map[string]local.Definition {
	d := map[string]local.Definition{}
	for name, source := range machines {
		d[name] = local.Definition{Source: []byte(source)}
	}
	return d
}

func id(name string) workflow.ExecutionID {
	return workflow.ExecutionID{Machine: "machine", Name: name}
}

func start(t *testing.T, r *local.Runner, name, input string) {
	t.Helper()
	if _, err := r.Start(t.Context(), id(name), json.RawMessage(input)); err != nil {
		t.Fatalf("Start(%s) = %v", name, err)
	}
}

// ended waits for the end of an execution.
func ended(t *testing.T, r *local.Runner, name string) workflow.Execution {
	t.Helper()
	var x workflow.Execution
	eventually(t, name+" has ended", func() bool {
		var err error
		x, err = r.Describe(t.Context(), id(name))
		return err == nil && x.Status.Ended()
	})
	return x
}

// eventually waits until ok answers true; in a synctest bubble it costs no time.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for deadline := time.Now().Add(time.Hour); !ok(); <-ticker.C {
		if time.Now().After(deadline) {
			t.Fatalf("not so after an hour: %s", what)
		}
	}
}

func echo(_ context.Context, in json.RawMessage) (json.RawMessage, error) { return in, nil }

func single(state string) string {
	return `{"StartAt":"Only","States":{"Only":` + state + `}}`
}

func invoke(function, fields string) string {
	return `{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"` + function +
		`","Payload.$":"$"},"OutputPath":"$.Payload",` + fields + `}`
}

func await(function, fields string) string {
	return `{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","Parameters":{"FunctionName":"` + function +
		`","Payload":{"token.$":"$$.Task.Token","name.$":"$$.Execution.Name"}},` + fields + `}`
}
