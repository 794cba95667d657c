package asl

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"
)

// A transition reads and writes a handful of payloads of some hundred bytes. These
// functions do that several times as fast as encoding/json: what comes from outside is
// checked once, by compact, and trusted from then on.

// maxDepth is how deep JSON may nest, as in encoding/json.
const maxDepth = 10_000

var errNoJSON = errors.New("it ends before it is complete")

// compact appends src to dst without its white space; its error says where src is no JSON.
func compact(dst, src []byte) ([]byte, error) {
	c := compactor{src: src, dst: dst}
	c.blanks()
	if err := c.value(); err != nil {
		return nil, err
	}
	c.blanks()
	if c.pos < len(src) {
		return nil, c.unexpected("the end")
	}
	return c.dst, nil
}

type compactor struct {
	src   []byte
	dst   []byte
	pos   int
	depth int
}

func (c *compactor) unexpected(want string) error {
	if c.pos >= len(c.src) {
		return errNoJSON
	}
	return fmt.Errorf("at offset %d: %q where %s was expected", c.pos, c.src[c.pos], want)
}

func (c *compactor) blanks() {
	for c.pos < len(c.src) && (c.src[c.pos] == ' ' || c.src[c.pos] == '\n' || c.src[c.pos] == '\t' || c.src[c.pos] == '\r') {
		c.pos++
	}
}

func (c *compactor) peek() byte {
	if c.pos < len(c.src) {
		return c.src[c.pos]
	}
	return 0
}

func (c *compactor) value() error {
	switch b := c.peek(); {
	case b == '"':
		return c.text()
	case b == '{':
		return c.list('}', true)
	case b == '[':
		return c.list(']', false)
	case b == 't':
		return c.word("true")
	case b == 'f':
		return c.word("false")
	case b == 'n':
		return c.word("null")
	case b == '-' || b >= '0' && b <= '9':
		return c.number()
	}
	return c.unexpected("a JSON value")
}

// list reads an object or an array.
func (c *compactor) list(end byte, object bool) error {
	if c.depth++; c.depth > maxDepth {
		return fmt.Errorf("it nests deeper than %d", maxDepth)
	}
	c.take()
	c.blanks()
	for first := true; c.peek() != end; first = false {
		if !first {
			if c.peek() != ',' {
				return c.unexpected("a comma")
			}
			c.take()
			c.blanks()
		}
		if object {
			if c.peek() != '"' {
				return c.unexpected("a name")
			}
			if err := c.text(); err != nil {
				return err
			}
			c.blanks()
			if c.peek() != ':' {
				return c.unexpected("a colon")
			}
			c.take()
			c.blanks()
		}
		if err := c.value(); err != nil {
			return err
		}
		c.blanks()
	}
	c.take()
	c.depth--
	return nil
}

func (c *compactor) take() {
	c.dst = append(c.dst, c.src[c.pos])
	c.pos++
}

func (c *compactor) word(word string) error {
	if len(c.src)-c.pos < len(word) || string(c.src[c.pos:c.pos+len(word)]) != word {
		return c.unexpected("a JSON value")
	}
	c.dst = append(c.dst, word...)
	c.pos += len(word)
	return nil
}

func (c *compactor) text() error {
	start := c.pos
	for c.pos++; c.pos < len(c.src); c.pos++ {
		switch b := c.src[c.pos]; {
		case b == '"':
			c.pos++
			c.dst = append(c.dst, c.src[start:c.pos]...)
			return nil
		case b == '\\':
			c.pos++
			switch c.peek() {
			case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			case 'u':
				for range 4 {
					c.pos++
					if h := c.peek(); !(h >= '0' && h <= '9' || h >= 'a' && h <= 'f' || h >= 'A' && h <= 'F') {
						return c.unexpected("a hexadecimal digit")
					}
				}
			default:
				return c.unexpected("an escape")
			}
		case b < ' ':
			return c.unexpected("a character of a string")
		}
	}
	return errNoJSON
}

func (c *compactor) number() error {
	start := c.pos
	if c.peek() == '-' {
		c.pos++
	}
	switch b := c.peek(); {
	case b == '0':
		c.pos++
	case b >= '1' && b <= '9':
		c.digits()
	default:
		return c.unexpected("a digit")
	}
	if c.peek() == '.' {
		c.pos++
		if !c.digits() {
			return c.unexpected("a digit")
		}
	}
	if b := c.peek(); b == 'e' || b == 'E' {
		c.pos++
		if b := c.peek(); b == '+' || b == '-' {
			c.pos++
		}
		if !c.digits() {
			return c.unexpected("a digit")
		}
	}
	c.dst = append(c.dst, c.src[start:c.pos]...)
	return nil
}

func (c *compactor) digits() bool {
	start := c.pos
	for b := c.peek(); b >= '0' && b <= '9'; b = c.peek() {
		c.pos++
	}
	return c.pos > start
}

// skip answers where the value that begins at i ends, in compact JSON.
func skip(b []byte, i int) int {
	switch b[i] {
	case '"':
		return skipText(b, i)
	case '{', '[':
		depth := 0
		for ; i < len(b); i++ {
			switch b[i] {
			case '"':
				i = skipText(b, i) - 1
			case '{', '[':
				depth++
			case '}', ']':
				if depth--; depth == 0 {
					return i + 1
				}
			}
		}
		return len(b)
	}
	for i++; i < len(b); i++ {
		switch b[i] {
		case ',', '}', ']':
			return i
		}
	}
	return len(b)
}

func skipText(b []byte, i int) int {
	for i++; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(b)
}

// member answers a member of an object in compact JSON. ok is false where there is none
// or a name has escapes, which it does not read.
func member(b []byte, name string) (found []byte, ok bool) {
	if len(b) < 2 || b[0] != '{' {
		return nil, false
	}
	for i := 1; i < len(b) && b[i] == '"'; {
		end := skipText(b, i)
		key := b[i+1 : end-1]
		from := end + 1
		to := skip(b, from)
		if slices.Contains(key, '\\') {
			return nil, false
		}
		if string(key) == name {
			found, ok = b[from:to:to], true // the last one counts, as for encoding/json
		}
		if i = to + 1; to >= len(b) || b[to] != ',' {
			break
		}
	}
	return found, ok
}

// splitArray answers the elements of an array in compact JSON; ok is false if raw is none.
func splitArray(raw json.RawMessage) (items []json.RawMessage, ok bool) {
	if len(raw) == 0 || raw[0] != '[' {
		return nil, false
	}
	for i := 1; i < len(raw)-1; {
		end := skip(raw, i)
		items = append(items, raw[i:end:end])
		i = end + 1
	}
	return items, true
}

// decode answers compact JSON as Go values, numbers as json.Number.
func decode(b []byte) any {
	d := decoder{b: b}
	return d.value()
}

type decoder struct {
	b []byte
	i int
}

func (d *decoder) value() any {
	switch d.b[d.i] {
	case '"':
		return d.text()
	case '{':
		object := map[string]any{}
		for d.i++; d.b[d.i] != '}'; {
			name := d.text()
			d.i++
			object[name] = d.value()
			if d.b[d.i] == ',' {
				d.i++
			}
		}
		d.i++
		return object
	case '[':
		array := []any{}
		for d.i++; d.b[d.i] != ']'; {
			array = append(array, d.value())
			if d.b[d.i] == ',' {
				d.i++
			}
		}
		d.i++
		return array
	}
	start := d.i
	d.i = skip(d.b, d.i)
	switch d.b[start] {
	case 't':
		return true
	case 'f':
		return false
	case 'n':
		return nil
	}
	return json.Number(d.b[start:d.i])
}

func (d *decoder) text() string {
	start := d.i
	d.i = skipText(d.b, d.i)
	inner := d.b[start+1 : d.i-1]
	for _, c := range inner {
		if c == '\\' || c >= utf8.RuneSelf {
			var s string
			if json.Unmarshal(d.b[start:d.i], &s) != nil {
				return string(inner) // it was checked before it came here
			}
			return s
		}
	}
	return string(inner)
}

// appendJSON writes a decoded value, the members of objects in the order of their names.
func appendJSON(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case string:
		return appendString(b, v)
	case json.Number:
		return append(b, v...)
	case bool:
		return strconv.AppendBool(b, v)
	case []any:
		b = append(b, '[')
		for i, item := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, item)
		}
		return append(b, ']')
	case map[string]any:
		b = append(b, '{')
		for i, name := range slices.Sorted(maps.Keys(v)) {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendString(b, name), ':')
			b = appendJSON(b, v[name])
		}
		return append(b, '}')
	}
	text, err := json.Marshal(v) // no other type comes from the packages that make values
	if err != nil {
		return append(b, "null"...)
	}
	return append(b, text...)
}
