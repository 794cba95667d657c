package asl

import (
	"errors"
	"fmt"
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
