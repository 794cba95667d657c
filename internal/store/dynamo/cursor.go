package dynamo

import (
	"encoding/base64"

	"github.com/vacancy/vacancy/internal/booking"
)

// listKind is the first byte of a cursor: a cursor of one list is none of another.
type listKind byte

const (
	byPriceList     listKind = 'p'
	byNewestList    listKind = 'n'
	reservationList listKind = 'r'
)

// cursor makes the opaque text that a client hands back: after the row of this sort key.
func cursor(kind listKind, sort string) string {
	return base64.RawURLEncoding.EncodeToString(append([]byte{byte(kind)}, sort...))
}

// parseCursor reads a cursor of that list. Refused with InvalidInput if it is none.
func parseCursor(kind listKind, text string) (sort string, err error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) < 2 || listKind(b[0]) != kind {
		return "", booking.Invalid("after", "%q is no cursor of this list: use the endCursor of its page before, with the same order", text)
	}
	return string(b[1:]), nil
}
