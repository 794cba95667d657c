package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/client"
	"github.com/vacancy/vacancy/internal/diagram"
	"github.com/vacancy/vacancy/internal/workflow"
)

// watchEvery is how often an execution that is watched is asked about.
const watchEvery = 500 * time.Millisecond

// workflowWatch shows the states of an execution as they are entered, done, undone,
// caught or failed, until it ends.
func (p *program) workflowWatch(ctx context.Context, argument string) error {
	c, err := p.connect(booking.Manager)
	if err != nil {
		return err
	}
	w := executionWatch{p: p, terminal: isTerminal(p.out) && !p.global.json, told: map[string]string{}}
	machine, name := executionID(argument)
	answered := p.now()
	for {
		execution, visits, err := executionAndVisits(ctx, c, machine, name)
		switch now := p.now(); {
		case err == nil:
			answered = now
			if err := w.show(execution, visits); err != nil {
				return err
			}
		case !client.OutcomeUnknown(err) && !isUnreachable(err), now.Sub(answered) > longestOutage, !w.known, ctx.Err() != nil:
			return err
		default:
			w.note("no answer, asking again: " + err.Error())
		}
		if err == nil && workflow.Status(execution.Status).Ended() {
			return w.end(execution)
		}
		if err := p.wait(ctx, watchEvery); err != nil {
			return err
		}
	}
}

// executionAndVisits asks for the execution first: when it has ended, the history that
// is read after it is whole.
func executionAndVisits(ctx context.Context, c *client.Client, machine, name string) (client.Execution, []diagram.Visit, error) {
	execution, err := c.Execution(ctx, machine, name)
	if err != nil {
		return execution, nil, err
	}
	events, err := c.History(ctx, machine, name)
	if err != nil {
		return execution, nil, err
	}
	path, err := diagram.PathOf(runnerEvents(events))
	if err != nil {
		return execution, nil, err
	}
	return execution, worthTelling(path.Visits()), nil
}

// worthTelling leaves out the states that only lead on.
func worthTelling(all []diagram.Visit) []diagram.Visit {
	var told []diagram.Visit
	for _, v := range all {
		switch v.Type {
		case "Task", "Wait", "Map", "Parallel":
			told = append(told, v)
		}
	}
	return told
}

// executionWatch draws a table anew on a terminal, and tells each change elsewhere.
type executionWatch struct {
	p        *program
	terminal bool
	known    bool
	lines    int               // of the table that is on the terminal
	told     map[string]string // what was last told of a state
}

func (w *executionWatch) show(x client.Execution, visits []diagram.Visit) error {
	w.known = true
	if w.terminal {
		w.draw(x, visits)
		return nil
	}
	for _, v := range visits {
		what := becameOf(v)
		if w.told[v.State] == what {
			continue
		}
		w.told[v.State] = what
		if w.p.global.json {
			if err := w.p.printJSON(watchedOf(v)); err != nil {
				return err
			}
			continue
		}
		w.p.printf("%9s  %-26s %s\n", since(x, v), v.State, what)
	}
	return nil
}

func (w *executionWatch) draw(x client.Execution, visits []diagram.Visit) {
	var text bytes.Buffer
	t := w.p.newTable("AFTER", "STATE", "WHAT")
	t.SetOutputMirror(&text)
	for _, v := range visits {
		t.AppendRow(table.Row{since(x, v), v.State, becameOf(v)})
	}
	t.Render()
	_, _ = fmt.Fprintf(&text, "%s/%s %s\n", x.Machine, x.Name, x.Status)
	if w.lines > 0 {
		w.p.printf("\x1b[%dA\x1b[J", w.lines)
	}
	w.lines = strings.Count(text.String(), "\n")
	w.p.printf("%s", text.String())
}

func (w *executionWatch) note(text string) {
	w.lines = 0 // what stands above it stays
	w.p.notef("%s\n", text)
}

// end tells how the execution ended; that it did not succeed is the exit code 1.
func (w *executionWatch) end(x client.Execution) error {
	switch {
	case w.p.global.json:
		if err := w.p.printJSON(x); err != nil {
			return err
		}
	case x.Error != "":
		w.p.printf("%s after %s: %s\n", x.Status, took(x), reason(x.Error, x.Cause))
	default:
		w.p.printf("%s after %s\n", x.Status, took(x))
	}
	if workflow.Status(x.Status) != workflow.Succeeded {
		return alreadyTold{exitFailed}
	}
	return nil
}

func since(x client.Execution, v diagram.Visit) time.Duration {
	return v.EnteredAt.Sub(x.StartedAt).Round(time.Millisecond)
}

// marks in words.
var marksInWords = map[string]string{
	diagram.Taken: "done", diagram.Undone: "undone", diagram.Caught: "failed, caught", diagram.Current: "under way", diagram.Failed: "failed",
}

// becameOf says what became of a state: "done, entered 3 times", "under way, attempt 2: Busy".
func becameOf(v diagram.Visit) string {
	text := marksInWords[v.Mark]
	if v.Times > 1 {
		text += fmt.Sprintf(", entered %d times, left %d", v.Times, v.Left)
	}
	if v.Failures > 0 && v.Mark != diagram.Caught && v.Mark != diagram.Failed {
		text += fmt.Sprintf(", attempt %d", v.Failures+1)
	}
	if v.Error != "" {
		text += ": " + reason(v.Error, v.Cause)
	}
	return text
}

// watchedState is a change that --json prints.
type watchedState struct {
	State          string     `json:"state"`
	Type           string     `json:"type"`
	Status         string     `json:"status"`
	Times          int        `json:"times"`
	FailedAttempts int        `json:"failedAttempts"`
	Error          string     `json:"error,omitempty"`
	Cause          string     `json:"cause,omitempty"`
	EnteredAt      time.Time  `json:"enteredAt"`
	LeftAt         *time.Time `json:"leftAt,omitempty"`
}

func watchedOf(v diagram.Visit) watchedState {
	s := watchedState{State: v.State, Type: v.Type, Status: v.Mark, Times: v.Times, FailedAttempts: v.Failures, Error: v.Error, Cause: v.Cause, EnteredAt: v.EnteredAt}
	if !v.LeftAt.IsZero() {
		s.LeftAt = &v.LeftAt
	}
	return s
}
