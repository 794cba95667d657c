package jsonata

import (
	"math"
	"strconv"
	"strings"
)

// integerStyle is how an integer is written.
type integerStyle uint8

const (
	decimalStyle integerStyle = iota
	lettersStyle
	romanStyle
	wordsStyle
	sequenceStyle // a numbering that is not supported
)

type letterCase uint8

const (
	lower letterCase = iota
	upper
	title
)

// integerFormat is a picture of $formatInteger, as XPath's format-integer has it.
type integerFormat struct {
	style      integerStyle
	letters    letterCase
	ordinal    bool
	zero       rune // the digit nought of the picture's digits
	mandatory  int
	optional   int
	regular    int // the interval between separators, 0 where it varies
	separators []groupSeparator
	token      string // of a sequenceStyle
}

type groupSeparator struct {
	position int // digits to its right
	char     rune
}

func parseIntegerPicture(picture string) (*integerFormat, error) {
	f := &integerFormat{zero: '0'}
	primary := picture
	if at := strings.LastIndexByte(picture, ';'); at >= 0 {
		primary = picture[:at]
		f.ordinal = strings.HasPrefix(picture[at+1:], "o")
	}
	switch primary {
	case "A", "a":
		f.style = lettersStyle
	case "I", "i":
		f.style = romanStyle
	case "W", "w", "Ww":
		f.style = wordsStyle
	default:
		return f, f.decimal(primary)
	}
	switch {
	case primary == "Ww":
		f.letters = title
	case primary[0] <= 'Z':
		f.letters = upper
	}
	return f, nil
}

// zeros are the digits nought of the scripts that have decimal digits.
var zeros = []rune{
	0x30, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66,
	0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50,
	0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10,
}

func zeroOf(r rune) (rune, bool) {
	for _, zero := range zeros {
		if r >= zero && r <= zero+9 {
			return zero, true
		}
	}
	return 0, false
}

// decimal reads a picture of digits, optional digits (#) and separators, from its
// right end.
func (f *integerFormat) decimal(picture string) error {
	runes := []rune(picture)
	places := 0
	var zero rune
	for i := len(runes) - 1; i >= 0; i-- {
		r := runes[i]
		if z, ok := zeroOf(r); ok {
			if f.mandatory > 0 && z != zero {
				return fail("D3131")
			}
			zero = z
			f.mandatory++
			places++
		} else if r == '#' {
			f.optional++
			places++
		} else {
			f.separators = append(f.separators, groupSeparator{position: places, char: r})
		}
	}
	if f.mandatory == 0 {
		f.style, f.token = sequenceStyle, picture
		return nil
	}
	f.zero = zero
	positions := make([]int, len(f.separators))
	for i, s := range f.separators {
		positions[i] = s.position
		if s.char != f.separators[0].char {
			return nil
		}
	}
	f.regular = interval(positions)
	return nil
}

func (f *integerFormat) format(value float64) (string, error) {
	sign := ""
	if value < 0 {
		sign, value = "-", -value
	}
	if math.IsInf(value, 0) || math.IsNaN(value) {
		return "", failValue("D1001", value)
	}
	switch f.style {
	case lettersStyle:
		return sign + f.cased(letters(value)), nil
	case romanStyle:
		if value > maxRoman {
			return "", errTooBig
		}
		return sign + f.cased(roman(int(value))), nil
	case wordsStyle:
		words := integerWords(value, f.ordinal)
		if f.letters != title {
			words = f.cased(words)
		}
		return sign + words, nil
	case sequenceStyle:
		return "", failValue("D3130", f.token)
	}
	return sign + f.digits(value), nil
}

func (f *integerFormat) cased(s string) string {
	if f.letters == upper {
		return strings.ToUpper(s)
	}
	return strings.ToLower(s)
}

func (f *integerFormat) digits(value float64) string {
	digits := strconv.FormatFloat(value, 'f', -1, 64)
	digits = strings.Repeat("0", max(0, min(f.mandatory, 1000)-len(digits))) + digits
	var out strings.Builder
	for i, d := range digits {
		right := len(digits) - i
		if i > 0 && f.regular > 0 && right%f.regular == 0 {
			out.WriteRune(f.separators[0].char)
		}
		if f.regular == 0 {
			for s := len(f.separators) - 1; s >= 0; s-- {
				if f.separators[s].position == right {
					out.WriteRune(f.separators[s].char)
				}
			}
		}
		out.WriteRune(d - '0' + f.zero)
	}
	if f.ordinal {
		out.WriteString(ordinalSuffix(digits))
	}
	return out.String()
}

func ordinalSuffix(digits string) string {
	if len(digits) > 1 && digits[len(digits)-2] == '1' {
		return "th"
	}
	switch digits[len(digits)-1] {
	case '1':
		return "st"
	case '2':
		return "nd"
	case '3':
		return "rd"
	}
	return "th"
}

// parse reads what format writes. What cannot be read is no number.
func (f *integerFormat) parse(text string) (any, error) {
	switch f.style {
	case lettersStyle:
		total := 0.0
		first := byte('a')
		if f.letters == upper {
			first = 'A'
		}
		for i := range len(text) {
			total = total*26 + float64(text[i]) - float64(first) + 1
		}
		return total, nil
	case romanStyle:
		return romanValue(strings.ToUpper(text)), nil
	case wordsStyle:
		return wordsValue(strings.ToLower(text)), nil
	case sequenceStyle:
		return nil, failValue("D3130", f.token)
	}
	if f.ordinal && len(text) >= 2 {
		text = text[:len(text)-2]
	}
	var digits []byte
	for _, r := range text {
		switch {
		case f.regular > 0 && r == ',':
		case f.regular == 0 && f.isSeparator(r):
		case r >= f.zero && r <= f.zero+9:
			digits = append(digits, byte('0'+r-f.zero))
		case r == '-' && len(digits) == 0:
			digits = append(digits, '-')
		default:
			return leadingInteger(string(digits)), nil
		}
	}
	return leadingInteger(string(digits)), nil
}

func (f *integerFormat) isSeparator(r rune) bool {
	for _, s := range f.separators {
		if s.char == r {
			return true
		}
	}
	return false
}

func leadingInteger(digits string) float64 {
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil && n == 0 {
		return math.NaN()
	}
	return n
}

func letters(value float64) string {
	var out []byte
	for value > 0 {
		out = append([]byte{byte('a' + int(math.Mod(value-1, 26)))}, out...)
		value = math.Floor((value - 1) / 26)
	}
	return string(out)
}

// maxRoman bounds a Roman numeral, which has one M for each thousand.
const maxRoman = 1_000_000

var romanNumerals = []struct {
	value int
	text  string
}{
	{1000, "m"}, {900, "cm"}, {500, "d"}, {400, "cd"}, {100, "c"}, {90, "xc"},
	{50, "l"}, {40, "xl"}, {10, "x"}, {9, "ix"}, {5, "v"}, {4, "iv"}, {1, "i"},
}

func roman(value int) string {
	var out strings.Builder
	for _, n := range romanNumerals {
		for ; value >= n.value; value -= n.value {
			out.WriteString(n.text)
		}
	}
	return out.String()
}

func romanValue(text string) float64 {
	values := map[byte]int{'M': 1000, 'D': 500, 'C': 100, 'L': 50, 'X': 10, 'V': 5, 'I': 1}
	total, most := 0, 1
	for i := len(text) - 1; i >= 0; i-- {
		v, ok := values[text[i]]
		if !ok {
			return math.NaN()
		}
		if v < most {
			total -= v
		} else {
			most = v
			total += v
		}
	}
	return float64(total)
}
