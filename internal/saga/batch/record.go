package batch

import (
	"io"

	"github.com/vacancy/vacancy/internal/booking"
)

// Record is one record of a file as it is staged: text by the name of its column, not yet
// looked at.
type Record struct {
	Line   int               `json:"line"`
	Fields map[string]string `json:"fields,omitempty"` // trimmed; "" for what is missing is left out
	// Refusal is why the record cannot be read; then it has no Fields.
	Refusal *Refusal `json:"refusal,omitempty"`
	// Earlier is the line of an earlier record of the same listing; 0: none. Same says
	// that it reads as this one does.
	Earlier int  `json:"earlier,omitempty"`
	Same    bool `json:"same,omitempty"`
}

// Format is how files of listings are written; package imports reads CSV.
type Format interface {
	// Open reads the head of a file. Refused with INVALID_INPUT where it is no such
	// file; other errors are the reader's, wrapped.
	Open(r io.Reader) (Source, error)
	// Listing makes an apartment of a record that was read (without id, status and
	// times), or says why not. It looks at the record alone.
	Listing(Record) (booking.Apartment, *Refusal)
}

// Source reads the records of a file, one after the other.
type Source interface {
	// MissingColumns are those that could be read but that the file does not have.
	MissingColumns() []string
	// Next answers the next record, without Earlier and Same, and its key, by which a
	// listing is known ("" for a record that cannot be read). The end is io.EOF.
	Next() (r Record, key string, err error)
}
