package batch

import (
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/workflow"
)

// Names under which steps of an import fail, beside those of all steps. Only
// errListingsBusy and errNotListed pass by themselves.
const (
	errUndone       = "ImportUndone"
	errRowsRefused  = "RowsRefused"
	errNotComplete  = "ImportNotComplete"
	errListingsBusy = "ListingsBusy"
	errNotListed    = "ImportNotListed"
)

// NotFound is the refusal for an import that is not there.
func NotFound(id string) *booking.Error {
	return &booking.Error{Code: booking.NotFound, Field: "importId", Message: "there is no import " + id}
}

// TooLate is the error of a step that comes after its rollback, or before its turn.
func TooLate(i Import, step string) error {
	return workflow.Error{Name: errUndone, Cause: step + " of import " + i.ID + " is not to be done: the import is " + string(i.Status)}
}

// Busy is the error of a chunk one of whose listings belongs to another import that is
// neither published nor undone. It passes when that one is.
func Busy(sourceID string) error {
	return workflow.Error{Name: errListingsBusy, Cause: "the listing " + sourceID + " belongs to another import that is under way; this one can go on when that one has ended"}
}
