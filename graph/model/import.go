package model

import (
	"time"

	"github.com/vacancy/vacancy/internal/saga/batch"
)

// Import is an atomic import as the API shows it.
type Import struct{ batch.Report }

// IsNode says that an import is a Node.
func (Import) IsNode() {}

// GetID answers the id that node(id) takes.
func (i Import) GetID() string { return i.ID }

// RefusedRows counts all of them.
func (i Import) RefusedRows() int { return i.Report.Refused }

// MissingColumns is never nil.
func (i Import) MissingColumns() []string {
	if i.Report.MissingColumns == nil {
		return []string{}
	}
	return i.Report.MissingColumns
}

// Left is nil unless something could not be undone.
func (i Import) Left() *batch.Left {
	if i.Report.Left == (batch.Left{}) {
		return nil
	}
	return &i.Report.Left
}

// PollAfter is in milliseconds.
func (i Import) PollAfter() int { return int(batch.PollAfter(i.Import) / time.Millisecond) }

// RefusedRow is a row that was not taken.
type RefusedRow struct{ batch.Refusal }

// Column is nil when the row as a whole is at fault.
func (r RefusedRow) Column() *string { return known(r.Refusal.Column) }
