package imports

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/vacancy/vacancy/internal/booking"
)

// maxID is the longest id of a listing.
const maxID = 64

// maxPrice is the highest price in whole dollars that fits into booking.MaxAmount cents.
const maxPrice = booking.MaxAmount / 100

// misshapen says why the fields of a row cannot be told from each other or read, or nil.
func (h header) misshapen(fields []string) *refusal {
	if len(fields) != len(h.names) {
		return refuse("", "the row has %d fields, the header has %d", len(fields), len(h.names))
	}
	for i, column := range h.names {
		if column == "" {
			continue
		}
		if why := unreadable(fields[i]); why != "" {
			return refuse(column, "%s", why)
		}
	}
	return nil
}

// apartment makes an apartment of a row, or says why not.
func (h header) apartment(fields []string) (booking.Apartment, *refusal) {
	if why := h.misshapen(fields); why != nil {
		return booking.Apartment{}, why
	}
	a, why := h.parse(fields)
	if why != nil {
		return booking.Apartment{}, why
	}
	if a.Title == "" {
		a.Title = titleOf(a.Listing)
	}
	var invalid *booking.Error
	if err := a.Validate(); errors.As(err, &invalid) {
		return booking.Apartment{}, refuse(columnOf[invalid.Field], "%s", invalid.Message)
	} else if err != nil {
		return booking.Apartment{}, refuse("", "%s", err)
	}
	return a, nil
}

// parse reads the columns one after the other and stops at the first that is wrong.
func (h header) parse(fields []string) (a booking.Apartment, why *refusal) {
	text := func(column string) string { return h.value(fields, column) }
	a.Title, a.City, a.State = oneLine(text(colTitle)), oneLine(text(colCity)), strings.ToUpper(text(colState))
	if a.SourceID, why = sourceID(text(colID)); why != nil {
		return a, why
	}
	if currency := text(colCurrency); currency != "" && currency != "USD" {
		return a, refuse(colCurrency, "prices must be in USD, this one is in %q", shown(currency))
	}
	if a.Price, why = price(text(colPrice)); why != nil {
		return a, why
	}
	if a.RentPeriod, why = rentPeriod(text(colPriceType)); why != nil {
		return a, why
	}
	if a.Bedrooms, why = wholeNumber(colBedrooms, text(colBedrooms)); why != nil {
		return a, why
	}
	if a.Bathrooms, why = decimal(colBathrooms, text(colBathrooms)); why != nil {
		return a, why
	}
	if a.SquareFeet, why = wholeNumber(colSquareFeet, text(colSquareFeet)); why != nil {
		return a, why
	}
	a.Pets, why = pets(text(colPets))
	return a, why
}

// oneLine makes single spaces of line ends, tabs and runs of spaces.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// unreadable says what in a field is no text that we keep or show, or "".
func unreadable(field string) string {
	if !utf8.ValidString(field) {
		return "the text is not in UTF-8; save the file as UTF-8"
	}
	for _, r := range field {
		if unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' {
			return fmt.Sprintf("the text has the control character %U in it", r)
		}
	}
	return ""
}

func sourceID(text string) (string, *refusal) {
	if text == "" {
		return "", refuse(colID, "the id is missing; by it a listing is known when it is imported again")
	}
	outside := func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '-' && r != '_' && r != '.'
	}
	if len(text) > maxID || strings.ContainsFunc(text, outside) {
		return "", refuse(colID, `the id must be 1 to %d letters, digits, "-", "_" or ".", it is %q`, maxID, shown(text))
	}
	return text, nil
}

// price makes minor units of whole dollars.
func price(text string) (booking.Money, *refusal) {
	dollars, ok := digits(text)
	if !ok || dollars < 1 || dollars > maxPrice {
		return booking.Money{}, refuse(colPrice, "the price must be whole US dollars from 1 to %d, it is %q", maxPrice, shown(text))
	}
	return booking.Money{Amount: int64(dollars) * 100, Currency: "USD"}, nil
}

func rentPeriod(text string) (booking.RentPeriod, *refusal) {
	switch text {
	case "Monthly":
		return booking.Monthly, nil
	case "Weekly":
		return booking.Weekly, nil
	case "Monthly|Weekly":
		return booking.MonthlyOrWeekly, nil
	}
	return "", refuse(colPriceType, "the price type must be Monthly, Weekly or Monthly|Weekly, it is %q", shown(text))
}

func wholeNumber(column, text string) (*int, *refusal) {
	if text == "" {
		return nil, nil //nolint:nilnil // a fact that is not known is nil in a Listing
	}
	n, ok := digits(text)
	if !ok {
		return nil, refuse(column, "%s must be a whole number, it is %q", column, shown(text))
	}
	return &n, nil
}

func decimal(column, text string) (*float64, *refusal) {
	if text == "" {
		return nil, nil //nolint:nilnil // a fact that is not known is nil in a Listing
	}
	whole, fraction, _ := strings.Cut(text, ".")
	n, err := strconv.ParseFloat(text, 64)
	if _, ok := digits(whole); !ok || err != nil || strings.ContainsFunc(fraction, notDigit) {
		return nil, refuse(column, "%s must be a number such as 1.5, it is %q", column, shown(text))
	}
	return &n, nil
}

// pets reads "Cats,Dogs" and the like; "None" and a missing value are none.
func pets(text string) ([]string, *refusal) {
	var allowed []string
	if text == "" {
		return nil, nil
	}
	for pet := range strings.SplitSeq(text, ",") {
		switch pet = strings.TrimSpace(pet); pet {
		case "None":
		case "Cats", "Dogs":
			if !slices.Contains(allowed, pet) {
				allowed = append(allowed, pet)
			}
		default:
			return nil, refuse(colPets, "pets_allowed must be None, Cats, Dogs or Cats,Dogs, it is %q", shown(text))
		}
	}
	slices.Sort(allowed)
	return allowed, nil
}

// digits reads a whole number that is written with digits alone, at most nine of them.
func digits(text string) (int, bool) {
	if text == "" || len(text) > 9 || strings.ContainsFunc(text, notDigit) {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil
}

func notDigit(r rune) bool { return r < '0' || r > '9' }

// shown is the beginning of a value, for a message.
func shown(text string) string {
	const most = 40
	if len(text) <= most {
		return text
	}
	cut := most
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "…"
}

// titleOf describes a listing that has no title: "2-bedroom apartment in Seattle, WA".
func titleOf(l booking.Listing) string {
	title := "Apartment"
	switch {
	case l.Bedrooms != nil && *l.Bedrooms == 0:
		title = "Studio"
	case l.Bedrooms != nil:
		title = strconv.Itoa(*l.Bedrooms) + "-bedroom apartment"
	}
	switch {
	case l.City != "" && len(title)+len(l.City) < booking.MaxTitleLength-len(" in , WA"):
		return title + " in " + l.City + ", " + l.State
	case l.State != "":
		return title + " in " + l.State
	}
	return title
}
