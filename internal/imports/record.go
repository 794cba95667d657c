package imports

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
)

// maxRecord is the longest row in bytes, its line ends included.
const maxRecord = 64 << 10

// line is one line of a file, with its line end.
type line struct {
	number  int // from 1
	text    []byte
	tooLong bool // and therefore without its text
}

// records parts a file into rows. A row is usually a line; a quoted field may go on over
// line ends. What encoding/csv alone would do on a quote that never closes, swallow the
// rest of the file, does not happen: the row ends with an error after maxRecord bytes at
// most, and reading goes on with the line after the one it began on.
//
// It is the io.Reader of its own csv.Reader, which it feeds with one line at a time.
type records struct {
	in     *bufio.Reader
	parser *csv.Reader
	number int    // of the last line read from in
	again  []line // taken by a row that failed; read before in

	feed     []byte // what is left to give to the parser of the line it is at
	taken    []line // lines after the first that the row at hand has taken
	size     int    // bytes of the row at hand
	readFail error  // of in, while the parser was asking
}

const byteOrderMark = "\ufeff"

func newRecords(r io.Reader) *records {
	rs := &records{in: bufio.NewReaderSize(r, maxRecord)}
	if start, _ := rs.in.Peek(len(byteOrderMark)); string(start) == byteOrderMark {
		_, _ = rs.in.Discard(len(byteOrderMark)) // it is in the buffer
	}
	rs.parser = csv.NewReader(rs)
	rs.parser.FieldsPerRecord = -1
	rs.parser.ReuseRecord = true
	return rs
}

// badRecord says why a row cannot be read. Reading can go on after it.
type badRecord struct{ reason string }

func (b badRecord) Error() string { return b.reason }

// next answers the fields of the next row that is not blank, valid until the call after,
// and the number of the line that it begins on. Its error is a badRecord, io.EOF, or
// an error of the reader.
func (rs *records) next() (fields []string, number int, err error) {
	first, err := rs.line()
	for err == nil && !first.tooLong && blank(first.text) {
		first, err = rs.line()
	}
	if err != nil {
		return nil, first.number, err
	}
	if first.tooLong {
		return nil, first.number, badRecord{fmt.Sprintf("the line is longer than %d bytes", maxRecord)}
	}
	rs.feed, rs.size, rs.taken, rs.readFail = first.text, len(first.text), nil, nil
	fields, err = rs.parser.Read()
	if rs.readFail != nil {
		return nil, first.number, rs.readFail
	}
	if err != nil {
		rs.again = append(rs.taken, rs.again...)
		return nil, first.number, badRecord{reasonOf(err)}
	}
	return fields, first.number, nil
}

// blank reports whether encoding/csv would pass over the line, and want another. A lone
// carriage return can only be the last line.
func blank(text []byte) bool {
	switch string(text) {
	case "", "\n", "\r\n", "\r":
		return true
	}
	return false
}

// Read gives the parser the rest of its line and then, only when the parser is inside a
// quoted field, further lines.
func (rs *records) Read(p []byte) (int, error) {
	if len(rs.feed) == 0 && !rs.goOn() {
		rs.size = maxRecord // no more for this row
		return 0, io.EOF
	}
	n := copy(p, rs.feed)
	rs.feed = rs.feed[n:]
	return n, nil
}

// goOn takes another line for the row at hand, or answers that there is none for it.
func (rs *records) goOn() bool {
	if rs.size >= maxRecord {
		return false
	}
	following, err := rs.line()
	if err != nil {
		if !errors.Is(err, io.EOF) {
			rs.readFail = err
		}
		return false
	}
	following.text = bytes.Clone(following.text)
	rs.taken = append(rs.taken, following)
	rs.feed, rs.size = following.text, rs.size+len(following.text)
	return !following.tooLong
}

// line answers the next line. Its text is valid until the call after.
func (rs *records) line() (line, error) {
	if len(rs.again) > 0 {
		l := rs.again[0]
		rs.again = rs.again[1:]
		return l, nil
	}
	text, err := rs.in.ReadSlice('\n')
	if err == io.EOF && len(text) == 0 {
		return line{number: rs.number + 1}, io.EOF
	}
	rs.number++
	l := line{number: rs.number, text: text, tooLong: errors.Is(err, bufio.ErrBufferFull)}
	if l.tooLong {
		l.text = nil
	}
	for errors.Is(err, bufio.ErrBufferFull) {
		_, err = rs.in.ReadSlice('\n')
	}
	if err == io.EOF { // the last line has no line end
		err = nil
	}
	return l, err
}

// reasonOf puts an error of encoding/csv into words for whoever made the file.
func reasonOf(err error) string {
	switch {
	case errors.Is(err, csv.ErrQuote):
		return `a quoted field does not end as it should: after its closing " comes a comma or the line's end, and a " inside is doubled`
	case errors.Is(err, csv.ErrBareQuote):
		return `a " stands inside a field that does not begin with one; quote the field and double the "`
	}
	return err.Error()
}
