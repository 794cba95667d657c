package jsonpath

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxNesting bounds filters within filters and parentheses within them.
const maxNesting = 32

// Compile compiles a path. Its error is a *SyntaxError.
func Compile(expr string) (*Path, error) {
	p := &parser{src: expr}
	path, err := p.path()
	if err != nil {
		return nil, err
	}
	if p.pos != len(expr) {
		return nil, p.want("the end, '.' or '['")
	}
	path.names, path.named = onlyNames(path.segments)
	return path, nil
}

// parser reads an expression from left to right.
type parser struct {
	src   string
	pos   int
	depth int
}

func (p *parser) want(what string) error { return p.wantAt(p.pos, what) }

func (p *parser) wantAt(offset int, what string) error {
	return &SyntaxError{Expr: p.src, Offset: offset, Want: what}
}

// peek returns the byte at the position, 0 at the end.
func (p *parser) peek() byte {
	if p.pos < len(p.src) {
		return p.src[p.pos]
	}
	return 0
}

func (p *parser) accept(token string) bool {
	if strings.HasPrefix(p.src[p.pos:], token) {
		p.pos += len(token)
		return true
	}
	return false
}

func (p *parser) skipBlanks() {
	for p.pos < len(p.src) && strings.IndexByte(" \t\r\n", p.src[p.pos]) >= 0 {
		p.pos++
	}
}

// path reads a whole path from its "$".
func (p *parser) path() (*Path, error) {
	start := p.pos
	root, err := p.rootOf()
	if err != nil {
		return nil, err
	}
	return p.segmentsFrom(start, root)
}

func (p *parser) rootOf() (Root, error) {
	if !p.accept("$") {
		return Root{}, p.want("'$'")
	}
	if p.accept("$") {
		return Root{Kind: Context}, nil
	}
	if name := p.identifier(); name != "" {
		return Root{Kind: Variable, Name: name}, nil
	}
	return Root{Kind: Input}, nil
}

// identifier reads a variable's name, empty if there is none: as Unicode's
// ID_Start and ID_Continue, which the specification asks for.
func (p *parser) identifier() string {
	start := p.pos
	for p.pos < len(p.src) {
		r, size := utf8.DecodeRuneInString(p.src[p.pos:])
		if !unicode.IsLetter(r) && r != '_' && (p.pos == start || !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r)) {
			break
		}
		p.pos += size
	}
	return p.src[start:p.pos]
}

// segmentsFrom reads what follows the root that began at start.
func (p *parser) segmentsFrom(start int, root Root) (*Path, error) {
	var segs []segment
	for {
		seg, ok, err := p.segment()
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		if n := len(segs); n > 0 && segs[n-1].kind == functionSegment && seg.scan {
			return nil, p.want("the end after a function")
		}
		segs = append(segs, seg)
	}
	return &Path{
		expr:     p.src[start:p.pos],
		root:     root,
		segments: segs,
		definite: isDefinite(segs),
		simple:   isSimple(segs),
	}, nil
}

// segment reads one step; ok is false where the path ends.
func (p *parser) segment() (seg segment, ok bool, err error) {
	switch {
	case p.accept(".."):
		if p.peek() == '[' {
			seg, err = p.bracket()
		} else {
			seg, err = p.dotted()
		}
		if err == nil && seg.kind == functionSegment {
			err = p.want("a name, '*' or '[' after '..'")
		}
		seg.scan = true
	case p.accept("."):
		if p.peek() == '[' { // "$.list.[0]" is "$.list[0]", as in Jayway
			seg, err = p.bracket()
		} else {
			seg, err = p.dotted()
		}
	case p.peek() == '[':
		seg, err = p.bracket()
	default:
		return segment{}, false, nil
	}
	return seg, err == nil, err
}

// dotted reads what follows a dot: a name, "*" or a function call. A name goes
// on to the next dot, bracket or blank; within a filter an operator ends it, too.
func (p *parser) dotted() (segment, error) {
	if p.accept("*") {
		return segment{kind: wildcardSegment}, nil
	}
	start := p.pos
	for p.pos < len(p.src) && !p.endsName(p.src[p.pos]) {
		p.pos++
	}
	name := p.src[start:p.pos]
	if name == "" {
		return segment{}, p.want("a name or '*'; a name with other characters is written ['name']")
	}
	if p.peek() != '(' {
		return segment{kind: nameSegment, name: name}, nil
	}
	fn, ok := functions[name]
	if !ok {
		return segment{}, p.wantAt(start, "a function ("+functionNames()+")")
	}
	p.pos++
	p.skipBlanks()
	if !p.accept(")") {
		return segment{}, p.want("')'")
	}
	return segment{kind: functionSegment, function: fn}, nil
}

func (p *parser) endsName(c byte) bool {
	if p.depth == 0 {
		return strings.IndexByte(".[( \t\r\n", c) >= 0
	}
	return strings.IndexByte(".[]()'\"`,=!<>~&|*?@:{}\\ \t\r\n", c) >= 0
}

// bracket reads one of the forms in brackets.
func (p *parser) bracket() (segment, error) {
	open := p.pos
	p.pos++
	p.skipBlanks()
	var seg segment
	var err error
	switch c := p.peek(); {
	case c == '*':
		p.pos++
		seg.kind = wildcardSegment
	case c == '\'' || c == '"':
		seg, err = p.names()
	case c == '?':
		seg, err = p.filter()
	case c == '-' || c == ':' || isDigit(c):
		seg, err = p.indicesOrSlice()
	default:
		err = p.want("a name in quotes, an index, a slice, '*' or '?('")
	}
	if err != nil {
		return segment{}, err
	}
	p.skipBlanks()
	if !p.accept("]") {
		return segment{}, p.want("']'")
	}
	if seg.kind == filterSegment {
		seg.source = p.src[open:p.pos]
	}
	return seg, nil
}

// names reads 'a' or 'a','b'.
func (p *parser) names() (segment, error) {
	var names []string
	for {
		p.skipBlanks()
		name, err := p.quotedName()
		if err != nil {
			return segment{}, err
		}
		names = append(names, name)
		p.skipBlanks()
		if !p.accept(",") {
			break
		}
	}
	if len(names) == 1 {
		return segment{kind: nameSegment, name: names[0]}, nil
	}
	return segment{kind: namesSegment, names: names}, nil
}

// quotedName reads a name in single or double quotes. It is taken as it stands,
// backslashes included, as Step Functions does; only the delimiter itself can be
// escaped.
func (p *parser) quotedName() (string, error) {
	start := p.pos
	quote := p.peek()
	if quote != '\'' && quote != '"' {
		return "", p.want("a name in quotes")
	}
	escaped := false
	for i := start + 1; i < len(p.src); i++ {
		switch p.src[i] {
		case quote:
			p.pos = i + 1
			name := p.src[start+1 : i]
			if escaped {
				name = strings.ReplaceAll(name, "\\"+string(quote), string(quote))
			}
			return name, nil
		case '\\':
			i++
			escaped = escaped || i < len(p.src) && p.src[i] == quote
		}
	}
	return "", p.wantAt(len(p.src), fmt.Sprintf("the closing %c", quote))
}

// quotedText reads a string literal of a filter, with the escapes of JSON.
func (p *parser) quotedText() (string, error) {
	quote := p.peek()
	p.pos++
	start := p.pos
	var b strings.Builder
	for i := start; i < len(p.src); i++ {
		c := p.src[i]
		if c == quote {
			p.pos = i + 1
			return b.String(), nil
		}
		if c != '\\' {
			b.WriteByte(c)
			continue
		}
		i++
		if i == len(p.src) {
			break
		}
		switch c := p.src[i]; c {
		case 'n':
			b.WriteByte('\n')
		case 't':
			b.WriteByte('\t')
		case 'r':
			b.WriteByte('\r')
		case 'b':
			b.WriteByte('\b')
		case 'f':
			b.WriteByte('\f')
		case 'u':
			if i+4 >= len(p.src) {
				return "", p.wantAt(i, "four hexadecimal digits after \\u")
			}
			code, err := strconv.ParseUint(p.src[i+1:i+5], 16, 32)
			if err != nil {
				return "", p.wantAt(i+1, "four hexadecimal digits after \\u")
			}
			b.WriteRune(rune(code))
			i += 4
		default:
			b.WriteByte(c)
		}
	}
	return "", p.wantAt(len(p.src), fmt.Sprintf("the closing %c", quote))
}

// indicesOrSlice reads 0 or 0,2 or 1:3. A step after a second colon is read and
// has no effect, as in Jayway.
func (p *parser) indicesOrSlice() (segment, error) {
	first, hasFirst, err := p.integer()
	if err != nil {
		return segment{}, err
	}
	p.skipBlanks()
	if p.accept(":") {
		s := slice{from: first, hasFrom: hasFirst}
		if s.to, s.hasTo, err = p.integer(); err != nil {
			return segment{}, err
		}
		p.skipBlanks()
		if p.accept(":") {
			if _, _, err = p.integer(); err != nil {
				return segment{}, err
			}
		}
		return segment{kind: sliceSegment, slice: s}, nil
	}
	indices := []int{first}
	for p.accept(",") {
		next, ok, err := p.integer()
		if err != nil {
			return segment{}, err
		}
		if !ok {
			return segment{}, p.want("an index")
		}
		indices = append(indices, next)
		p.skipBlanks()
	}
	if len(indices) == 1 {
		return segment{kind: indexSegment, index: first}, nil
	}
	return segment{kind: indicesSegment, indices: indices}, nil
}

// integer reads an optional index; ok is false where there is none.
func (p *parser) integer() (n int, ok bool, err error) {
	p.skipBlanks()
	start := p.pos
	if p.peek() == '-' {
		p.pos++
	}
	for isDigit(p.peek()) {
		p.pos++
	}
	if p.pos == start {
		return 0, false, nil
	}
	n64, err := strconv.ParseInt(p.src[start:p.pos], 10, 32)
	if err != nil {
		return 0, false, p.wantAt(start, "an index of at most 32 bits")
	}
	return int(n64), true, nil
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
