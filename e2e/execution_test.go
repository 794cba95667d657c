package e2e_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"
)

// history is the events of an execution, as a manager reads them.
type history struct {
	Execution execution
	Types     []string
	Entered   []string // names of the states, in order
}

func (a account) history(ctx context.Context, name string) (history, error) {
	var h history
	var after *string
	for {
		var data struct {
			Execution *struct {
				execution
				History struct {
					Nodes []struct {
						ID, PreviousID int
						Type           string
						Details        map[string]any
					}
					PageInfo pageInfo
				}
			}
		}
		err := a.ask(ctx, `query($name: String!, $after: String) { execution(machine: "reservation", name: $name) {`+executionFields+`
			history(first: 10, after: $after) { nodes { id previousId type details } pageInfo { hasNextPage endCursor } } } }`,
			map[string]any{"name": name, "after": after}, &data)
		if err != nil || data.Execution == nil {
			return h, err
		}
		h.Execution = data.Execution.execution
		for _, e := range data.Execution.History.Nodes {
			h.Types = append(h.Types, e.Type)
			if state, ok := e.Details["name"].(string); ok && strings.HasSuffix(e.Type, "StateEntered") {
				h.Entered = append(h.Entered, state)
			}
		}
		if !data.Execution.History.PageInfo.HasNextPage {
			return h, nil
		}
		after = data.Execution.History.PageInfo.EndCursor
	}
}

// ended waits until the reservation's execution has ended.
func (tt *target) ended(t *testing.T, id string) history {
	t.Helper()
	return poll(t, "the execution of "+id+" has ended", func(ctx context.Context) (history, error) {
		return tt.morgan.history(ctx, id)
	}, func(h history) bool {
		// The pages are not of one moment: the last event tells that all are there.
		return h.Execution.Status != "RUNNING" && len(h.Types) > 1 && strings.HasPrefix(h.Types[len(h.Types)-1], "Execution")
	})
}

func TestAManagerSeesTheExecutionAndItsHistory(t *testing.T) {
	tt := suite(t)
	for _, c := range []struct {
		name    string
		window  time.Duration
		then    func(id string) (answer, error)
		entered []string
	}{
		{"paid", time.Minute, func(id string) (answer, error) { return tt.alice.pay(testContext(t), id, "pm_ok", newKey()) },
			[]string{"RequestPayment", "AwaitPayment", "ReadReservation", "HasTheApartmentBeenPaid", "CapturePayment", "MarkApartmentPaid", "NotifyPaid", "Paid"}},
		{"expired", time.Second, nil,
			[]string{"RequestPayment", "AwaitPayment", "ReadReservation", "HasTheApartmentBeenPaid", "ReleaseHold", "ReturnMoney", "NotifyReleased", "Reverted"}},
		{"cancelled", time.Minute, func(id string) (answer, error) { return tt.alice.cancel(testContext(t), id) },
			[]string{"RequestPayment", "AwaitPayment", "ReadReservation", "HasTheApartmentBeenPaid", "ReleaseHold", "ReturnMoney", "NotifyReleased", "Reverted"}},
		{"capture refused", time.Minute, func(id string) (answer, error) {
			return tt.alice.pay(testContext(t), id, "pm_capture_fails", newKey())
		},
			[]string{"RequestPayment", "AwaitPayment", "ReadReservation", "HasTheApartmentBeenPaid", "CapturePayment", "ResolveCapture", "HasTheCaptureHappened", "ReleaseHold", "ReturnMoney", "NotifyReleased", "Reverted"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			held := tt.hold(t, c.window)
			if c.then != nil {
				// Once it waits, its path is the one in the table.
				poll(t, "its execution waits for the payment", func(ctx context.Context) (history, error) {
					return tt.morgan.history(ctx, held.ID)
				}, func(h history) bool { return slices.Contains(h.Entered, "AwaitPayment") })
				a, err := c.then(held.ID)
				must(t, a, err)
			}
			h := tt.ended(t, held.ID)
			if h.Execution.Status != "SUCCEEDED" || h.Execution.Machine != "reservation" || h.Execution.Name != held.ID || h.Execution.StoppedAt == nil {
				t.Errorf("execution %+v", h.Execution)
			}
			if !strings.HasPrefix(h.Execution.ARN, "arn:aws:states:") || !strings.HasSuffix(h.Execution.ARN, "reservation:"+held.ID) {
				t.Errorf("ARN %s", h.Execution.ARN)
			}
			if !slices.Equal(h.Entered, c.entered) {
				t.Errorf("the execution went\n%v, want\n%v", h.Entered, c.entered)
			}
			if first, last := h.Types[0], h.Types[len(h.Types)-1]; first != "ExecutionStarted" || last != "ExecutionSucceeded" {
				t.Errorf("the history begins with %s and ends with %s", first, last)
			}
		})
	}
}
