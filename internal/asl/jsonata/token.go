package jsonata

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

type tokenKind uint8

const (
	endToken tokenKind = iota
	nameToken
	variableToken
	stringToken
	numberToken
	valueToken
	operatorToken
	regexToken
)

type token struct {
	kind  tokenKind
	pos   int
	text  string
	num   float64
	lit   any
	regex *pattern
}

// bindingPower is how tightly an operator binds to what is on its left. Those
// with 0 only end a term.
var bindingPower = map[string]int{
	".": 75, "[": 80, "]": 0, "{": 70, "}": 0, "(": 80, ")": 0, ",": 0,
	"@": 80, "#": 80, ";": 0, ":": 0, "?": 20, "+": 50, "-": 50, "*": 60, "/": 60,
	"%": 60, "|": 0, "=": 40, "<": 40, ">": 40, "^": 40, "**": 0, "..": 0,
	":=": 10, "!=": 40, "<=": 40, ">=": 40, "~>": 40, "and": 30, "or": 25, "in": 40,
	"&": 50, "!": 0, "~": 0,
}

const blanks = " \t\n\r\v"

// operatorBytes are the characters that end a name.
var operatorBytes = func() (set [256]bool) {
	for op := range bindingPower {
		if len(op) == 1 {
			set[op[0]] = true
		}
	}
	return set
}()

var doubleOperators = []string{"..", ":=", "!=", ">=", "<=", "**", "~>"}

// lexer reads an expression token by token.
type lexer struct {
	src string
	pos int
}

// next reads a token. Where an operand is over, infix is true and a slash
// divides; elsewhere it begins a regular expression.
func (l *lexer) next(infix bool) (token, error) {
	if err := l.skipBlanks(); err != nil {
		return token{}, err
	}
	start := l.pos
	if start >= len(l.src) {
		return token{kind: endToken, pos: len(l.src)}, nil
	}
	rest := l.src[start:]
	if !infix && rest[0] == '/' {
		l.pos++
		re, err := l.regex()
		return token{kind: regexToken, pos: start, regex: re}, err
	}
	for _, op := range doubleOperators {
		if strings.HasPrefix(rest, op) {
			l.pos += 2
			return token{kind: operatorToken, pos: start, text: op}, nil
		}
	}
	if operatorBytes[rest[0]] {
		l.pos++
		return token{kind: operatorToken, pos: start, text: rest[:1]}, nil
	}
	switch c := rest[0]; {
	case c == '"' || c == '\'':
		text, err := l.quoted()
		return token{kind: stringToken, pos: start, text: text}, err
	case '0' <= c && c <= '9':
		return l.number()
	case c == '`':
		end := strings.IndexByte(rest[1:], '`')
		if end < 0 {
			return token{}, syntaxError("S0105", len(l.src))
		}
		l.pos += end + 2
		return token{kind: nameToken, pos: start, text: rest[1 : end+1]}, nil
	}
	return l.name(), nil
}

func (l *lexer) skipBlanks() error {
	for {
		for l.pos < len(l.src) && strings.IndexByte(blanks, l.src[l.pos]) >= 0 {
			l.pos++
		}
		if !strings.HasPrefix(l.src[l.pos:], "/*") {
			return nil
		}
		end := strings.Index(l.src[l.pos+2:], "*/")
		if end < 0 {
			return syntaxError("S0106", l.pos)
		}
		l.pos += end + 4
	}
}

func (l *lexer) name() token {
	start := l.pos
	for l.pos < len(l.src) && !operatorBytes[l.src[l.pos]] && strings.IndexByte(blanks, l.src[l.pos]) < 0 {
		l.pos++
	}
	text := l.src[start:l.pos]
	if text[0] == '$' {
		return token{kind: variableToken, pos: start, text: text[1:]}
	}
	switch text {
	case "and", "or", "in":
		return token{kind: operatorToken, pos: start, text: text}
	case "true":
		return token{kind: valueToken, pos: start, text: text, lit: true}
	case "false":
		return token{kind: valueToken, pos: start, text: text, lit: false}
	case "null":
		return token{kind: valueToken, pos: start, text: text}
	}
	return token{kind: nameToken, pos: start, text: text}
}

// number reads a number as JSON writes it, without its sign.
func (l *lexer) number() (token, error) {
	start := l.pos
	digits := func() {
		for l.pos < len(l.src) && isDigit(l.src[l.pos]) {
			l.pos++
		}
	}
	if l.src[l.pos] == '0' {
		l.pos++
	} else {
		digits()
	}
	if l.pos+1 < len(l.src) && l.src[l.pos] == '.' && isDigit(l.src[l.pos+1]) {
		l.pos++
		digits()
	}
	if l.pos < len(l.src) && l.src[l.pos]|0x20 == 'e' {
		exponent := l.pos + 1
		if exponent < len(l.src) && (l.src[exponent] == '+' || l.src[exponent] == '-') {
			exponent++
		}
		if exponent < len(l.src) && isDigit(l.src[exponent]) {
			l.pos = exponent
			digits()
		}
	}
	text := l.src[start:l.pos]
	num, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return token{}, &SyntaxError{Code: "S0102", Offset: start, token: text}
	}
	return token{kind: numberToken, pos: start, text: text, num: num}, nil
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// quoted reads a string in single or double quotes with the escapes of JSON.
func (l *lexer) quoted() (string, error) {
	quote := l.src[l.pos]
	l.pos++
	start := l.pos
	for i := start; i < len(l.src); i++ {
		switch l.src[i] {
		case quote:
			l.pos = i + 1
			return l.src[start:i], nil
		case '\\':
			return l.quotedEscaped(quote, start)
		}
	}
	return "", syntaxError("S0101", len(l.src))
}

func (l *lexer) quotedEscaped(quote byte, start int) (string, error) {
	var b strings.Builder
	for i := start; i < len(l.src); i++ {
		c := l.src[i]
		if c == quote {
			l.pos = i + 1
			return b.String(), nil
		}
		if c != '\\' {
			b.WriteByte(c)
			continue
		}
		i++
		if i == len(l.src) {
			break
		}
		switch c = l.src[i]; c {
		case '"', '\\', '/':
			b.WriteByte(c)
		case 'b':
			b.WriteByte('\b')
		case 'f':
			b.WriteByte('\f')
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		case 't':
			b.WriteByte('\t')
		case 'u':
			unit, ok := hexUnit(l.src, i+1)
			if !ok {
				return "", syntaxError("S0104", i)
			}
			i += 4
			// Two halves of a character outside the basic plane follow each other.
			if low, ok := hexUnit(l.src, i+3); ok && unit>>10 == 0xd800>>10 && low>>10 == 0xdc00>>10 && l.src[i+1:i+3] == `\u` {
				unit = 0x10000 + (unit&0x3ff)<<10 + low&0x3ff
				i += 6
			}
			b.WriteRune(unit)
		default:
			r, _ := utf8.DecodeRuneInString(l.src[i:])
			return "", &SyntaxError{Code: "S0103", Offset: i, token: string(r)}
		}
	}
	return "", syntaxError("S0101", len(l.src))
}

func hexUnit(s string, at int) (rune, bool) {
	if at < 0 || at+4 > len(s) {
		return 0, false
	}
	n, err := strconv.ParseUint(s[at:at+4], 16, 16)
	return rune(n), err == nil
}

// regex reads a regular expression after its first slash. A slash within
// brackets of any kind does not end it.
func (l *lexer) regex() (*pattern, error) {
	start := l.pos
	depth := 0
	for ; l.pos < len(l.src); l.pos++ {
		switch c := l.src[l.pos]; c {
		case '\\':
			l.pos++
		case '/':
			if depth != 0 {
				continue
			}
			body := l.src[start:l.pos]
			if body == "" {
				return nil, syntaxError("S0301", l.pos)
			}
			l.pos++
			flags := l.pos
			for l.pos < len(l.src) && (l.src[l.pos] == 'i' || l.src[l.pos] == 'm') {
				l.pos++
			}
			return compilePattern(body, l.src[flags:l.pos], start)
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		}
	}
	return nil, syntaxError("S0302", len(l.src))
}
