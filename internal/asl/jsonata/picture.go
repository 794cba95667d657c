package jsonata

import (
	"strconv"
	"strings"
	"time"
)

// datePicture is a picture of $fromMillis and $toMillis, as XPath's
// format-dateTime has it, taken apart.
type datePicture []dateMarker

// dateMarker is a literal, or one component of a date and how it is written.
type dateMarker struct {
	literal   string
	component byte // 0 for a literal
	first     string
	second    byte
	named     bool
	letters   letterCase
	minWidth  int // -1 for none
	maxWidth  int // -1 for none
	integer   *integerFormat
	digits    int // of a year: only so many of its last digits, -1 for all
}

// defaultModifier is how a component is written where the picture does not say.
var defaultModifier = map[byte]string{
	'Y': "1", 'M': "1", 'D': "1", 'd': "1", 'F': "n", 'W': "1", 'w': "1", 'X': "1", 'x': "1", 'H': "1", 'h': "1",
	'P': "n", 'm': "01", 's': "01", 'f': "1", 'Z': "01:01", 'z': "01:01", 'C': "n", 'E': "n",
}

// isoPicture is the format of ISO 8601, which is used where no picture is given.
var isoPicture = func() datePicture {
	p, err := parseDatePicture("[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]")
	if err != nil {
		panic(err)
	}
	return p
}()

func parseDatePicture(picture string) (datePicture, error) {
	var out datePicture
	literal := func(text string) {
		if text != "" {
			out = append(out, dateMarker{literal: strings.ReplaceAll(text, "]]", "]")})
		}
	}
	for picture != "" {
		at := strings.IndexByte(picture, '[')
		if at < 0 {
			break
		}
		literal(picture[:at])
		picture = picture[at+1:]
		if strings.HasPrefix(picture, "[") {
			out = append(out, dateMarker{literal: "["})
			picture = picture[1:]
			continue
		}
		end := strings.IndexByte(picture, ']')
		if end < 0 {
			return nil, fail("D3135")
		}
		m, err := parseDateMarker(strings.Join(strings.Fields(picture[:end]), ""))
		if err != nil {
			return nil, err
		}
		out = append(out, m)
		picture = picture[end+1:]
	}
	literal(picture)
	return out, nil
}

func parseDateMarker(text string) (dateMarker, error) {
	m := dateMarker{minWidth: -1, maxWidth: -1, digits: -1}
	if text == "" {
		return m, failValue("D3132", "")
	}
	m.component = text[0]
	modifiers := text[1:]
	if comma := strings.LastIndexByte(modifiers, ','); comma >= 0 {
		least, most, _ := strings.Cut(modifiers[comma+1:], "-")
		m.minWidth, m.maxWidth = width(least), width(most)
		modifiers = modifiers[:comma]
	}
	switch {
	case len(modifiers) > 1 && strings.IndexByte("atco", modifiers[len(modifiers)-1]) >= 0:
		m.first, m.second = modifiers[:len(modifiers)-1], modifiers[len(modifiers)-1]
	case modifiers != "":
		m.first = modifiers
	default:
		var ok bool
		if m.first, ok = defaultModifier[m.component]; !ok {
			return m, failValue("D3132", string([]rune(text)[0]))
		}
	}
	return m, m.present()
}

func width(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > 1000 {
		return -1
	}
	return n
}

// present decides between a name and a number, and how the number is written.
func (m *dateMarker) present() error {
	switch {
	case m.first[0] == 'n':
		m.named = true
	case strings.HasPrefix(m.first, "Nn"):
		m.named, m.letters = true, title
	case m.first[0] == 'N':
		m.named, m.letters = true, upper
	case strings.IndexByte("YMDdFWwXxHhmsf", m.component) >= 0:
		picture := m.first
		if m.second != 0 {
			picture += ";" + string(m.second)
		}
		var err error
		if m.integer, err = parseIntegerPicture(picture); err != nil {
			return err
		}
		m.integer.mandatory = max(m.integer.mandatory, m.minWidth)
		if strings.IndexByte("YMD", m.component) >= 0 {
			if m.maxWidth >= 0 {
				m.digits = m.maxWidth
				m.integer.mandatory = m.maxWidth
			} else if w := m.integer.mandatory + m.integer.optional; w >= 2 {
				m.digits = w
			}
		}
	}
	if m.component == 'Z' || m.component == 'z' {
		var err error
		m.integer, err = parseIntegerPicture(m.first)
		return err
	}
	return nil
}

// component is the value of one component of a date in UTC.
func component(t time.Time, which byte) int {
	switch which {
	case 'Y':
		return t.Year()
	case 'M':
		return int(t.Month())
	case 'D':
		return t.Day()
	case 'd':
		return t.YearDay()
	case 'F':
		return (int(t.Weekday())+6)%7 + 1
	case 'W':
		_, week := t.ISOWeek()
		return week
	case 'X':
		year, _ := t.ISOWeek()
		return year
	case 'w':
		return weekOfMonth(t)
	case 'x':
		return int(monthOfWeek(t))
	case 'H':
		return t.Hour()
	case 'h':
		return (t.Hour()+11)%12 + 1
	case 'm':
		return t.Minute()
	case 's':
		return t.Second()
	case 'f':
		return t.Nanosecond() / int(time.Millisecond)
	}
	return 0
}

// firstWeek is the Monday of the first week of a month: the week that contains
// its first Thursday.
func firstWeek(year int, month time.Month) time.Time {
	first := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
	weekday := (int(first.Weekday()) + 6) % 7
	if weekday > 3 {
		return first.AddDate(0, 0, 7-weekday)
	}
	return first.AddDate(0, 0, -weekday)
}

// monthOfWeek is the month that a date's week is counted in.
func monthOfWeek(t time.Time) time.Month {
	switch {
	case t.Before(firstWeek(t.Year(), t.Month())):
		return t.AddDate(0, 0, -t.Day()).Month()
	case !t.Before(firstWeek(t.Year(), t.Month()+1)):
		return time.Date(t.Year(), t.Month()+1, 1, 0, 0, 0, 0, time.UTC).Month()
	}
	return t.Month()
}

func weekOfMonth(t time.Time) int {
	day := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	start := firstWeek(t.Year(), t.Month())
	if day.Before(start) {
		previous := t.AddDate(0, 0, -t.Day())
		start = firstWeek(previous.Year(), previous.Month())
	} else if next := firstWeek(t.Year(), t.Month()+1); !day.Before(next) {
		start = next
	}
	return int(day.Sub(start).Hours())/(7*24) + 1
}
