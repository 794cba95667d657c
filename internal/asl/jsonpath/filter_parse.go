package jsonpath

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
)

// operators of a filter, the longer before those they begin with.
var operators = []string{
	"==", "!=", "<=", ">=", "=~", "<", ">",
	"in", "nin", "contains", "size", "empty", "subsetof", "anyof", "noneof", "all",
}

// filter reads ?( ... ) up to its closing parenthesis.
func (p *parser) filter() (segment, error) {
	p.pos++ // the question mark
	p.skipBlanks()
	if p.peek() != '(' {
		return segment{}, p.want("'(' after '?'")
	}
	p.pos++
	c, err := p.disjunction()
	if err != nil {
		return segment{}, err
	}
	p.skipBlanks()
	if !p.accept(")") {
		return segment{}, p.want("an operator, '&&', '||' or ')'")
	}
	return segment{kind: filterSegment, filter: c}, nil
}

func (p *parser) disjunction() (condition, error) {
	if p.depth++; p.depth > maxNesting {
		return nil, p.want("a filter nested at most " + strconv.Itoa(maxNesting) + " deep")
	}
	defer func() { p.depth-- }()
	var parts anyOf
	for {
		part, err := p.conjunction()
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
		p.skipBlanks()
		if !p.accept("||") {
			break
		}
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return parts, nil
}

func (p *parser) conjunction() (condition, error) {
	var parts allOf
	for {
		part, err := p.term()
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
		p.skipBlanks()
		if !p.accept("&&") {
			break
		}
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return parts, nil
}

// term reads a negation, a parenthesis, a comparison or a path that has to exist.
func (p *parser) term() (condition, error) {
	p.skipBlanks()
	negated := false
	for p.peek() == '!' {
		p.pos++
		negated = !negated
		p.skipBlanks()
	}
	c, err := p.positiveTerm()
	if err == nil && negated {
		c = negate{c}
	}
	return c, err
}

func (p *parser) positiveTerm() (condition, error) {
	if p.accept("(") {
		c, err := p.disjunction()
		if err != nil {
			return nil, err
		}
		p.skipBlanks()
		if !p.accept(")") {
			return nil, p.want("')'")
		}
		return c, nil
	}
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	p.skipBlanks()
	operator, ok := p.operator()
	if !ok {
		if left.path == nil {
			return nil, p.want("an operator after a literal")
		}
		return exists{left}, nil
	}
	p.skipBlanks()
	if operator == "=~" {
		pattern, err := p.pattern()
		return comparison{left: left, operator: operator, pattern: pattern}, err
	}
	right, err := p.operand()
	return comparison{left: left, operator: operator, right: right}, err
}

func (p *parser) operator() (string, bool) {
	rest := p.src[p.pos:]
	for _, op := range operators {
		if len(rest) < len(op) || !strings.EqualFold(rest[:len(op)], op) {
			continue
		}
		if isLetter(op[0]) && len(rest) > len(op) && isLetter(rest[len(op)]) {
			continue
		}
		p.pos += len(op)
		return op, true
	}
	return "", false
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// operand reads a path from "@" or "$", or a literal.
func (p *parser) operand() (operand, error) {
	p.skipBlanks()
	start := p.pos
	switch c := p.peek(); {
	case c == '@' || c == '$':
		p.pos++
		if c == '$' && p.peek() != '.' && p.peek() != '[' {
			return operand{}, p.want("'.' or '[': a filter sees the value it is applied to, no variable and no context object")
		}
		path, err := p.segmentsFrom(start, Root{})
		return operand{path: path, fromRoot: c == '$'}, err
	case c == '\'' || c == '"':
		text, err := p.quotedText()
		return operand{literal: text}, err
	case c == '-' || isDigit(c):
		return p.number()
	case c == '[' || c == '{':
		return p.inlineJSON()
	case p.acceptWord("true"):
		return operand{literal: true}, nil
	case p.acceptWord("false"):
		return operand{literal: false}, nil
	case p.acceptWord("null"):
		return operand{literal: nil}, nil
	}
	if word := p.word(); word != "" {
		return operand{literal: word}, nil
	}
	return operand{}, p.want("'@', '$' or a literal")
}

// word reads a text that stands without quotes, as in [?(@.language == es)]; Jayway took
// such before its version 2.1, and definitions that run on AWS have them.
func (p *parser) word() string {
	start := p.pos
	for p.pos < len(p.src) && (isLetter(p.src[p.pos]) || p.pos > start && isDigit(p.src[p.pos]) || strings.IndexByte("_-./:", p.src[p.pos]) >= 0) {
		p.pos++
	}
	return p.src[start:p.pos]
}

func (p *parser) acceptWord(word string) bool {
	rest := p.src[p.pos:]
	if !strings.HasPrefix(rest, word) || len(rest) > len(word) && isLetter(rest[len(word)]) {
		return false
	}
	p.pos += len(word)
	return true
}

func (p *parser) number() (operand, error) {
	start := p.pos
	for p.pos < len(p.src) && strings.IndexByte("+-.eE0123456789", p.src[p.pos]) >= 0 {
		p.pos++
	}
	text := p.src[start:p.pos]
	if !json.Valid([]byte(text)) {
		return operand{}, p.wantAt(start, "a number")
	}
	return operand{literal: json.Number(text)}, nil
}

// inlineJSON reads an array or an object. Strings may be in single quotes.
func (p *parser) inlineJSON() (operand, error) {
	start := p.pos
	var text strings.Builder
	depth := 0
	for p.pos < len(p.src) {
		c := p.src[p.pos]
		if c == '\'' || c == '"' {
			s, err := p.quotedText()
			if err != nil {
				return operand{}, err
			}
			quoted, err := json.Marshal(s)
			if err != nil {
				return operand{}, p.wantAt(start, "a JSON array or object")
			}
			text.Write(quoted)
			continue
		}
		p.pos++
		text.WriteByte(c)
		switch c {
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		}
		if depth == 0 {
			break
		}
	}
	dec := json.NewDecoder(strings.NewReader(text.String()))
	dec.UseNumber()
	var v any
	if depth != 0 || dec.Decode(&v) != nil {
		return operand{}, p.wantAt(start, "a JSON array or object")
	}
	return operand{literal: v}, nil
}

// pattern reads /regular expression/flags; the whole text has to match.
func (p *parser) pattern() (*regexp.Regexp, error) {
	start := p.pos
	if !p.accept("/") {
		return nil, p.want("a regular expression between slashes")
	}
	for p.pos < len(p.src) && p.src[p.pos] != '/' {
		if p.src[p.pos] == '\\' {
			p.pos++
		}
		p.pos++
	}
	if p.pos >= len(p.src) {
		return nil, p.wantAt(len(p.src), "the closing '/'")
	}
	body := strings.ReplaceAll(p.src[start+1:p.pos], `\/`, `/`)
	p.pos++
	flags := ""
	for isLetter(p.peek()) {
		c := p.peek()
		switch c {
		case 'i', 'm', 's':
			flags += string(c)
		case 'u', 'd': // Unicode case and line rules: Go's are such already
		default:
			return nil, p.want("one of the flags i, m, s, u")
		}
		p.pos++
	}
	if flags != "" {
		flags = "(?" + flags + ")"
	}
	re, err := regexp.Compile(flags + `\A(?:` + body + `)\z`)
	if err != nil {
		return nil, p.wantAt(start, "a regular expression ("+err.Error()+")")
	}
	return re, nil
}
