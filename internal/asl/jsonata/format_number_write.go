package jsonata

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

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
