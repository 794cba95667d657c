package imports

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga/batch"
)

// Format reads the same files for imports that take all rows or none: it is a
// batch.Format, with the same columns, rules and reasons as Run.
type Format struct{}

var _ batch.Format = Format{}

// Open implements batch.Format.
func (Format) Open(r io.Reader) (batch.Source, error) {
	rs := newRecords(r)
	h, err := readHeader(rs)
	if err != nil {
		return nil, err
	}
	return &source{rows: rs, header: h}, nil
}

type source struct {
	rows   *records
	header header
}

func (s *source) MissingColumns() []string { return s.header.missing }

// Next implements batch.Source. What can be said of a row without knowing what its columns
// mean is said here, as long as its bytes are as they came.
func (s *source) Next() (batch.Record, string, error) {
	fields, number, err := s.rows.next()
	r := batch.Record{Line: number}
	var bad badRecord
	switch {
	case errors.Is(err, io.EOF):
		return r, "", err
	case errors.As(err, &bad):
		r.Refusal = &batch.Refusal{Line: number, Reason: bad.reason}
		return r, "", nil
	case err != nil:
		return r, "", fmt.Errorf("%w at line %d: %w", errUpload, number, err)
	}
	if why := s.header.misshapen(fields); why != nil {
		r.Refusal = &batch.Refusal{Line: number, Column: why.column, Reason: why.reason}
		return r, "", nil
	}
	r.Fields = map[string]string{}
	for column := range s.header.at {
		if text := s.header.value(fields, column); text != "" {
			r.Fields[column] = text
		}
	}
	return r, r.Fields[colID], nil
}

// Listing implements batch.Format.
func (Format) Listing(r batch.Record) (booking.Apartment, *batch.Refusal) {
	if r.Refusal != nil {
		return booking.Apartment{}, r.Refusal
	}
	h, fields := header{at: map[string]int{}}, make([]string, 0, len(r.Fields))
	for _, column := range slices.Sorted(maps.Keys(r.Fields)) {
		h.at[column], h.names = len(fields), append(h.names, column)
		fields = append(fields, r.Fields[column])
	}
	a, why := h.apartment(fields)
	if why != nil {
		return booking.Apartment{}, &batch.Refusal{Line: r.Line, Column: why.column, Reason: why.reason}
	}
	return a, nil
}
