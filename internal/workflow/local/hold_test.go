package local_test

import (
	"context"
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
	"github.com/vacancy/vacancy/internal/workflow/local/memory"
)

// TestWhatTheStartDecidesIsDurableBeforeTheFirstTask looks at the journal from
// within the first task. Only a start that the record leads to again by itself
// may be without its entry there.
func TestWhatTheStartDecidesIsDurableBeforeTheFirstTask(t *testing.T) {
	first := func(arguments string) string {
		return single(`{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"First","Payload":` + arguments + `},"End":true}`)
	}
	for name, c := range map[string]struct {
		definition string
		seq        int64 // that the first task finds
	}{
		"the input":               {first(`{"in.$":"$"}`), 0},
		"the execution's name":    {first(`{"name.$":"$$.Execution.Name","at.$":"$$.Execution.StartTime"}`), 0},
		"a random id":             {first(`{"id.$":"States.UUID()"}`), 1},
		"the time of entry":       {first(`{"at.$":"$$.State.EnteredTime"}`), 1},
		"the whole context":       {first(`{"all.$":"$$"}`), 1},
		"a task token":            {single(await("First", `"TimeoutSeconds":1,"End":true`)), 1},
		"a token beside a task":   {single(`{"Type":"Parallel","End":true,"Branches":[{"StartAt":"A","States":{"A":` + invoke("First", `"End":true`) + `}},{"StartAt":"B","States":{"B":` + await("Quiet", `"TimeoutSeconds":1,"End":true`) + `}}]}`), 1},
		"JSONata's clock":         {`{"QueryLanguage":"JSONata","StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"First","Payload":{"at":"{% $now() %}"}},"End":true}}}`, 1},
		"a state before the task": {`{"StartAt":"P","States":{"P":{"Type":"Pass","Next":"T"},"T":` + invoke("First", `"End":true`) + `}}`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				journal := memory.New()
				found := int64(-1)
				r := open(t, local.Config{
					Journal: journal, Definitions: definitions(map[string]string{"machine": c.definition}),
					Steps: map[string]workflow.Handler{
						"First": func(ctx context.Context, in json.RawMessage) (json.RawMessage, error) {
							rec, err := journal.Load(ctx, id("a"))
							found = rec.Seq
							return in, err
						},
						"Quiet": echo,
					},
				})
				start(t, r, "a", `{}`)
				ended(t, r, "a")
				if found != c.seq && (c.seq == 0 || found < c.seq) {
					t.Errorf("the first task found the journal at %d, want %d or, from 1 on, more", found, c.seq)
				}
			})
		})
	}
}

func TestASlowFirstTaskIsInTheHistory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := open(t, local.Config{
			Journal: memory.New(), Definitions: definitions(map[string]string{"machine": single(invoke("Slow", `"End":true`))}),
			Steps: map[string]workflow.Handler{"Slow": func(_ context.Context, in json.RawMessage) (json.RawMessage, error) {
				<-time.After(time.Minute)
				return in, nil
			}},
		})
		start(t, r, "a", `{}`)
		<-time.After(150 * time.Millisecond)
		page, err := r.History(t.Context(), id("a"), "", 0)
		if err != nil || len(page.Events) != 4 || page.Events[3].Type != "TaskStarted" {
			t.Errorf("its history is %+v, %v", page.Events, err)
		}
		if backlog, err := r.Backlog(t.Context()); backlog != 0 || err != nil {
			t.Errorf("Backlog = %d, %v; it is in flight", backlog, err)
		}
		if x := ended(t, r, "a"); x.Status != workflow.Succeeded {
			t.Errorf("ended %s", x.Status)
		}
		if s := r.Stats(); s.Transitions != 2 || s.Tasks != 1 {
			t.Errorf("Stats = %+v, want two entries for one task", s)
		}
	})
}
