package jsonata

import (
	"regexp"
	"strings"
)

// pattern is a regular expression of the expression's text.
type pattern struct {
	re         *regexp.Regexp
	matchEmpty bool // it can match the empty text
	size       int  // of its text
}

// compilePattern translates a regular expression of JavaScript. What Go's linear
// time engine cannot do, looking around and back-references, is refused.
func compilePattern(body, flags string, offset int) (*pattern, error) {
	prefix := ""
	if flags != "" {
		prefix = "(?" + flags + ")"
	}
	re, err := regexp.Compile(prefix + translatePattern(body))
	if err != nil {
		detail := "the regular expression is not supported: " + strings.TrimPrefix(err.Error(), "error parsing regexp: ")
		return nil, &SyntaxError{Code: "S0303", Offset: offset, detail: detail}
	}
	return &pattern{re: re, matchEmpty: re.MatchString(""), size: len(body)}, nil
}

// translatePattern rewrites what JavaScript writes in another way than Go.
func translatePattern(body string) string {
	var out strings.Builder
	class := false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case c == '\\' && i+1 < len(body):
			i++
			switch next := body[i]; {
			case next == '/':
				out.WriteByte('/')
			case next == 'u' && i+4 < len(body):
				out.WriteString(`\x{` + body[i+1:i+5] + "}")
				i += 4
			case next == 'd' || next == 'D' || next == 'w' || next == 'W' || next == 'b' && !class || next == 'B':
				out.WriteString(body[i-1 : i+1])
			case next == 's' && class:
				out.WriteString(`\s\v\x{a0}\x{feff}\p{Z}`)
			case next == 's':
				out.WriteString(`[\s\v\x{a0}\x{feff}\p{Z}]`)
			case next == 'S' && !class:
				out.WriteString(`[^\s\v\x{a0}\x{feff}\p{Z}]`)
			case next == '0':
				out.WriteString(`\x00`)
			case next == 'b':
				out.WriteString(`\x08`)
			case isLetter(next) && strings.IndexByte("nrtvfxpPkS", next) < 0:
				out.WriteByte(next) // an escape that means the letter itself
			default:
				out.WriteString(body[i-1 : i+1])
			}
		case c == '[' && !class && strings.HasPrefix(body[i:], "[^]"):
			out.WriteString(`(?s:.)`)
			i += 2
		case c == '[' && class:
			out.WriteString(`\[`)
		case c == '[':
			class = true
			out.WriteByte(c)
			if strings.HasPrefix(body[i+1:], "^") {
				i++
				out.WriteByte('^')
			}
		case c == ']' && class:
			class = false
			out.WriteByte(c)
		default:
			out.WriteByte(c)
		}
	}
	return out.String()
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// matcher is a regular expression as a function.
type matcher struct{ pattern *pattern }

func (*matcher) arity() int { return 2 }

// found is one match: offsets are in bytes.
type found struct {
	text       string
	start, end int
	groups     []any
}

// matches answers up to limit matches of a matcher, which is a regular
// expression or any function that answers in its form.
func (ev *evaluator) matches(by any, text string, limit int) ([]found, error) {
	m, ok := by.(*matcher)
	if !ok {
		return ev.customMatches(by, text, limit)
	}
	if err := ev.step(1 + len(text)/64*(1+m.pattern.size/256)); err != nil {
		return nil, err
	}
	var out []found
	n := -1
	if limit >= 0 {
		n = limit + 1
	}
	for _, at := range m.pattern.re.FindAllStringSubmatchIndex(text, n) {
		if len(out) > 0 {
			// After a match the search goes on where it ended, and there an empty
			// match would be found for ever.
			previous := out[len(out)-1]
			if previous.end >= len(text) {
				break
			}
			if at[0] == at[1] || m.pattern.matchEmpty && (at[0] > previous.end || previous.start == previous.end) {
				if limit < 0 || len(out) < limit {
					return nil, fail("D1004")
				}
				break
			}
		}
		f := found{text: text[at[0]:at[1]], start: at[0], end: at[1], groups: []any{}}
		for g := 2; g < len(at); g += 2 {
			if at[g] < 0 {
				f.groups = append(f.groups, undefined)
			} else {
				f.groups = append(f.groups, text[at[g]:at[g+1]])
			}
		}
		out = append(out, f)
		if err := ev.grow(96 + 16*len(f.groups)); err != nil {
			return nil, err
		}
	}
	if limit >= 0 && len(out) > limit {
		out = out[:limit]
	}
	return out, nil
}

// customMatches asks a function of the expression's own for matches.
func (ev *evaluator) customMatches(by any, text string, limit int) ([]found, error) {
	var out []found
	next, args := by, []any{text}
	for limit < 0 || len(out) <= limit {
		v, err := ev.invoke(next, args, nil)
		if err != nil {
			return nil, err
		}
		if v == undefined || v == nil {
			return out, nil
		}
		members := membersOf(v)
		start, ok1 := number(members["start"])
		end, ok2 := number(members["end"])
		groups, ok3 := elements(members["groups"])
		follow, ok4 := members["next"].(function)
		if !ok1 && !ok2 && !ok3 && !ok4 {
			return nil, fail("T1010")
		}
		matched, _ := members["match"].(string)
		s := byteOffset(text, int(start))
		e := max(s, byteOffset(text, int(end)))
		out = append(out, found{text: matched, start: s, end: e, groups: groups})
		if follow == nil {
			return out, nil
		}
		next, args = follow, nil
	}
	return out, nil
}

// call makes a match as a call of the regular expression answers it.
func (m *matcher) call(ev *evaluator, args []any) (any, error) {
	if len(args) == 0 {
		return undefined, nil
	}
	text, ok := args[0].(string)
	if !ok {
		return undefined, nil
	}
	all, err := ev.matches(m, text, 1)
	if err != nil || len(all) == 0 {
		return undefined, err
	}
	return all[0].object("start"), nil
}

// object is the match as an object; its offsets count UTF-16 units.
func (f found) object(start string) *object {
	out := newObject()
	out.set("match", f.text)
	out.set(start, float64(f.start))
	if start == "start" {
		out.set("end", float64(f.end))
	}
	groups := make([]any, len(f.groups))
	copy(groups, f.groups)
	out.set("groups", &list{items: groups})
	return out
}

// units counts the UTF-16 units of a text.
func units(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}

// byteOffset is where the UTF-16 unit of that index begins.
func byteOffset(s string, unit int) int {
	for i, r := range s {
		if unit <= 0 {
			return i
		}
		unit--
		if r > 0xffff {
			unit--
		}
	}
	return len(s)
}
