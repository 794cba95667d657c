package sqlite

import (
	"encoding/base64"
	"encoding/binary"

	"github.com/vacancy/vacancy/internal/booking"
)

// listKind is the first byte of a cursor: a cursor of one list is none of another.
type listKind byte

const (
	byPriceList    listKind = 'p'
	byNewestList   listKind = 'n'
	reservationsOf listKind = 'r'
	executionsOf   listKind = 'x'
)

// place is a place in the order of a list: after the row with these values.
type place struct {
	value int64  // price, time or seq
	id    string // tells rows of one value apart; "" where values are unique
}

// cursor makes the opaque text that a client hands back.
func (p place) cursor(kind listKind) string {
	b := binary.BigEndian.AppendUint64([]byte{byte(kind)}, uint64(p.value))
	return base64.RawURLEncoding.EncodeToString(append(b, p.id...))
}

// parseCursor reads a cursor of that list; false if it is none.
func parseCursor(kind listKind, text string) (place, bool) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) < 9 || listKind(b[0]) != kind {
		return place{}, false
	}
	return place{int64(binary.BigEndian.Uint64(b[1:9])), string(b[9:])}, true
}

func badCursor(text string) error {
	return booking.Invalid("after", "%q is no cursor of this list: use the endCursor of its page before, with the same order", text)
}
