package jsonata

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var dateFunctions = []*native{
	fn("now", "<s?s?:s>", 2, func(c *call) (any, error) {
		return formatDate(c.ev.now, c.arg(0), c.arg(1))
	}),
	fn("millis", "<:n>", 0, func(c *call) (any, error) {
		return float64(c.ev.now.UnixMilli()), nil
	}),
	fn("fromMillis", "<n-s?s?:s>", 3, func(c *call) (any, error) {
		millis, ok := c.numberArg(0)
		if !ok {
			return undefined, nil
		}
		if math.Abs(millis) > maxMillis || math.IsNaN(millis) {
			return nil, failValue("D1001", c.arg(0))
		}
		return formatDate(time.UnixMilli(int64(millis)), c.arg(1), c.arg(2))
	}),
	fn("toMillis", "<s-s?:n>", 2, func(c *call) (any, error) {
		s, ok := c.textArg(0)
		if !ok {
			return undefined, nil
		}
		picture, ok := c.textArg(1)
		if !ok {
			return parseISO(s)
		}
		return parseDate(s, picture, c.ev.now.UTC())
	}),
}

// maxMillis is how far from 1970 JavaScript's dates reach.
const maxMillis = 8.64e15

// formatDate writes a date by a picture, in the time zone of an offset such as
// "+0130".
func formatDate(t time.Time, picture, zone any) (any, error) {
	p := isoPicture
	if text, ok := picture.(string); ok {
		var err error
		if p, err = parseDatePicture(text); err != nil {
			return nil, err
		}
	}
	hours, minutes := 0, 0
	if text, ok := zone.(string); ok {
		offset := int(leadingDigits(text))
		hours = int(math.Floor(float64(offset) / 100))
		minutes = offset % 100
	}
	t = t.UTC().Add(time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute)
	var out strings.Builder
	for i := range p {
		text, err := p[i].write(t, hours, minutes)
		if err != nil {
			return nil, err
		}
		out.WriteString(text)
	}
	return out.String(), nil
}

// leadingDigits reads the integer that a text begins with.
func leadingDigits(text string) float64 {
	end := 0
	for end < len(text) && (isDigit(text[end]) || end == 0 && (text[0] == '+' || text[0] == '-')) {
		end++
	}
	n, _ := strconv.ParseFloat(text[:min(end, 10)], 64)
	return n
}

func (m *dateMarker) write(t time.Time, hours, minutes int) (string, error) {
	switch m.component {
	case 0:
		return m.literal, nil
	case 'Z', 'z':
		return m.writeZone(hours, minutes)
	case 'P':
		half := "am"
		if t.Hour() >= 12 {
			half = "pm"
		}
		if m.named && m.letters == upper {
			half = strings.ToUpper(half)
		}
		return half, nil
	case 'C', 'E':
		return "ISO", nil
	}
	value := component(t, m.component)
	if m.component == 'Y' && m.digits >= 0 {
		value %= int(math.Pow10(min(m.digits, 9)))
	}
	if m.named {
		return m.writeName(value)
	}
	if m.integer == nil {
		return "", failValue("D3132", string(rune(m.component)))
	}
	return m.integer.format(float64(value))
}

func (m *dateMarker) writeName(value int) (string, error) {
	var name string
	switch m.component {
	case 'M', 'x':
		name = time.Month(value).String()
	case 'F':
		name = time.Weekday(value % 7).String()
	default:
		return "", failValue("D3133", string(rune(m.component)))
	}
	switch m.letters {
	case upper:
		name = strings.ToUpper(name)
	case lower:
		name = strings.ToLower(name)
	}
	if m.maxWidth >= 0 && len(name) > m.maxWidth {
		name = name[:m.maxWidth]
	}
	return name, nil
}

func (m *dateMarker) writeZone(hours, minutes int) (string, error) {
	offset := hours*100 + minutes
	var text string
	var err error
	switch digits := m.integer.mandatory; {
	case m.integer.regular > 0 || digits == 3 || digits == 4:
		text, err = m.integer.format(float64(offset))
	case digits == 1 || digits == 2:
		if text, err = m.integer.format(float64(hours)); err == nil && minutes != 0 {
			text += ":" + pair(minutes)
		}
	default:
		return "", failValue("D3134", float64(digits))
	}
	if err != nil {
		return "", err
	}
	if offset >= 0 {
		text = "+" + text
	}
	if m.component == 'z' {
		text = "GMT" + text
	}
	if offset == 0 && m.second == 't' {
		text = "Z"
	}
	return text, nil
}

// pair writes a number with at least two digits.
func pair(n int) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	if n < 10 {
		return sign + "0" + strconv.Itoa(n)
	}
	return sign + strconv.Itoa(n)
}

var isoDate = regexp.MustCompile(`^\d{4}(-[01]\d)*(-[0-3]\d)*(T[0-2]\d:[0-5]\d:[0-5]\d)*(\.\d+)?([+-][0-2]\d:?[0-5]\d|Z)?$`)

var isoLayouts = []string{
	"2006-01-02T15:04:05.999999999Z07:00", "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05.999999999",
	"2006-01-02", "2006-01", "2006",
}

// parseISO reads a date as ISO 8601 writes it; one without a time zone is in UTC.
func parseISO(s string) (any, error) {
	if !isoDate.MatchString(s) {
		return nil, failValue("D3110", s)
	}
	for _, layout := range isoLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return float64(t.UnixMilli()), nil
		}
	}
	return math.NaN(), nil
}
