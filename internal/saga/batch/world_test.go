package batch_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/imports"
	"github.com/vacancy/vacancy/internal/notification"
	"github.com/vacancy/vacancy/internal/saga"
	"github.com/vacancy/vacancy/internal/saga/batch"
	"github.com/vacancy/vacancy/internal/step"
	"github.com/vacancy/vacancy/internal/store/sqlite"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/integration"
	"github.com/vacancy/vacancy/internal/workflow/trial"
	"github.com/vacancy/vacancy/statemachine"
)

var (
	manager = booking.Principal{ID: "mary", Role: booking.Manager}
	begin   = time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)
)

// rows and chunkRows: a small file of three chunks.
const (
	rows      = 5
	chunkRows = 2
)

// world is everything that an import touches, with executions that a test runs by itself.
type world struct {
	t       testing.TB
	store   *sqlite.Store
	service *batch.Service
	steps   step.Table
	tasks   trial.Task
	outbox  *notification.Memory
	machine *asl.Machine

	now     time.Time
	started []booking.WorkflowStart // executions to be run
	running map[string]bool
	ids     int
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, outbox: notification.NewMemory(), now: begin, running: map[string]bool{}}
	var err error
	if w.store, err = sqlite.OpenMemory(context.Background(), sqlite.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.store.Close() })
	injection, err := saga.NewInjection(saga.Development, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	silent := slog.New(slog.DiscardHandler)
	now := func() time.Time { return w.now }
	newID := func(kind string) string { w.ids++; return fmt.Sprintf("%s_%06d", kind, w.ids) }
	w.service = batch.NewService(w.store.Imports(), imports.Format{}, w, injection, now, newID, silent)
	w.service.SetChunkRows(chunkRows)
	w.steps = step.New(step.Services{Imports: w.service})
	w.tasks = trial.Steps(integration.New(w.steps, map[string]workflow.Handler{"arn:aws:states:::sns:publish": notification.Publisher(w.outbox, now)}, silent))
	w.machine = definition(t)
	return w
}

// definition is import.asl.json with each placeholder standing for itself.
func definition(t testing.TB) *asl.Machine {
	t.Helper()
	m, err := trial.Parse(statemachine.Definitions()["import"])
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Start notes an execution that is to be run. It is booking.Workflow's.
func (w *world) Start(_ context.Context, s booking.WorkflowStart) error {
	w.started = append(w.started, s)
	w.running[s.Name] = true
	return nil
}

// Wake is booking.Workflow's; imports wait for nobody.
func (w *world) Wake(context.Context, string, json.RawMessage) error { return booking.ErrNobodyWaits }

// Running is booking.Workflow's.
func (w *world) Running(_ context.Context, name string) (bool, error) { return w.running[name], nil }

// receive takes a file of rows that are all new, but for those that change says.
func (w *world) receive(o batch.Order, change func(line int) string) string {
	w.t.Helper()
	var file strings.Builder
	file.WriteString("id,price,price_type\n")
	for n := range rows {
		row := fmt.Sprintf("s%d-%d,100,Monthly\n", w.ids, n)
		if change != nil {
			if other := change(n + 2); other != "" {
				row = other
			}
		}
		file.WriteString(row)
	}
	i, err := w.service.Receive(context.Background(), manager, strings.NewReader(file.String()), o)
	if err != nil {
		w.t.Fatalf("Receive = %v", err)
	}
	return i.ID
}

// errLost ends a trial where its execution is lost.
var errLost = errors.New("the execution is lost")

// interference does something to a task: it may run it (any number of times) or not, and
// answers what the execution is told.
type interference func(c asl.Command, run func() (json.RawMessage, error)) (json.RawMessage, error)

// execute runs the execution that was started last. lost says that it did not come to its end.
func (w *world) execute(with interference) (result trial.Result, lost bool) {
	w.t.Helper()
	start := w.started[len(w.started)-1]
	result, err := trial.Run(context.Background(), trial.Config{
		ID: workflow.ExecutionID{Machine: "import", Name: start.Name}, Definition: w.machine, Input: start.Input,
		Now: w.now, Rand: func() uint64 { return 1 << 62 },
		Run: func(ctx context.Context, x *trial.Execution, c asl.Command) (json.RawMessage, error) {
			w.now = x.Now()
			run := func() (json.RawMessage, error) { return w.tasks(ctx, x, c) }
			if with == nil {
				return run()
			}
			return with(c, run)
		},
	})
	delete(w.running, start.Name)
	if errors.Is(err, errLost) {
		return result, true
	}
	if err != nil {
		w.t.Fatalf("the execution cannot be run: %v", err)
	}
	return result, false
}

// report answers what the API says of the import.
func (w *world) report(id string) batch.Report {
	w.t.Helper()
	r, err := w.service.Report(context.Background(), manager, id)
	if err != nil {
		w.t.Fatalf("Report = %v", err)
	}
	return r
}

func (w *world) left(id string) batch.Left {
	w.t.Helper()
	left, err := w.store.Imports().Left(context.Background(), id)
	if err != nil {
		w.t.Fatalf("Left = %v", err)
	}
	return left
}

// shown counts the apartments of the import that anybody sees.
func (w *world) shown(id string) int {
	w.t.Helper()
	var ids []string
	for n := range rows {
		ids = append(ids, batch.ApartmentID(id, n+2))
	}
	found, err := w.store.ApartmentsByID(context.Background(), ids)
	if err != nil {
		w.t.Fatalf("ApartmentsByID = %v", err)
	}
	return len(found)
}

// told counts the notifications of a kind about the import.
func (w *world) told(kind notification.Kind, id string) int {
	w.t.Helper()
	all, err := w.outbox.List(context.Background(), 1<<20)
	if err != nil {
		w.t.Fatal(err)
	}
	count := 0
	for _, n := range all {
		if n.Kind == kind && strings.Contains(string(n.Message), `"`+id+`"`) && strings.Contains(string(n.Message), `"left":{`) == (kind == notification.NeedsAttention) {
			count++
		}
	}
	return count
}
