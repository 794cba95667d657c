package sfnapi

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// checks gathers what is wrong with the fields of a request, as the API words it.
type checks struct{ found []string }

func (c *checks) add(value any, field, constraint string) {
	c.found = append(c.found, fmt.Sprintf("Value '%v' at '%s' failed to satisfy constraint: %s", value, field, constraint))
}

// required is a text that must be there, of at most most characters.
func (c *checks) required(value *string, field string, most int) string {
	if value == nil {
		c.found = append(c.found, fmt.Sprintf("Value null at '%s' failed to satisfy constraint: Member must not be null", field))
		return ""
	}
	return c.text(value, field, 1, most)
}

// text is a text that may be absent, of least to most characters.
func (c *checks) text(value *string, field string, least, most int) string {
	if value == nil {
		return ""
	}
	n := utf8.RuneCountInString(*value)
	shown := *value
	if len(shown) > 256 {
		shown = shown[:256] + "…"
	}
	switch {
	case n < least:
		c.add(shown, field, fmt.Sprintf("Member must have length greater than or equal to %d", least))
	case n > most:
		c.add(shown, field, fmt.Sprintf("Member must have length less than or equal to %d", most))
	}
	return *value
}

// oneOf is one of some words, or absent.
func (c *checks) oneOf(value, field string, allowed ...string) string {
	if value != "" && !slices.Contains(allowed, value) {
		c.add(value, field, "Member must satisfy enum value set: ["+strings.Join(allowed, ", ")+"]")
	}
	return value
}

// maxResults is the length of a page: 0 means usual.
func (c *checks) maxResults(value, usual, most int) int {
	switch {
	case value < 0:
		c.add(value, "maxResults", "Member must have value greater than or equal to 0")
	case value > most:
		c.add(value, "maxResults", fmt.Sprintf("Member must have value less than or equal to %d", most))
	case value == 0:
		return usual
	}
	return value
}

// fault answers a ValidationException, or nil where nothing is wrong.
func (c *checks) fault() error {
	if len(c.found) == 0 {
		return nil
	}
	s := "s"
	if len(c.found) == 1 {
		s = ""
	}
	return refuse(validation, "%d validation error%s detected: %s", len(c.found), s, strings.Join(c.found, "; "))
}
