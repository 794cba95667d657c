package jsonata

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// numberFormat are the characters of a picture of $formatNumber, as XPath's
// format-number has them.
type numberFormat struct {
	decimal, grouping, exponent, minus, percent, perMille, zero, digit, separator string
}

func (f *numberFormat) option(name string) *string {
	switch name {
	case "decimal-separator":
		return &f.decimal
	case "grouping-separator":
		return &f.grouping
	case "exponent-separator":
		return &f.exponent
	case "minus-sign":
		return &f.minus
	case "percent":
		return &f.percent
	case "per-mille":
		return &f.perMille
	case "zero-digit":
		return &f.zero
	case "digit":
		return &f.digit
	case "pattern-separator":
		return &f.separator
	}
	return nil
}

// isDigit reports a member of the decimal digit family.
func (f *numberFormat) isDigit(r rune) bool {
	zero := []rune(f.zero)
	return len(zero) > 0 && r >= zero[0] && r < zero[0]+10
}

func (f *numberFormat) isPlace(r rune) bool { return f.isDigit(r) || string(r) == f.digit }

func (f *numberFormat) isActive(r rune) bool {
	s := string(r)
	return f.isDigit(r) || s == f.decimal || s == f.exponent || s == f.grouping || s == f.digit || s == f.separator
}

// subPicture is one half of a picture, taken apart.
type subPicture struct {
	text                       string
	prefix, active, suffix     string
	mantissa, exponent         string
	hasExponent                bool
	integer, fraction          string
	groups, fractionGroups     []int // positions of grouping separators, from the decimal separator
	regular                    int   // the interval between groups, 0 where it varies
	minInteger                 int
	minFraction, maxFraction   int
	minExponent, scalingFactor int
}

func formatNumber(c *call) (any, error) {
	value, ok := c.numberArg(0)
	if !ok {
		return undefined, nil
	}
	picture, _ := c.textArg(1)
	f := &numberFormat{decimal: ".", grouping: ",", exponent: "e", minus: "-", percent: "%", perMille: "‰", zero: "0", digit: "#", separator: ";"}
	for name, v := range membersOf(c.arg(2)) {
		if option := f.option(name); option != nil {
			if s, ok := v.(string); ok && s != "" {
				*option = s
			}
		}
	}
	halves := strings.Split(picture, f.separator)
	if len(halves) > 2 {
		return nil, fail("D3080")
	}
	var pictures []*subPicture
	for _, half := range halves {
		p := f.split(half)
		if code := f.check(p); code != "" {
			return nil, fail(code)
		}
		f.analyse(p)
		pictures = append(pictures, p)
	}
	p := pictures[0]
	if value < 0 {
		if len(pictures) == 1 {
			negative := *p
			negative.prefix = f.minus + negative.prefix
			p = &negative
		} else {
			p = pictures[1]
		}
	}
	out := f.write(value, p)
	return out, c.ev.grow(len(out))
}

// split takes a sub-picture apart: what comes before the first and after the last
// active character, and what lies between.
func (f *numberFormat) split(text string) *subPicture {
	p := &subPicture{text: text}
	bounds := func(r rune) bool { return f.isActive(r) && string(r) != f.exponent }
	start := strings.IndexFunc(text, bounds)
	if start < 0 {
		p.active, p.mantissa, p.integer = text, text, text
		return p
	}
	end := strings.LastIndexFunc(text, bounds)
	end += len(string([]rune(text[end:])[0]))
	p.prefix, p.active, p.suffix = text[:start], text[start:end], text[end:]
	p.mantissa = p.active
	if at := strings.Index(p.active, f.exponent); at >= 0 {
		p.mantissa, p.exponent, p.hasExponent = p.active[:at], p.active[at+len(f.exponent):], true
	}
	var found bool
	if p.integer, p.fraction, found = strings.Cut(p.mantissa, f.decimal); !found {
		p.fraction = p.suffix
	}
	return p
}

// check applies the rules of XPath's format-number; the last rule that is broken
// is the one reported.
func (f *numberFormat) check(p *subPicture) string {
	var code string
	rule := func(broken bool, c string) {
		if broken {
			code = c
		}
	}
	decimal := strings.Index(p.text, f.decimal)
	rule(strings.Count(p.text, f.decimal) > 1, "D3081")
	rule(strings.Count(p.text, f.percent) > 1, "D3082")
	rule(strings.Count(p.text, f.perMille) > 1, "D3083")
	rule(strings.Contains(p.text, f.percent) && strings.Contains(p.text, f.perMille), "D3084")
	rule(!strings.ContainsFunc(p.mantissa, f.isPlace), "D3085")
	rule(strings.ContainsFunc(p.active, func(r rune) bool { return !f.isActive(r) }), "D3086")
	if decimal >= 0 {
		rule(strings.HasSuffix(p.text[:decimal], f.grouping) || strings.HasPrefix(p.text[decimal+len(f.decimal):], f.grouping), "D3087")
	} else {
		rule(strings.HasSuffix(p.integer, f.grouping), "D3088")
	}
	rule(strings.Contains(p.text, f.grouping+f.grouping), "D3089")
	if at := strings.Index(p.integer, f.digit); at >= 0 {
		rule(strings.ContainsFunc(p.integer[:at], f.isDigit), "D3090")
	}
	if at := strings.LastIndex(p.fraction, f.digit); at >= 0 {
		rule(strings.ContainsFunc(p.fraction[at:], f.isDigit), "D3091")
	}
	rule(p.hasExponent && p.exponent != "" && (strings.Contains(p.text, f.percent) || strings.Contains(p.text, f.perMille)), "D3092")
	rule(p.hasExponent && (p.exponent == "" || strings.ContainsFunc(p.exponent, func(r rune) bool { return !f.isDigit(r) })), "D3093")
	return code
}

func count(s string, is func(rune) bool) int {
	n := 0
	for _, r := range s {
		if is(r) {
			n++
		}
	}
	return n
}

// analyse counts the places of a sub-picture.
func (f *numberFormat) analyse(p *subPicture) {
	for at := strings.Index(p.integer, f.grouping); at >= 0; {
		p.groups = append(p.groups, count(p.integer[at:], f.isPlace))
		next := strings.Index(p.integer[at+len(f.grouping):], f.grouping)
		if next < 0 {
			break
		}
		at += len(f.grouping) + next
	}
	for at := 0; ; {
		next := strings.Index(p.fraction[at:], f.grouping)
		if next < 0 {
			break
		}
		at += next
		p.fractionGroups = append(p.fractionGroups, count(p.fraction[:at], f.isPlace))
		at += len(f.grouping)
	}
	p.regular = interval(p.groups)
	p.minInteger = count(p.integer, f.isDigit)
	p.scalingFactor = p.minInteger
	p.minFraction = count(p.fraction, f.isDigit)
	p.maxFraction = count(p.fraction, f.isPlace)
	if p.minInteger == 0 && p.maxFraction == 0 {
		if p.hasExponent {
			p.minFraction, p.maxFraction = 1, 1
		} else {
			p.minInteger = 1
		}
	}
	if p.hasExponent && p.minInteger == 0 && strings.Contains(p.integer, f.digit) {
		p.minInteger = 1
	}
	if p.minInteger == 0 && p.minFraction == 0 {
		p.minFraction = 1
	}
	p.minExponent = count(p.exponent, f.isDigit)
}

// interval is the distance between positions that are multiples of it, all of
// them; 0 where there is none.
func interval(positions []int) int {
	if len(positions) == 0 {
		return 0
	}
	divisor := 0
	for _, p := range positions {
		for a, b := divisor, p; ; a, b = b, a%b {
			if b == 0 {
				divisor = a
				break
			}
		}
	}
	for i := range positions {
		if !slices.Contains(positions, (i+1)*divisor) {
			return 0
		}
	}
	return divisor
}

func (f *numberFormat) write(value float64, p *subPicture) string {
	switch {
	case strings.Contains(p.text, f.percent):
		value *= 100
	case strings.Contains(p.text, f.perMille):
		value *= 1000
	}
	exponent := 0
	if p.minExponent > 0 && value != 0 && !math.IsInf(value, 0) && !math.IsNaN(value) {
		most, least := math.Pow10(p.scalingFactor), math.Pow10(p.scalingFactor-1)
		for ; value < least && exponent > -400; exponent-- {
			value *= 10
		}
		for ; value > most && exponent < 400; exponent++ {
			value /= 10
		}
	}
	integer, fraction, _ := strings.Cut(f.digits(roundTo(value, float64(p.maxFraction)), min(p.maxFraction, 100)), ".")
	integer = strings.TrimLeft(integer, "0")
	fraction = strings.TrimRight(fraction, "0")
	integer = strings.Repeat("0", max(0, p.minInteger-len(integer))) + integer
	fraction += strings.Repeat("0", max(0, p.minFraction-len(fraction)))
	whole := f.grouped(integer, p)
	part := f.localized(fraction)
	for _, at := range p.fractionGroups {
		if runes := []rune(part); at <= len(runes) {
			part = string(runes[:at]) + f.grouping + string(runes[at:])
		}
	}
	out := p.prefix + whole
	if part != "" && strings.Contains(p.text, f.decimal) {
		out += f.decimal + part
	}
	if p.minExponent > 0 {
		sign := ""
		if exponent < 0 {
			sign = f.minus
		}
		text := strconv.Itoa(max(exponent, -exponent))
		out += f.exponent + sign + f.localized(strings.Repeat("0", max(0, p.minExponent-len(text)))+text)
	}
	return out + p.suffix
}

// digits are those of the absolute value, with so many decimal places.
func (f *numberFormat) digits(value float64, places int) string {
	return strconv.FormatFloat(math.Abs(value), 'f', places, 64)
}

// localized writes digits in the format's own decimal digit family.
func (f *numberFormat) localized(digits string) string {
	zero := []rune(f.zero)[0]
	if zero == '0' {
		return digits
	}
	return strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return zero + r - '0'
		}
		return r
	}, digits)
}

func (f *numberFormat) grouped(integer string, p *subPicture) string {
	runes := []rune(f.localized(integer))
	var cuts []int // from the right
	if p.regular > 0 {
		for at := p.regular; at < len(runes); at += p.regular {
			cuts = append(cuts, at)
		}
	} else {
		cuts = p.groups
	}
	var out strings.Builder
	for i, r := range runes {
		if i > 0 && slices.Contains(cuts, len(runes)-i) {
			out.WriteString(f.grouping)
		}
		out.WriteRune(r)
	}
	return out.String()
}
