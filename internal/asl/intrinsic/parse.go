package intrinsic

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/vacancy/vacancy/internal/asl/jsonpath"
)

// maxNesting is how many invocations Step Functions allows within each other.
const maxNesting = 10

// Compile compiles an invocation. Its error is a *SyntaxError.
func Compile(expr string) (*Call, error) {
	p := &parser{src: expr}
	p.skipBlanks()
	root, err := p.invocation(1)
	if err != nil {
		return nil, err
	}
	p.skipBlanks()
	if p.pos != len(expr) {
		return nil, p.want("the end")
	}
	return &Call{expr: expr, root: root}, nil
}

// parser reads an expression from left to right.
type parser struct {
	src string
	pos int
}

func (p *parser) want(what string) error { return p.wantAt(p.pos, what) }

func (p *parser) wantAt(offset int, what string) error {
	return &SyntaxError{Expr: p.src, Offset: offset, Want: what}
}

func (p *parser) peek() byte {
	if p.pos < len(p.src) {
		return p.src[p.pos]
	}
	return 0
}

func (p *parser) skipBlanks() {
	for p.pos < len(p.src) && strings.IndexByte(" \t\r\n", p.src[p.pos]) >= 0 {
		p.pos++
	}
}

func (p *parser) invocation(depth int) (*invocation, error) {
	start := p.pos
	if depth > maxNesting {
		return nil, p.want(fmt.Sprintf("at most %d functions within each other", maxNesting))
	}
	for c := p.peek(); isLetter(c) || isDigit(c) || c == '.' || c == '_'; c = p.peek() {
		p.pos++
	}
	fn, ok := functions[p.src[start:p.pos]]
	if !ok {
		return nil, p.wantAt(start, "an intrinsic function ("+functionNames()+")")
	}
	p.skipBlanks()
	if p.peek() != '(' {
		return nil, p.want("'('")
	}
	p.pos++
	call := &invocation{fn: fn}
	p.skipBlanks()
	if p.peek() == ')' {
		p.pos++
		return call, nil
	}
	for {
		arg, err := p.argument(depth)
		if err != nil {
			return nil, err
		}
		call.args = append(call.args, arg)
		p.skipBlanks()
		switch p.peek() {
		case ',':
			p.pos++
		case ')':
			p.pos++
			if text, ok := call.args[0].(literal); ok && fn.format && text.raw != "" {
				call.template = parseTemplate(text.raw)
			}
			return call, nil
		default:
			return nil, p.want("',' or ')'")
		}
	}
}

// argument reads a path, a literal or an invocation.
func (p *parser) argument(depth int) (argument, error) {
	p.skipBlanks()
	switch c := p.peek(); {
	case c == '$':
		return p.path()
	case c == '\'':
		return p.quoted()
	case c == '-' || isDigit(c):
		return p.number()
	case p.acceptWord("true"):
		return literal{value: true}, nil
	case p.acceptWord("false"):
		return literal{value: false}, nil
	case p.acceptWord("null"):
		return literal{}, nil
	case isLetter(c):
		return p.invocation(depth + 1)
	}
	return nil, p.want("an argument: a path, a string in single quotes, a number, true, false, null or a function")
}

// path reads up to the comma or parenthesis that ends the argument, and lets
// jsonpath judge what it read.
func (p *parser) path() (argument, error) {
	start := p.pos
	var quote byte
	depth := 0
scan:
	for ; p.pos < len(p.src); p.pos++ {
		c := p.src[p.pos]
		switch {
		case quote != 0:
			if c == '\\' {
				p.pos++
			} else if c == quote {
				quote = 0
			}
		case depth > 0 && (c == '\'' || c == '"'):
			quote = c
		case c == '[' || c == '(':
			depth++
		case depth == 0 && (c == ',' || c == ')'):
			break scan
		case c == ']' || c == ')':
			depth--
		}
	}
	p.pos = min(p.pos, len(p.src))
	expr := strings.TrimRight(p.src[start:p.pos], " \t\r\n")
	path, err := jsonpath.Compile(expr)
	var syntax *jsonpath.SyntaxError
	if errors.As(err, &syntax) {
		return nil, p.wantAt(start+syntax.Offset, syntax.Want)
	}
	return reference{path}, err
}

// quoted reads a string in single quotes. A backslash escapes ', {, } and
// itself; before anything else it is an error when the string is evaluated.
func (p *parser) quoted() (argument, error) {
	p.pos++
	start := p.pos
	var text strings.Builder
	var bad error
	for p.pos < len(p.src) {
		c := p.src[p.pos]
		p.pos++
		switch c {
		case '\'':
			return literal{value: text.String(), raw: p.src[start : p.pos-1], err: bad}, nil
		case '\\':
			next := p.peek()
			if next == 0 {
				return nil, p.want("the closing '")
			}
			if strings.IndexByte(`'{}\`, next) < 0 {
				if bad == nil {
					bad = fmt.Errorf("the escape \\%c does not exist in a string; write \\\\ for a backslash", next)
				}
				text.WriteByte('\\')
			}
			text.WriteByte(next)
			p.pos++
		default:
			text.WriteByte(c)
		}
	}
	return nil, p.want("the closing '")
}

func (p *parser) number() (argument, error) {
	start := p.pos
	for p.pos < len(p.src) && strings.IndexByte("+-.eE0123456789", p.src[p.pos]) >= 0 {
		p.pos++
	}
	text := p.src[start:p.pos]
	if !json.Valid([]byte(text)) {
		return nil, p.wantAt(start, "a number")
	}
	return literal{value: json.Number(text)}, nil
}

func (p *parser) acceptWord(word string) bool {
	rest := p.src[p.pos:]
	if !strings.HasPrefix(rest, word) || len(rest) > len(word) && (isLetter(rest[len(word)]) || rest[len(word)] == '.') {
		return false
	}
	p.pos += len(word)
	return true
}

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
