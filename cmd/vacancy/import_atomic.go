package main

import (
	"context"
	"fmt"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/client"
)

// importRunTypes are the failures that an import can be asked for.
var importRunTypes = []string{"failProcess", "failTransform", "failCommit"}

func newImportResume(p *program) *cobra.Command {
	return newResume(p, "import", "an import's id", "imp_0d9k1m6a2s5ug0o2qk7o5v1b3c", p.importResume)
}

func (p *program) importAtomically(ctx context.Context, path string, o client.AtomicOrder) error {
	source, err := p.openImport(path)
	if err != nil {
		return err
	}
	c, err := p.connect(booking.Manager)
	if err != nil {
		return err
	}
	id, err := c.StartImport(ctx, source.open, source.size, o)
	if err != nil {
		return err
	}
	p.noteUnlessJSON("import %s\n", id)
	result, err := p.awaitImport(ctx, c, id)
	if err != nil {
		return fmt.Errorf("%w; the import %s goes on by itself", err, id)
	}
	if p.global.json {
		err = p.printJSON(result)
	} else {
		p.printAtomicImport(result)
	}
	if err == nil && result.Status != "PUBLISHED" && (result.Status != "CHECKED" || result.RefusedRows > 0) {
		return alreadyTold{exitFailed}
	}
	return err
}

// importResume waits for the end, too; nothing may be left then.
func (p *program) importResume(ctx context.Context, c *client.Client, id string) error {
	if err := c.ResumeImport(ctx, id); err != nil {
		return err
	}
	result, err := p.awaitImport(ctx, c, id)
	if err != nil {
		return err
	}
	if p.global.json {
		err = p.printJSON(result)
	} else {
		p.printAtomicImport(result)
	}
	if err == nil && result.Left != nil {
		return alreadyTold{exitFailed}
	}
	return err
}

func (p *program) noteUnlessJSON(format string, args ...any) {
	if !p.global.json {
		p.notef(format, args...)
	}
}

// awaitImport asks until the import has ended, and shows on a terminal how many rows are done
// of all. A server that is started again meanwhile is waited for.
func (p *program) awaitImport(ctx context.Context, c *client.Client, id string) (client.AtomicImport, error) {
	var bar *progressbar.ProgressBar
	if isTerminal(p.err) && !p.global.json {
		bar = progressbar.NewOptions(-1, progressbar.OptionSetWriter(p.err), progressbar.OptionSetDescription("importing"),
			progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(30))
		defer func() { _ = bar.Finish() }() // a bar that cannot be drawn is no reason to fail
	}
	answered := p.now()
	for {
		i, err := c.Import(ctx, id)
		pause := longestPoll
		switch {
		case err == nil && i.PollAfter == 0:
			return i, nil
		case err == nil:
			answered = p.now()
			pause = min(longestPoll, max(shortestPoll, time.Duration(i.PollAfter)*time.Millisecond))
			if bar != nil && i.Rows > 0 {
				bar.Describe(importPhase(i.Status))
				bar.ChangeMax(i.Rows)
				_ = bar.Set(i.RowsDone)
			}
		case !client.OutcomeUnknown(err) && !isUnreachable(err), p.now().Sub(answered) > longestOutage, ctx.Err() != nil:
			return i, err
		}
		if err := p.wait(ctx, pause); err != nil {
			return i, err
		}
	}
}

// importPhase says what goes on.
func importPhase(status string) string {
	switch status {
	case "TRANSFORMING":
		return "transforming"
	case "COMMITTING":
		return "publishing"
	case "ROLLING_BACK":
		return "undoing"
	}
	return "processing"
}

func (p *program) printAtomicImport(i client.AtomicImport) {
	for _, row := range i.Refused {
		p.printf("line %d: %s\n", row.Line, refusal(row))
	}
	if more := i.RefusedRows - len(i.Refused); more > 0 {
		p.printf("and %s more\n", plural(more, "refused row"))
	}
	counts := fmt.Sprintf("%s new, %d known already, %d repeated in the file, %d refused", plural(i.Created, "listing"), i.Unchanged, i.Duplicates, i.RefusedRows)
	switch i.Status {
	case "PUBLISHED":
		p.printf("PUBLISHED: %s.\n", counts)
	case "CHECKED":
		p.printf("CHECKED, nothing is stored: %s.\n", counts)
	case "NEEDS_ATTENTION":
		p.printf("NEEDS_ATTENTION: the import failed (%s), and not everything could be undone: %s, %s and %s are left, which nobody sees.\n",
			failureOf(i), plural(i.Left.Apartments, "apartment"), plural(i.Left.Chunks, "chunk"), plural(i.Left.Parts, "part"))
		p.printf("When the cause is mended: vacancy import resume %s\n", i.ID)
	default:
		p.printf("%s, nothing is stored: %s.\n", i.Status, failureOf(i))
	}
}

func failureOf(i client.AtomicImport) string {
	if i.Failure == nil {
		return "no reason is known"
	}
	return reason(i.Failure.Error, i.Failure.Cause)
}
