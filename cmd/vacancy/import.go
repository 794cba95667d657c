package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/client"
)

func newImport(p *program) *cobra.Command {
	var dryRun, atomic bool
	var runType string
	command := &cobra.Command{
		Use:   "import FILE.csv",
		Short: "Take listings from a CSV file",
		Long: `Upload a CSV file of listings, at most 4 MiB; "-" is standard input. The columns are
found by their names in the first line: id, bathrooms, bedrooms, currency, price,
price_type, square_feet, pets_allowed, cityname, state; others are ignored.

A row that cannot be taken is told with its line and the reason; the others are taken,
and the exit code is 0 all the same. Importing a file again changes nothing.

With --atomic all rows become apartments or none: a row that cannot be taken, or anything
else that fails, and what was done is undone. Nobody sees any of them before all are there.
It waits for the end, which is exit code 1 unless all are taken.`,
		Example: `  vacancy import listings.csv --dry-run
  vacancy import listings.csv --atomic
  vacancy import listings.csv --json`,
		Args: oneArgument("a CSV file of listings"),
		RunE: func(command *cobra.Command, args []string) error {
			if !atomic && runType != "" {
				return usagef("--run-type goes with --atomic: other imports have no steps to fail")
			}
			if atomic {
				return p.importAtomically(command.Context(), args[0], client.AtomicOrder{DryRun: dryRun, RunType: runType})
			}
			return p.importFile(command.Context(), args[0], dryRun)
		},
	}
	command.Flags().BoolVar(&dryRun, "dry-run", false, "only say which rows would be refused")
	command.Flags().BoolVar(&atomic, "atomic", false, "all rows or none")
	command.Flags().StringVar(&runType, "run-type", "", "with --atomic, fail on purpose: failProcess, failTransform or failCommit; not in production")
	_ = command.RegisterFlagCompletionFunc("run-type", cobra.FixedCompletions(importRunTypes, cobra.ShellCompDirectiveNoFileComp))
	command.AddCommand(newImportResume(p))
	command.ValidArgsFunction = cobra.FixedCompletions([]string{"csv"}, cobra.ShellCompDirectiveFilterFileExt)
	return command
}

func (p *program) importFile(ctx context.Context, path string, dryRun bool) error {
	source, err := p.openImport(path)
	if err != nil {
		return err
	}
	c, err := p.connect(booking.Manager)
	if err != nil {
		return err
	}
	result, err := c.ImportApartments(ctx, source.open, source.size, dryRun)
	if err != nil {
		return err
	}
	if p.global.json {
		return p.printJSON(result)
	}
	p.printImport(result)
	return nil
}

// importSource is a file to upload, opened anew for each attempt.
type importSource struct {
	size int64 // -1: not known
	open func() (io.ReadCloser, error)
}

func (p *program) openImport(path string) (importSource, error) {
	if path == "-" {
		content, err := io.ReadAll(p.in)
		if err != nil {
			return importSource{}, err
		}
		return importSource{int64(len(content)), func() (io.ReadCloser, error) {
			return p.progress(io.NopCloser(bytes.NewReader(content)), int64(len(content))), nil
		}}, nil
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return importSource{}, usagef("the file cannot be read: %w", err)
	case info.IsDir():
		return importSource{}, usagef("%s is a directory; name a CSV file", path)
	case info.Size() == 0:
		return importSource{}, usagef("%s is empty; its first line must name the columns", path)
	}
	return importSource{info.Size(), func() (io.ReadCloser, error) {
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		return p.progress(file, info.Size()), nil
	}}, nil
}

// progress shows on a terminal how much of the file has been sent.
func (p *program) progress(file io.ReadCloser, size int64) io.ReadCloser {
	if !isTerminal(p.err) || p.global.json {
		return file
	}
	bar := progressbar.NewOptions64(size, progressbar.OptionSetWriter(p.err), progressbar.OptionSetDescription("uploading"),
		progressbar.OptionShowBytes(true), progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(30))
	reader := progressbar.NewReader(file, bar)
	return &reader
}

func (p *program) printImport(r client.Import) {
	for _, row := range r.Refused {
		p.printf("line %d: %s\n", row.Line, refusal(row))
	}
	if more := r.RefusedRows - len(r.Refused); more > 0 {
		p.printf("and %s more\n", plural(more, "refused row"))
	}
	if len(r.MissingColumns) > 0 {
		p.notef("The file has no column %s; what they would say is not known.\n", strings.Join(r.MissingColumns, ", "))
	}
	if r.DryRun {
		p.printf("%s read, %d could be imported, %d would be refused.\n", plural(r.Rows, "row"), r.Rows-r.RefusedRows, r.RefusedRows)
		return
	}
	p.printf("%s imported, %d known already, %s refused.\n", plural(r.Created, "listing"), r.Unchanged, plural(r.RefusedRows, "row"))
}

func refusal(row client.RefusedRow) string {
	if row.Column == "" {
		return row.Reason
	}
	return row.Column + ": " + row.Reason
}
