package jsonata

import (
	"slices"
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
