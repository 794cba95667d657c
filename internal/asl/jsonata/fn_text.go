package jsonata

import (
	"encoding/base64"
	"math"
	"strings"
	"unicode/utf8"
)

var textFunctions = []*native{
	fn("string", "<x-b?:s>", 1, func(c *call) (any, error) {
		if c.arg(0) == undefined {
			return undefined, nil
		}
		if s, ok := c.textArg(0); ok {
			return s, nil
		}
		indent := ""
		if c.arg(1) == true {
			indent = "  "
		}
		return c.ev.stringify(c.arg(0), indent)
	}),
	fn("substring", "<s-nn?:s>", 3, substring),
	fn("substringBefore", "<s-s:s>", 2, func(c *call) (any, error) {
		s, ok := c.textArg(0)
		if !ok {
			return undefined, nil
		}
		before, _, _ := strings.Cut(s, missingText(c.arg(1)))
		return before, nil
	}),
	fn("substringAfter", "<s-s:s>", 2, func(c *call) (any, error) {
		s, ok := c.textArg(0)
		if !ok {
			return undefined, nil
		}
		if _, after, found := strings.Cut(s, missingText(c.arg(1))); found {
			return after, nil
		}
		return s, nil
	}),
	fn("lowercase", "<s-:s>", 1, mapText(strings.ToLower)),
	fn("uppercase", "<s-:s>", 1, mapText(strings.ToUpper)),
	fn("length", "<s-:n>", 1, func(c *call) (any, error) {
		s, ok := c.textArg(0)
		if !ok {
			return undefined, nil
		}
		return float64(utf8.RuneCountInString(s)), nil
	}),
	fn("trim", "<s-:s>", 1, mapText(func(s string) string {
		return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" \t\n\r", r) }), " ")
	})),
	fn("pad", "<s-ns?:s>", 3, pad),
	fn("match", "<s-f<s:o>n?:a<o>>", 3, matchText),
	fn("contains", "<s-(sf):b>", 2, func(c *call) (any, error) {
		s, ok := c.textArg(0)
		if !ok {
			return undefined, nil
		}
		if by, ok := c.arg(1).(function); ok {
			all, err := c.ev.matches(by, s, 1)
			return len(all) > 0, err
		}
		return strings.Contains(s, missingText(c.arg(1))), nil
	}),
	fn("replace", "<s-(sf)(sf)n?:s>", 4, replace),
	fn("split", "<s-(sf)n?:a<s>>", 3, split),
	fn("join", "<a<s>s?:s>", 2, join),
	fn("base64encode", "<s-:s>", 1, func(c *call) (any, error) {
		s, ok := c.textArg(0)
		if !ok {
			return undefined, nil
		}
		return base64.StdEncoding.EncodeToString(latin1(s)), c.ev.grow(len(s) * 2)
	}),
	fn("base64decode", "<s-:s>", 1, func(c *call) (any, error) {
		s, ok := c.textArg(0)
		if !ok {
			return undefined, nil
		}
		var out strings.Builder
		for _, b := range lenientBase64(s) {
			out.WriteRune(rune(b))
		}
		return out.String(), c.ev.grow(out.Len())
	}),
	fn("encodeUrlComponent", "<s-:s>", 1, encodeURL("encodeUrlComponent", "-_.!~*'()")),
	fn("encodeUrl", "<s-:s>", 1, encodeURL("encodeUrl", "-_.!~*'();/?:@&=+$,#")),
	fn("decodeUrlComponent", "<s-:s>", 1, decodeURL("decodeUrlComponent", "")),
	fn("decodeUrl", "<s-:s>", 1, decodeURL("decodeUrl", ";/?:@&=+$,#")),
	fn("formatNumber", "<n-so?:s>", 3, formatNumber),
	fn("formatBase", "<n-n?:s>", 2, formatBase),
}

// missingText is a text that the language compares with when an argument is
// missing: it looks for that very word.
func missingText(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return "undefined"
}

func mapText(change func(string) string) func(*call) (any, error) {
	return func(c *call) (any, error) {
		s, ok := c.textArg(0)
		if !ok {
			return undefined, nil
		}
		out := change(s)
		return out, c.ev.grow(len(out))
	}
}

func substring(c *call) (any, error) {
	s, ok := c.textArg(0)
	if !ok {
		return undefined, nil
	}
	runes := []rune(s)
	length := float64(len(runes))
	start, _ := c.numberArg(1)
	if length+start < 0 {
		start = 0
	}
	end := length
	if size, ok := c.numberArg(2); ok {
		if size <= 0 {
			return "", nil
		}
		end = start + size
		if start < 0 {
			end += length
		}
	}
	from, to := sliceBound(start, len(runes)), sliceBound(end, len(runes))
	if from >= to {
		return "", nil
	}
	return string(runes[from:to]), c.ev.grow(4 * len(runes))
}

// sliceBound is an index of JavaScript's slice: cut to an integer, from the end
// where it is negative.
func sliceBound(f float64, length int) int {
	f = math.Trunc(f)
	if f < 0 {
		f += float64(length)
	}
	return int(min(max(f, 0), float64(length)))
}

func pad(c *call) (any, error) {
	s, ok := c.textArg(0)
	if !ok {
		return undefined, nil
	}
	width, _ := c.numberArg(1)
	with, _ := c.textArg(2)
	if with == "" {
		with = " "
	}
	missing := math.Abs(width) - float64(utf8.RuneCountInString(s))
	if missing <= 0 || math.IsNaN(missing) {
		return s, nil
	}
	if missing > maxValue {
		return nil, errTooBig
	}
	padding := make([]rune, int(missing))
	chars := []rune(with)
	for i := range padding {
		padding[i] = chars[i%len(chars)]
	}
	if err := c.ev.grow(4*len(padding) + len(s)); err != nil {
		return nil, err
	}
	if width > 0 {
		return s + string(padding), nil
	}
	return string(padding) + s, nil
}

// limit reads an optional limit, -1 where there is none.
func (c *call) limit(i int, code string) (int, error) {
	f, ok := c.numberArg(i)
	if !ok {
		return -1, nil
	}
	if f < 0 {
		return 0, &failure{code: code, token: undefined, value: c.arg(i), index: i + 1}
	}
	return int(min(math.Ceil(f), math.MaxInt32)), nil
}

func matchText(c *call) (any, error) {
	s, ok := c.textArg(0)
	if !ok {
		return undefined, nil
	}
	limit, err := c.limit(2, "D3040")
	if err != nil {
		return nil, err
	}
	out := sequenceOf()
	if limit == 0 {
		return out, nil
	}
	all, err := c.ev.matches(c.arg(1), s, limit)
	if err != nil {
		return nil, err
	}
	for _, f := range all {
		o := newObject()
		o.set("match", f.text)
		o.set("index", float64(units(s[:f.start])))
		o.set("groups", &list{items: f.groups})
		if err := c.ev.push(out, o); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func split(c *call) (any, error) {
	s, ok := c.textArg(0)
	if !ok {
		return undefined, nil
	}
	limit, err := c.limit(2, "D3020")
	if err != nil {
		return nil, err
	}
	out := &list{}
	if limit == 0 {
		return out, nil
	}
	var parts []string
	by, isPattern := c.arg(1).(function)
	if isPattern {
		all, err := c.ev.matches(by, s, limit)
		if err != nil {
			return nil, err
		}
		start := 0
		for _, f := range all {
			parts = append(parts, s[start:max(start, f.start)])
			start = f.end
		}
		if limit < 0 || len(parts) < limit {
			parts = append(parts, s[start:])
		}
	} else if by, ok := c.textArg(1); ok {
		if parts = strings.Split(s, by); s == "" && by == "" {
			parts = nil
		}
	} else {
		parts = []string{s}
	}
	if f, ok := c.numberArg(2); ok && !isPattern {
		limit = int(f) // a text is split at whole numbers, a pattern while the limit is not reached
	}
	for i, part := range parts {
		if limit >= 0 && i == limit {
			break
		}
		if err := c.ev.push(out, part); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func join(c *call) (any, error) {
	items, ok := c.arrayArg(0)
	if !ok {
		return undefined, nil
	}
	separator, _ := c.textArg(1)
	size := 0
	for _, item := range items {
		s, _ := item.(string)
		size += len(s) + len(separator)
	}
	if err := c.ev.grow(size); err != nil {
		return nil, err
	}
	var out strings.Builder
	for i, item := range items {
		if i > 0 {
			out.WriteString(separator)
		}
		s, _ := item.(string)
		out.WriteString(s)
	}
	return out.String(), nil
}
