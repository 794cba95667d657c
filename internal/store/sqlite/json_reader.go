package sqlite

import (
	"strconv"
	"strings"
	"time"
)

// jsonReader reads JSON without white space and without escapes. It is bad once there is
// anything else, and then reads nothing more.
type jsonReader struct {
	rest string
	bad  bool
}

// whole reports whether all of the text was read.
func (r *jsonReader) whole() bool { return !r.bad && r.rest == "" }

// take takes off what must come next.
func (r *jsonReader) take(next string) {
	rest, ok := strings.CutPrefix(r.rest, next)
	r.rest, r.bad = rest, r.bad || !ok
}

func (r *jsonReader) next(c byte) bool { return r.rest != "" && r.rest[0] == c }

// list calls each for every element of an array; it reads the element.
func (r *jsonReader) list(each func()) { r.members('[', "]", each) }

// object calls each for every member of an object; it reads the value.
func (r *jsonReader) object(each func(name string)) {
	r.members('{', "}", func() {
		name := r.text()
		r.take(":")
		each(name)
	})
}

func (r *jsonReader) members(begin byte, end string, each func()) {
	r.take(string(begin))
	for first := true; !r.bad && !r.next(end[0]); first = false {
		if !first {
			r.take(",")
		}
		each()
	}
	r.take(end)
}

func (r *jsonReader) text() string {
	r.take(`"`)
	for i := range len(r.rest) {
		switch c := r.rest[i]; {
		case c == '"':
			text := r.rest[:i]
			r.rest = r.rest[i+1:]
			return text
		case c == '\\' || c < ' ' || c > '~':
			r.bad = true
			return ""
		}
	}
	r.bad = true
	return ""
}

func (r *jsonReader) int() int64 {
	n := 0
	for n < len(r.rest) && (r.rest[n] >= '0' && r.rest[n] <= '9' || n == 0 && r.rest[n] == '-') {
		n++
	}
	v, err := strconv.ParseInt(r.rest[:n], 10, 64)
	r.rest, r.bad = r.rest[n:], r.bad || err != nil
	return v
}

func (r *jsonReader) time() time.Time {
	t, err := time.Parse(time.RFC3339Nano, r.text())
	r.bad = r.bad || err != nil
	return t
}
