package main

import (
	"bytes"
	"context"

	"github.com/vacancy/vacancy/internal/app/rehearsal"
	"github.com/vacancy/vacancy/internal/saga/batch"
)

// rehearseImport imports a file of listings with our own steps, on a store in memory.
func (p *program) rehearseImport(ctx context.Context, d namedDefinition, f runFlags) error {
	narrator := narrator{p: p, start: p.now()}
	script := rehearsal.ImportScript{RunType: batch.RunType(f.runType), FailureRate: f.failureRate,
		Now: narrator.start, Rand: p.rand, Sleep: f.sleep(p), Observe: narrator.observe}
	if f.runType != "" {
		if err := oneOf("--run-type", f.runType, importRunTypes); err != nil {
			return err
		}
	}
	if f.input != "" {
		file, err := p.readFile(f.input)
		if err != nil {
			return err
		}
		script.File = bytes.NewReader(file)
	}
	var err error
	if script.Mock, err = p.mocks(d, f); err != nil {
		return err
	}
	result, err := rehearsal.Import(ctx, d.Source, script)
	if err != nil {
		return unrehearsable(ctx, err)
	}
	return tellRehearsed(p, result.Result, f, narrator.steps, importHoldingsOf(result), p.printImportHoldings)
}

// importHoldings are what the store holds of an import in the end.
type importHoldings struct {
	Import        string          `json:"import"`
	Failure       string          `json:"failure,omitempty"`
	Rows          int             `json:"rows"`
	Created       int             `json:"created"`
	Unchanged     int             `json:"unchanged"`
	Duplicates    int             `json:"duplicates"`
	Refused       []batch.Refusal `json:"refused"`
	RefusedRows   int             `json:"refusedRows"`
	Shown         int             `json:"shown"` // apartments that a list shows, at most a page of them
	Left          batch.Left      `json:"left"`
	Notifications []string        `json:"notifications"`
}

func importHoldingsOf(r rehearsal.ImportResult) importHoldings {
	i := r.Import
	h := importHoldings{Import: string(i.Status), Rows: i.Rows, Created: i.Created, Unchanged: i.Unchanged, Duplicates: i.Duplicates,
		Refused: i.Refusals, RefusedRows: i.Refused, Shown: r.Visible, Left: r.Left, Notifications: []string{}}
	if i.Failure != nil {
		h.Failure = reason(i.Failure.Error, i.Failure.Cause)
	}
	if h.Refused == nil {
		h.Refused = []batch.Refusal{}
	}
	for _, n := range r.Notifications {
		h.Notifications = append(h.Notifications, string(n.Kind))
	}
	return h
}

func (p *program) printImportHoldings(h importHoldings) {
	p.printf("Import         %s\n", h.Import)
	if h.Failure != "" {
		p.printf("Why            %s\n", h.Failure)
	}
	p.printf("Rows           %d: %d new, %d known already, %d repeated, %d refused\n", h.Rows, h.Created, h.Unchanged, h.Duplicates, h.RefusedRows)
	for _, r := range h.Refused {
		p.printf("Refused        line %d: %s %s\n", r.Line, r.Column, r.Reason)
	}
	p.printf("Apartments     %d shown\n", h.Shown)
	if h.Left != (batch.Left{}) {
		p.printf("Not undone     %s, %s, %s\n", plural(h.Left.Apartments, "apartment"), plural(h.Left.Chunks, "chunk"), plural(h.Left.Parts, "part"))
	}
	for _, kind := range h.Notifications {
		p.printf("Notification   %s\n", kind)
	}
}
