package app

import (
	"encoding/base32"
	"strings"

	"github.com/google/uuid"
)

// idEncoding keeps the order of what it encodes, so ids grow with time.
var idEncoding = base32.HexEncoding.WithPadding(base32.NoPadding)

// NewID makes ids of UUIDs of version 7 (RFC 9562): a millisecond, a counter and 62
// random bits. "res_0d9k1m4n7s6ug0o2qk7o5v1b3c" names a reservation.
func NewID(kind string) string {
	id, err := uuid.NewV7()
	if err != nil {
		panic(err) // the system has no randomness left to give: nothing here is safe any more
	}
	return kind + "_" + strings.ToLower(idEncoding.EncodeToString(id[:]))
}
