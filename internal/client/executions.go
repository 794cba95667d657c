package client

import (
	"context"
	"encoding/json"
	"time"
)

// Execution is one run of a state machine. Managers and operators see them.
type Execution struct {
	Machine   string          `json:"machine"`
	Name      string          `json:"name"`
	ARN       string          `json:"arn"`
	Status    string          `json:"status"`
	Input     json.RawMessage `json:"input,omitempty"`
	Output    json.RawMessage `json:"output,omitempty"`
	Error     string          `json:"error,omitempty"`
	Cause     string          `json:"cause,omitempty"`
	StartedAt time.Time       `json:"startedAt"`
	StoppedAt *time.Time      `json:"stoppedAt,omitempty"`
}

// HistoryEvent is an event of an execution, typed and shaped as in the Step
// Functions API.
type HistoryEvent struct {
	ID         int64           `json:"id"`
	PreviousID int64           `json:"previousId"`
	Type       string          `json:"type"`
	Timestamp  time.Time       `json:"timestamp"`
	Details    json.RawMessage `json:"details,omitempty"`
}

// ExecutionQuery asks for executions, newest first.
type ExecutionQuery struct {
	Machine string // "": of all machines
	Status  string // "": all
	First   int    // 1 to 100
	After   string
}

// ExecutionPage is one page of executions, without their inputs and outputs.
type ExecutionPage struct {
	Executions []Execution `json:"executions"`
	PageInfo
}

// Executions answers one page. Refused with FORBIDDEN to a tenant.
func (c *Client) Executions(ctx context.Context, q ExecutionQuery) (ExecutionPage, error) {
	variables := map[string]any{"first": q.First}
	for name, value := range map[string]string{"machine": q.Machine, "status": q.Status, "after": q.After} {
		if value != "" {
			variables[name] = value
		}
	}
	var data struct {
		Executions struct {
			Nodes    []Execution
			PageInfo PageInfo
		}
	}
	err := c.call(ctx, "Executions", variables, &data)
	return ExecutionPage{Executions: data.Executions.Nodes, PageInfo: data.Executions.PageInfo}, err
}

// Execution answers an execution. Refused with NOT_FOUND, and with FORBIDDEN to a tenant.
func (c *Client) Execution(ctx context.Context, machine, name string) (Execution, error) {
	var data struct{ Execution *Execution }
	if err := c.call(ctx, "Execution", map[string]any{"machine": machine, "name": name}, &data); err != nil {
		return Execution{}, err
	}
	if data.Execution == nil {
		return Execution{}, noExecution(machine, name)
	}
	return *data.Execution, nil
}

// History answers the whole history of an execution, oldest first. Refused as Execution is.
func (c *Client) History(ctx context.Context, machine, name string) ([]HistoryEvent, error) {
	var events []HistoryEvent
	variables := map[string]any{"machine": machine, "name": name, "first": 100}
	for {
		var data struct {
			Execution *struct {
				History struct {
					Nodes    []HistoryEvent
					PageInfo PageInfo
				}
			}
		}
		if err := c.call(ctx, "History", variables, &data); err != nil {
			return nil, err
		}
		if data.Execution == nil {
			return nil, noExecution(machine, name)
		}
		page := data.Execution.History
		events = append(events, page.Nodes...)
		if !page.PageInfo.HasNextPage || page.PageInfo.EndCursor == "" {
			return events, nil
		}
		variables["after"] = page.PageInfo.EndCursor
	}
}

// StartExecution starts a state machine under a name of the caller's, which makes it
// idempotent. Refused with NOT_FOUND (no such machine) or INVALID_INPUT.
func (c *Client) StartExecution(ctx context.Context, machine, name string, input json.RawMessage) (Execution, error) {
	var data struct {
		Payload struct {
			Execution  *Execution
			UserErrors []Refusal
		}
	}
	arguments := map[string]any{"machine": machine, "name": name, "input": input}
	if err := c.call(ctx, "StartExecution", map[string]any{"input": arguments}, &data); err != nil {
		return Execution{}, err
	}
	if len(data.Payload.UserErrors) > 0 {
		return Execution{}, &data.Payload.UserErrors[0]
	}
	if data.Payload.Execution == nil {
		return Execution{}, &ServerFault{Status: 200, Message: "it answered neither an execution nor a reason"}
	}
	return *data.Payload.Execution, nil
}

func noExecution(machine, name string) *Refusal {
	return &Refusal{Code: "NOT_FOUND", Field: "name", Message: "there is no execution " + name + " of the state machine " + machine}
}
