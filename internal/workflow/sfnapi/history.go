package sfnapi

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/vacancy/vacancy/internal/workflow"
)

type getExecutionHistoryInput struct {
	ExecutionARN         *string `json:"executionArn"`
	MaxResults           int
	ReverseOrder         bool
	NextToken            *string
	IncludeExecutionData *bool
}

type getExecutionHistoryOutput struct {
	Events    []json.RawMessage `json:"events"`
	NextToken string            `json:"nextToken,omitempty"`
}

// getExecutionHistory answers a page of the history, oldest first or, in reverse order,
// newest first. The token is the id of the last event before the page.
func (s *Server) getExecutionHistory(ctx context.Context, in getExecutionHistoryInput) (getExecutionHistoryOutput, error) {
	var c checks
	out := getExecutionHistoryOutput{Events: []json.RawMessage{}}
	most := c.maxResults(in.MaxResults, 100, 1000)
	c.text(in.NextToken, "nextToken", 1, 1024)
	if err := c.fault(); err != nil {
		return out, err
	}
	x, err := s.execution(ctx, executionInput{ExecutionARN: in.ExecutionARN})
	if err != nil {
		return out, err
	}
	from, err := historyCursor(in.NextToken)
	if err != nil {
		return out, err
	}
	page := s.historyForward
	if in.ReverseOrder {
		page = s.historyBackward
	}
	events, next, err := page(ctx, x.ExecutionID, from, int64(most))
	if err != nil {
		return out, err
	}
	for _, e := range events {
		out.Events = append(out.Events, wireEvent(e, in.IncludeExecutionData == nil || *in.IncludeExecutionData))
	}
	if next > 0 {
		out.NextToken = sealToken(strconv.FormatInt(next, 10))
	}
	return out, nil
}

func historyCursor(token *string) (int64, error) {
	text, err := openToken(token)
	if err != nil || text == "" {
		return 0, err
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 || n > workflow.MaxHistory {
		return 0, refuse(invalidToken, "Invalid Token: 'Invalid token'")
	}
	return n, nil
}

func (s *Server) historyForward(ctx context.Context, id workflow.ExecutionID, after, most int64) ([]workflow.HistoryEvent, int64, error) {
	events, more, err := s.events(ctx, id, after, most)
	if err != nil || !more {
		return events, 0, err
	}
	return events, events[len(events)-1].ID, nil
}

// historyBackward answers the events before an id, the newest first; 0 is behind the last.
func (s *Server) historyBackward(ctx context.Context, id workflow.ExecutionID, before, most int64) ([]workflow.HistoryEvent, int64, error) {
	if before == 0 {
		last, err := s.lastEvent(ctx, id)
		if err != nil {
			return nil, 0, err
		}
		before = last + 1
	}
	after := max(0, before-1-most)
	events, _, err := s.events(ctx, id, after, before-1-after)
	if err != nil {
		return nil, 0, err
	}
	reversed := make([]workflow.HistoryEvent, 0, len(events))
	for i := len(events) - 1; i >= 0; i-- {
		reversed = append(reversed, events[i])
	}
	if after == 0 {
		return reversed, 0, nil
	}
	return reversed, after + 1, nil
}

// lastEvent looks for the id of the last event by halving, since ids have no gaps and
// a history no end that could be asked for.
func (s *Server) lastEvent(ctx context.Context, id workflow.ExecutionID) (int64, error) {
	low, high := int64(0), int64(workflow.MaxHistory) // the last one is in [low, high]
	for low < high {
		middle := (low + high + 1) / 2
		events, _, err := s.events(ctx, id, middle-1, 1)
		if err != nil {
			return 0, err
		}
		if len(events) > 0 {
			low = middle
		} else {
			high = middle - 1
		}
	}
	return low, nil
}

func (s *Server) events(ctx context.Context, id workflow.ExecutionID, after, most int64) (events []workflow.HistoryEvent, more bool, err error) {
	if most == 0 {
		return nil, false, nil
	}
	cursor := ""
	if after > 0 {
		cursor = strconv.FormatInt(after, 10)
	}
	page, err := s.runner.History(ctx, id, cursor, int(most))
	if err != nil {
		return nil, false, fmt.Errorf("read the history of %q: %w", id.Name, err)
	}
	return page.Events, page.Next != "", nil
}

// wireEvent writes an event as the API has it: its details under a name that its type
// decides.
func wireEvent(e workflow.HistoryEvent, withData bool) json.RawMessage {
	var b bytes.Buffer
	at, _ := epoch(e.Timestamp).MarshalJSON() // never fails
	fmt.Fprintf(&b, `{"id":%d,"previousEventId":%d,"timestamp":%s,"type":%q`, e.ID, e.PreviousID, at, e.Type)
	if key := detailsKey(e.Type); key != "" && len(e.Details) > 0 {
		details := e.Details
		if !withData {
			details = withoutData(details)
		}
		fmt.Fprintf(&b, `,%q:`, key)
		b.Write(details)
	}
	b.WriteByte('}')
	return b.Bytes()
}

// detailsKey answers the name of an event's details; "" for an event that has none
// (AWS Step Functions API Reference, HistoryEvent).
func detailsKey(kind string) string {
	switch {
	case strings.HasSuffix(kind, "StateEntered"):
		return "stateEnteredEventDetails"
	case strings.HasSuffix(kind, "StateExited"):
		return "stateExitedEventDetails"
	}
	switch kind {
	case "LambdaFunctionStarted", "MapStateAborted", "MapStateFailed", "MapStateSucceeded",
		"ParallelStateAborted", "ParallelStateFailed", "ParallelStateStarted", "ParallelStateSucceeded",
		"TaskStateAborted", "WaitStateAborted", "MapRunAborted", "MapRunSucceeded":
		return ""
	}
	return strings.ToLower(kind[:1]) + kind[1:] + "EventDetails"
}

// withoutData leaves out input and output of an event, and says so.
func withoutData(details json.RawMessage) json.RawMessage {
	var fields map[string]json.RawMessage
	if json.Unmarshal(details, &fields) != nil {
		return details
	}
	for _, field := range []string{"input", "output", "inputDetails", "outputDetails"} {
		delete(fields, field)
	}
	out, err := json.Marshal(fields)
	if err != nil {
		return details
	}
	return out
}
