package imports

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vacancy/vacancy/internal/booking"
)

// Columns by name.
const (
	colID         = "id"
	colPrice      = "price"
	colPriceType  = "price_type"
	colCity       = "cityname"
	colState      = "state"
	colBedrooms   = "bedrooms"
	colBathrooms  = "bathrooms"
	colSquareFeet = "square_feet"
	colPets       = "pets_allowed"
	colCurrency   = "currency"
	colTitle      = "title"
)

// required are the columns without which a file is no list of apartments; optional are the
// others that are read.
var (
	required = []string{colID, colPrice, colPriceType}
	optional = []string{colCity, colState, colBedrooms, colBathrooms, colSquareFeet, colPets, colCurrency, colTitle}
)

// columnOf names the column for a field that the domain refuses.
var columnOf = map[string]string{
	"id": colID, "title": colTitle, "price": colPrice, "rentPeriod": colPriceType, "city": colCity, "state": colState,
	"bedrooms": colBedrooms, "bathrooms": colBathrooms, "squareFeet": colSquareFeet,
}

// header says where in a row the columns are.
type header struct {
	at      map[string]int
	names   []string // of the columns in their order; "" for those that are not read
	missing []string // optional columns that the file does not have
}

// readHeader reads the row that names the columns. It refuses, with INVALID_INPUT, one in
// which a required column is missing or a column that is read stands twice.
func readHeader(rs *records) (header, error) {
	fields, _, err := rs.next()
	if err != nil {
		return header{}, headerError(err)
	}
	h := header{at: map[string]int{}, names: make([]string, len(fields))}
	var twice, absent []string
	for i, name := range fields {
		name = strings.ToLower(strings.TrimSpace(name))
		if !slices.Contains(required, name) && !slices.Contains(optional, name) {
			continue
		}
		if _, known := h.at[name]; known && !slices.Contains(twice, name) {
			twice = append(twice, name)
		}
		h.at[name], h.names[i] = i, name
	}
	for _, name := range required {
		if _, known := h.at[name]; !known {
			absent = append(absent, name)
		}
	}
	for _, name := range optional {
		if _, known := h.at[name]; !known {
			h.missing = append(h.missing, name)
		}
	}
	switch {
	case len(absent) > 0:
		return header{}, booking.Invalid(absent[0], "the first row must name the columns; it lacks %s (it must have %s, and may have %s)",
			strings.Join(absent, ", "), strings.Join(required, ", "), strings.Join(optional, ", "))
	case len(twice) > 0:
		return header{}, booking.Invalid(twice[0], "the first row names these columns twice: %s; leave one of each", strings.Join(twice, ", "))
	}
	return h, nil
}

// value is the text of a column in a row; "" when it is missing.
func (h header) value(fields []string, column string) string {
	i, known := h.at[column]
	if !known {
		return ""
	}
	text := strings.TrimSpace(fields[i])
	if text == "null" {
		return ""
	}
	return text
}

// refusal says why a row cannot be taken, and at which column.
type refusal struct{ column, reason string }

func refuse(column, format string, args ...any) *refusal {
	return &refusal{column, fmt.Sprintf(format, args...)}
}
