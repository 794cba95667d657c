package rehearsal_test

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/app/rehearsal"
	"github.com/vacancy/vacancy/internal/payment/simulated"
	"github.com/vacancy/vacancy/internal/step"
	"github.com/vacancy/vacancy/internal/store/sqlite"
	"github.com/vacancy/vacancy/internal/workflow"
)

func event(t *testing.T, name string) json.RawMessage {
	t.Helper()
	text, err := os.ReadFile("../../../events/" + name + ".json")
	if err != nil {
		t.Fatalf("the step %s has no event to be tried with: %v", name, err)
	}
	return text
}

// emptyBackend is one in memory on which nothing has happened.
func emptyBackend(t *testing.T) app.Ports {
	t.Helper()
	store, err := sqlite.OpenMemory(t.Context(), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return app.Ports{
		Store: store, Gateway: simulated.New(simulated.NewMemory(), simulated.Options{Now: app.Now}),
		Batches: store.Imports(), TripStore: store.Trips(),
		OrderPorts: app.OrderPorts{
			OrderStore: store.Orders(), Cards: simulated.NewCards([]byte("test")),
			After: func(context.Context, time.Duration, func(context.Context)) {}, // the carrier is silent
		},
		NewRunner: func(step.Table) (workflow.Runner, error) { return nil, nil }, // steps start nothing
	}
}

// A step succeeds by its example event on what was prepared for it, in another process with
// a clock of its own.
func TestEveryStepAnswersItsEventOnWhatIsPrepared(t *testing.T) {
	config, err := app.Config{}.WithDefaults()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range rehearsal.Steps() {
		t.Run(name, func(t *testing.T) {
			ports, event := emptyBackend(t), event(t, name)
			if err := rehearsal.Prepare(t.Context(), ports, name, event, app.Now()); err != nil {
				t.Fatal(err)
			}
			a, err := app.New(config, ports)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := a.Steps()[name](t.Context(), event); err != nil {
				t.Errorf("%s answers %v", name, err)
			}
		})
	}
}

func TestAStepThatIsNotThereIsNotPrepared(t *testing.T) {
	err := rehearsal.Prepare(t.Context(), emptyBackend(t), "ReservationRelease", json.RawMessage("{}"), app.Now())
	if err == nil || !strings.Contains(err.Error(), "ReservationReleaseHold") {
		t.Errorf("%v does not say which there are", err)
	}
}
