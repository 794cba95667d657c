package imports

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/vacancy/vacancy/internal/booking"
)

// Store stores a batch of apartments by their SourceID and answers for each whether it was
// new; asked again after an error it completes them: booking.Service.ImportApartments.
type Store func(context.Context, []booking.Apartment) ([]booking.ImportOutcome, error)

// Report is what became of an import.
type Report struct {
	ID        string `json:"id"`
	DryRun    bool   `json:"dryRun"`
	Rows      int    `json:"rows"`      // without the header and blank lines
	Created   int    `json:"created"`   // listings that are new
	Unchanged int    `json:"unchanged"` // listings that were there already and stay as they are
	// Refused says why rows were not taken, for the first MaxRefusals of them.
	Refused []Refusal `json:"refused"`
	// RefusedRows counts all of them.
	RefusedRows int `json:"refusedRows"`
	// MissingColumns are those that could be read but that the file does not have.
	MissingColumns []string `json:"missingColumns,omitempty"`
}

// Refusal says why a row was not taken.
type Refusal struct {
	Line   int    `json:"line"`             // of the file, from 1; that on which the row begins
	Column string `json:"column,omitempty"` // "" when the row as a whole is at fault
	Reason string `json:"reason"`
}

// errUpload: the file could not be read to its end.
var errUpload = errors.New("reading the listings failed")

const (
	// MaxRefusals is how many refusals a Report holds.
	MaxRefusals = 1000
	// batchSize is how many listings are stored at once.
	batchSize = 500
)

// Run reads listings and stores them in batches. With a nil Store it only reads (a dry run):
// nothing is then counted as created or unchanged.
//
// An error means that it ended early; the Report says how far it came, and running it
// again is safe. The error is an INVALID_INPUT refusal when the file cannot be read as a list of
// apartments, the Store's, or the reader's, wrapped. Besides a batch and one row it keeps only the ids.
func Run(ctx context.Context, r io.Reader, store Store) (Report, error) {
	rs := newRecords(r)
	h, err := readHeader(rs)
	if err != nil {
		return Report{}, err
	}
	i := run{store: store, header: h, seen: map[string]int{},
		report: Report{DryRun: store == nil, Refused: []Refusal{}, MissingColumns: h.missing}}
	for err == nil {
		if err = ctx.Err(); err == nil {
			err = i.row(ctx, rs)
		}
	}
	if errors.Is(err, io.EOF) {
		err = i.flush(ctx)
	}
	return i.report, err
}

// run is an import under way.
type run struct {
	store  Store
	header header
	seen   map[string]int // id → the line it was on
	batch  []booking.Apartment
	lines  []int // of the batch's rows
	report Report
}

// row reads one row. Its error ends the import; io.EOF is the end of the file.
func (i *run) row(ctx context.Context, rs *records) error {
	fields, number, err := rs.next()
	var bad badRecord
	switch {
	case errors.Is(err, io.EOF):
		return err
	case errors.As(err, &bad):
		i.refuse(number, &refusal{reason: bad.reason})
		return nil
	case err != nil:
		return fmt.Errorf("%w at line %d: %w", errUpload, number, err)
	}
	a, why := i.header.apartment(fields)
	if why == nil {
		if earlier, twice := i.seen[a.SourceID]; twice {
			why = refuse(colID, "the id was on line %d already", earlier)
		}
	}
	if why != nil {
		i.refuse(number, why)
		return nil
	}
	i.report.Rows++
	i.seen[a.SourceID] = number
	i.batch, i.lines = append(i.batch, a), append(i.lines, number)
	if len(i.batch) == batchSize {
		return i.flush(ctx)
	}
	return nil
}

func (i *run) refuse(number int, why *refusal) {
	i.report.Rows++
	i.report.RefusedRows++
	if len(i.report.Refused) < MaxRefusals {
		i.report.Refused = append(i.report.Refused, Refusal{Line: number, Column: why.column, Reason: why.reason})
	}
}

// flush stores the batch.
func (i *run) flush(ctx context.Context) error {
	batch, lines := i.batch, i.lines
	i.batch, i.lines = i.batch[:0], i.lines[:0]
	if len(batch) == 0 || i.store == nil {
		return nil
	}
	outcomes, err := i.store(ctx, batch)
	if err != nil {
		return fmt.Errorf("store %d listings: %w", len(batch), err)
	}
	for n, o := range outcomes {
		switch {
		case o.Created:
			i.report.Created++
		case o.Pending:
			i.report.Rows-- // refuse counts it again
			i.refuse(lines[n], refuse(colID, "the listing belongs to an atomic import that is under way; import it again when that one has ended"))
		default:
			i.report.Unchanged++
		}
	}
	return nil
}

// headerError says what is wrong with a file whose first row cannot be read.
func headerError(err error) error {
	var bad badRecord
	switch {
	case errors.Is(err, io.EOF):
		return booking.Invalid("", "the file is empty; its first row must name the columns")
	case errors.As(err, &bad):
		return booking.Invalid("", "the first row, which must name the columns, cannot be read: %s", bad.reason)
	}
	return fmt.Errorf("%w at the header: %w", errUpload, err)
}
