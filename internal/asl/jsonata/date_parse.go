package jsonata

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// parseDate reads a date by a picture. What the picture does not give is taken
// from now where it is of a higher order than what it gives, and is the lowest
// value where it is of a lower one; between, nothing may be missing.
func parseDate(s, picture string, now time.Time) (any, error) {
	p, err := parseDatePicture(picture)
	if err != nil {
		return nil, err
	}
	given, err := p.read(s)
	if err != nil || given == nil {
		return undefined, err
	}
	date, clock := dateComponents(given), "Hmsf"
	if hasAny(given, "Ph") && !hasAny(given, "H") {
		clock = "Phmsf"
	}
	if date == "XxwF" || date == "XWF" {
		return nil, fail("D3136") // dates by their week cannot be read
	}
	if err := complete(given, date+clock, now); err != nil {
		return nil, err
	}
	hour := given['H']
	if clock == "Phmsf" {
		hour = math.Mod(given['h'], 12) + 12*given['P']
	}
	month, day := given['M'], given['D']
	if date == "Yd" {
		month, day = 1, given['d']
	}
	for _, v := range given {
		if math.IsNaN(v) || math.Abs(v) > 1e6 {
			return math.NaN(), nil
		}
	}
	t := time.Date(int(given['Y']), time.Month(max(month, 1)), int(day), int(hour), int(given['m']), int(given['s']), 0, time.UTC)
	millis := float64(t.UnixMilli()) + given['f']
	if zone, ok := given['Z']; ok && zone != 0 {
		millis -= zone * 60_000
	} else if zone, ok := given['z']; ok {
		millis -= zone * 60_000
	}
	return millis, nil
}

func hasAny(given map[byte]float64, components string) bool {
	for i := range len(components) {
		if v, ok := given[components[i]]; ok && (v != 0 || components[i] == 'P') {
			return true
		}
	}
	return false
}

// dateComponents are the components by which the date is given, from the highest
// order to the lowest.
func dateComponents(given map[byte]float64) string {
	switch {
	case hasAny(given, "YMD") && !hasAny(given, "XxWwd"):
		return "YMD"
	case hasAny(given, "Yd") && !hasAny(given, "XMxWwD"):
		return "Yd"
	case hasAny(given, "Xxw") && !hasAny(given, "YMWdD"):
		return "XxwF"
	case hasAny(given, "XW") && !hasAny(given, "YMxwdD"):
		return "XWF"
	}
	return "YMD"
}

func complete(given map[byte]float64, components string, now time.Time) error {
	started, ended := false, false
	for i := range len(components) {
		which := components[i]
		if _, ok := given[which]; ok {
			started = true
			if ended {
				return fail("D3136")
			}
			continue
		}
		switch {
		case !started && which == 'P':
			given[which] = float64(now.Hour() / 12)
		case !started:
			given[which] = float64(component(now, which))
		default:
			ended = true
			if strings.IndexByte("MDd", which) >= 0 {
				given[which] = 1
			} else {
				given[which] = 0
			}
		}
	}
	return nil
}

// read takes the components out of a text; nil where it does not match.
func (p datePicture) read(s string) (map[byte]float64, error) {
	var expr strings.Builder
	expr.WriteString(`(?i)^`)
	for i := range p {
		part, err := p[i].expression()
		if err != nil {
			return nil, err
		}
		expr.WriteString("(" + part + ")")
	}
	re, err := regexp.Compile(expr.String() + "$")
	if err != nil {
		return nil, fail("D3136")
	}
	parts := re.FindStringSubmatch(s)
	if parts == nil {
		return nil, nil
	}
	given := make(map[byte]float64)
	for i := range p {
		if p[i].component == 0 {
			continue
		}
		v, err := p[i].value(parts[i+1])
		if err != nil {
			return nil, err
		}
		given[p[i].component] = v
	}
	if len(given) == 0 {
		return nil, nil
	}
	return given, nil
}

// expression is a regular expression of what the marker can be.
func (m *dateMarker) expression() (string, error) {
	switch {
	case m.component == 0:
		return regexp.QuoteMeta(m.literal), nil
	case m.component == 'Z' || m.component == 'z':
		return m.zoneExpression(), nil
	case m.integer == nil:
		if strings.IndexByte("MxFP", m.component) < 0 {
			return "", failValue("D3133", string(rune(m.component)))
		}
		return `[a-zA-Z]+`, nil
	}
	switch m.integer.style {
	case lettersStyle:
		return `[a-zA-Z]+`, nil
	case romanStyle:
		return `[mdclxviMDCLXVI]+`, nil
	case wordsStyle:
		return wordsExpression, nil
	case sequenceStyle:
		return "", failValue("D3130", m.integer.token)
	}
	times := "+"
	if n := m.digits; n > 0 {
		times = "{" + strconv.Itoa(n) + "}"
		if o := m.integer.optional; o > 0 {
			times = "{" + strconv.Itoa(max(n-o, 0)) + "," + strconv.Itoa(n) + "}"
		}
	}
	out := `[0-9]` + times
	if m.integer.ordinal {
		out += `(?:th|st|nd|rd)`
	}
	return out, nil
}

var wordsExpression = func() string {
	words := make([]string, 0, len(wordValues))
	for word := range wordValues {
		words = append(words, word)
	}
	return `(?:` + strings.Join(words, "|") + `|and|[-, ])+`
}()

func (m *dateMarker) zoneExpression() string {
	separator := ""
	if m.integer.regular > 0 || len(m.integer.separators) > 0 {
		separator = regexp.QuoteMeta(string(m.integer.separators[0].char))
	}
	out := ""
	if m.component == 'z' {
		out = "GMT"
	}
	out += `[-+][0-9]+`
	if separator != "" {
		out += separator + `[0-9]+`
	}
	if m.second == 't' {
		out = "(?:" + out + "|Z)"
	}
	return out
}

// value reads one component.
func (m *dateMarker) value(text string) (float64, error) {
	switch {
	case m.component == 'Z' || m.component == 'z':
		return m.zoneValue(text), nil
	case m.integer != nil:
		v, err := m.integer.parse(text)
		if err != nil {
			return 0, err
		}
		return v.(float64), nil
	case m.component == 'P':
		if strings.EqualFold(text, "pm") {
			return 1, nil
		}
		return 0, nil
	}
	names := 12
	name := func(i int) string { return time.Month(i).String() }
	if m.component == 'F' {
		names, name = 7, func(i int) string { return time.Weekday(i % 7).String() }
	}
	for i := 1; i <= names; i++ {
		full := name(i)
		if m.maxWidth > 0 && m.maxWidth < len(full) {
			full = full[:m.maxWidth]
		}
		if full == text {
			return float64(i), nil
		}
	}
	return math.NaN(), nil
}

// zoneValue is the offset of a time zone in minutes.
func (m *dateMarker) zoneValue(text string) float64 {
	if text == "Z" || text == "z" {
		return 0
	}
	text = strings.TrimPrefix(text, "GMT")
	sign := 1.0
	if strings.HasPrefix(text, "-") {
		sign = -1
	}
	text = strings.TrimLeft(text, "+-")
	hours, minutes := text, ""
	if len(m.integer.separators) > 0 {
		hours, minutes, _ = strings.Cut(text, string(m.integer.separators[0].char))
	} else if len(text) > 2 {
		hours, minutes = text[:len(text)-2], text[len(text)-2:]
	}
	return sign * (leadingDigits(hours)*60 + leadingDigits(minutes))
}
