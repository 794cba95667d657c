package graph_test

import (
	"reflect"
	"testing"

	"github.com/vacancy/vacancy/internal/step"
	"github.com/vacancy/vacancy/internal/workflow"
)

const attention = `query($first: Int) { tripsNeedingAttention(first: $first) { id status notUndone { step reason } } }`

// TestWhatNeedsAttention: an operator finds what could not be undone without knowing its id,
// and nothing else; a tenant finds none of it.
func TestWhatNeedsAttention(t *testing.T) {
	a := newAPI(t)
	steps := step.New(step.Services{Trips: a.trips, Orders: a.orders, Imports: a.batches})
	run := func(name, input string) {
		t.Helper()
		if _, err := steps[name](t.Context(), []byte(input)); err != nil {
			t.Fatalf("%s(%s) = %v", name, input, err)
		}
	}
	var trips []string
	for _, key := range []string{"one", "two", "going on"} {
		id := at(a.value(ann, bookTrip, tripInput(key, nil)), "trip.id").(string)
		run("TripReserveFlight", `{"tripId":"`+id+`"}`)
		if key != "going on" {
			run("TripRecordOutcome", `{"tripId":"`+id+`","failure":{"Error":"PaymentDeclined","Cause":"no"},"cancelFlightFailure":{"Error":"InjectedFailure","Cause":"on purpose"}}`)
			trips = append(trips, id)
		}
	}
	for _, id := range []string{"o-1", "o-2"} {
		document, variables := place(id, 10_000, "123 st")
		a.told(ann, document, variables)
		execution, err := a.runner.Describe(t.Context(), workflow.ExecutionID{Machine: "order", Name: id})
		if err != nil {
			t.Fatal(err)
		}
		run("OrderCreateOrder", string(execution.Input))
	}
	run("OrderCloseOrder", `{"order_id":"o-2","tenant_id":"ann","failure":{"Error":"CardMissing","Cause":"no"},"gave_up":{"DeleteOrder":{"Error":"InjectedFailure","Cause":"on purpose"}}}`)
	imported := a.value(mary, `mutation { importApartments(input: {csv: "id,price,price_type\n1,100,Monthly\n"}) { import { id } } }`, nil)
	batch := at(imported, "import.id").(string)
	for _, name := range []string{"ImportProcess", "ImportRollbackCommit", "ImportConclude"} {
		run(name, `{"importId":"`+batch+`","failure":{"Error":"InjectedFailure","Cause":"on purpose"}}`)
	}

	for document, want := range map[string][]any{
		attention: {
			map[string]any{"id": trips[0], "status": "NEEDS_ATTENTION", "notUndone": []any{map[string]any{"step": "ReserveFlight", "reason": "InjectedFailure: on purpose"}}},
			map[string]any{"id": trips[1], "status": "NEEDS_ATTENTION", "notUndone": []any{map[string]any{"step": "ReserveFlight", "reason": "InjectedFailure: on purpose"}}},
		},
		`query($first: Int) { ordersNeedingAttention(first: $first) { id status notUndone { step compensation error } } }`: {
			map[string]any{"id": "o-2", "status": "NEEDS_ATTENTION", "notUndone": []any{map[string]any{"step": "CREATE_ORDER", "compensation": "DeleteOrder", "error": "InjectedFailure"}}},
		},
		`query($first: Int) { importsNeedingAttention(first: $first) { id status rows left { apartments chunks parts } } }`: {
			map[string]any{"id": batch, "status": "NEEDS_ATTENTION", "rows": 1.0, "left": map[string]any{"apartments": 0.0, "chunks": 1.0, "parts": 1.0}},
		},
	} {
		if got := a.value(otto, document, nil); !reflect.DeepEqual(got, any(want)) {
			t.Errorf("%s\n answers %v,\n want %v", document, got, want)
		}
		if got := a.value(mary, document, map[string]any{"first": 1}); !reflect.DeepEqual(got, any(want[:1])) {
			t.Errorf("%s\n answers %v, want the first alone", document, got)
		}
		for _, first := range []int{0, 101} {
			if code := a.code(otto, document, map[string]any{"first": first}); code != "INVALID_INPUT" {
				t.Errorf("first: %d is answered with %q", first, code)
			}
		}
		if code := a.code(ann, document, nil); code != "FORBIDDEN" {
			t.Errorf("a tenant is answered with %q", code)
		}
	}
}
