package jsonata

import (
	"strings"
)

func replace(c *call) (any, error) {
	s, ok := c.textArg(0)
	if !ok {
		return undefined, nil
	}
	if c.arg(1) == "" {
		return nil, &failure{code: "D3010", token: undefined, value: "", index: 2}
	}
	limit, err := c.limit(3, "D3011")
	if err != nil || limit == 0 {
		return s, err
	}
	if by, ok := c.textArg(1); ok {
		with := missingText(c.arg(2))
		if _, isFunction := c.arg(2).(function); isFunction {
			with = ""
		}
		n := strings.Count(s, by)
		if limit >= 0 {
			n = min(n, limit)
		}
		if err := c.ev.grow(len(s) + n*max(0, len(with)-len(by))); err != nil {
			return nil, err
		}
		return strings.Replace(s, by, with, n), nil
	}
	all, err := c.ev.matches(c.arg(1), s, limit)
	if err != nil {
		return nil, err
	}
	var out strings.Builder
	position := 0
	for _, f := range all {
		with, err := replacement(c, f)
		if err != nil {
			return nil, err
		}
		out.WriteString(s[position:max(position, f.start)])
		out.WriteString(with)
		position = min(f.start+len(f.text), len(s))
		if out.Len() > maxValue {
			return nil, errTooBig
		}
	}
	out.WriteString(s[position:])
	return out.String(), c.ev.grow(out.Len())
}

// replacement is what one match is replaced with.
func replacement(c *call, f found) (string, error) {
	if by, ok := c.arg(2).(function); ok {
		v, err := c.ev.invoke(by, []any{f.object("start")}, nil)
		if err != nil {
			return "", err
		}
		text, ok := v.(string)
		if !ok {
			return "", failValue("D3012", v)
		}
		return text, nil
	}
	return expand(missingText(c.arg(2)), f), nil
}

// expand puts the groups of a match in for $1, $2 and so on, the match for $0 and
// a dollar sign for $$.
func expand(template string, f found) string {
	var out strings.Builder
	for {
		before, rest, ok := strings.Cut(template, "$")
		out.WriteString(before)
		if !ok {
			return out.String()
		}
		template = rest
		switch {
		case strings.HasPrefix(rest, "$"):
			out.WriteByte('$')
			template = rest[1:]
		case strings.HasPrefix(rest, "0"):
			out.WriteString(f.text)
			template = rest[1:]
		default:
			group, digits := groupNumber(rest, len(f.groups))
			if digits == 0 {
				out.WriteByte('$')
				continue
			}
			if group >= 1 && group <= len(f.groups) {
				text, _ := f.groups[group-1].(string)
				out.WriteString(text)
			}
			template = rest[digits:]
		}
	}
}

// groupNumber reads the number of a group, of no more digits than the largest has.
func groupNumber(s string, groups int) (group, digits int) {
	most := 1
	for n := groups; n >= 10; n /= 10 {
		most++
	}
	for digits < most && digits < len(s) && isDigit(s[digits]) {
		group = group*10 + int(s[digits]-'0')
		digits++
	}
	if digits > 1 && group > groups {
		return group / 10, digits - 1
	}
	return group, digits
}
