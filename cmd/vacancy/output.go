package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/term"
)

// printf writes to standard output. That it cannot be written shows when the
// process ends: there is nobody to tell.
func (p *program) printf(format string, args ...any) { _, _ = fmt.Fprintf(p.out, format, args...) }

// notef writes what is no result to standard error.
func (p *program) notef(format string, args ...any) { _, _ = fmt.Fprintf(p.err, format, args...) }

// printJSON writes one JSON value: indented for a person at a terminal, else one line.
func (p *program) printJSON(v any) error {
	e := json.NewEncoder(p.out)
	e.SetEscapeHTML(false)
	if isTerminal(p.out) {
		e.SetIndent("", "  ")
	}
	return e.Encode(v)
}

// isTerminal reports whether somebody watches what is written there.
func isTerminal(w io.Writer) bool {
	if t, ok := w.(interface{ IsTerminal() bool }); ok {
		return t.IsTerminal()
	}
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// number is a column of numbers.
func number(column string) table.ColumnConfig {
	return table.ColumnConfig{Name: column, Align: text.AlignRight, AlignHeader: text.AlignRight}
}

// newTable makes a table of plain columns, which paste and grep well.
func (p *program) newTable(columns ...any) table.Writer {
	t := table.NewWriter()
	t.SetOutputMirror(p.out)
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	t.SetStyle(style)
	t.SuppressTrailingSpaces()
	t.AppendHeader(columns)
	return t
}
