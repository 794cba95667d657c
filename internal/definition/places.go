package definition

import (
	"bytes"
	"slices"
)

// places says where the parts of a definition's JSON stand in the file that somebody
// wrote. JSON that was read as it is stands where it stands, but for what was put in.
type places struct {
	file string
	// marks are the beginnings of what was written anew, in the order of the JSON;
	// empty where the JSON is the file's own text.
	marks []mark
	lines []int // offsets at which the lines of the JSON begin
	// inserted are the offsets in the JSON of bytes that the file does not have.
	inserted []int
	// shift is added to lines, for text that stands within another file.
	shift int
	// indent is added to columns likewise.
	indent int
	fixed  *Place // everything stands here: text whose lines are not the file's
}

type mark struct {
	offset       int
	line, column int
}

// ofText answers the places of JSON text that the file has as it is.
func ofText(file string, text []byte) places {
	return places{file: file, lines: lineStarts(text)}
}

func lineStarts(text []byte) []int {
	starts := []int{0}
	for i := 0; ; {
		n := bytes.IndexByte(text[i:], '\n')
		if n < 0 {
			return starts
		}
		i += n + 1
		starts = append(starts, i)
	}
}

// of answers the place of a line and column of the JSON.
func (p places) of(line, column int) Place {
	if p.fixed != nil {
		return *p.fixed
	}
	if line < 1 || line > len(p.lines) {
		return Place{File: p.file}
	}
	start := p.lines[line-1]
	offset := start + column - 1
	if len(p.marks) > 0 {
		i, found := slices.BinarySearchFunc(p.marks, offset, func(m mark, at int) int { return m.offset - at })
		if !found {
			i = max(0, i-1)
		}
		return Place{p.file, p.marks[i].line, p.marks[i].column}
	}
	for _, at := range p.inserted {
		if at >= start && at < offset {
			column--
		}
	}
	return Place{p.file, line + p.shift, column + p.indent}
}
