package simulated

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"strings"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga/order"
)

// Cards is the gateway's vault: it exchanges card numbers for tokens. A token is a payment
// method of this gateway, a dot, and a digest of the number under the vault's key: the same
// card has the same token, and without the key nobody tells a card from it. The number
// itself is kept nowhere.
type Cards struct{ key []byte }

var _ order.Cards = Cards{}

// NewCards makes a vault of a secret key.
func NewCards(key []byte) Cards { return Cards{key} }

// magicCards are numbers that do not just work, by their digits. They are those that other
// gateways' test modes know, so that nobody needs to learn new ones.
var magicCards = map[string]string{
	"4000000000000002": "pm_declined",
	"4000000000009995": "pm_insufficient_funds",
	"4000000000000341": "pm_capture_fails",
}

// maxCardNumber is the longest number that is taken, in bytes.
const maxCardNumber = 64

// Exchange answers the card's token. The number may be any text: one of magicCards, or the
// name of one of Methods, makes happen what that says; every other one works.
func (c Cards) Exchange(_ context.Context, number order.CardNumber) (order.Card, error) {
	if number == "" || len(number) > maxCardNumber {
		return order.Card{}, booking.Invalid("cardNumber", "a card number has 1 to %d bytes", maxCardNumber)
	}
	mac := hmac.New(sha256.New, c.key)
	_, _ = mac.Write([]byte(number)) // a hash never fails
	return order.Card{Token: methodOfCard(string(number)) + tokenSeparator + tokenEncoding.EncodeToString(mac.Sum(nil)[:tokenBytes]),
		Last4: order.Last4(number)}, nil
}

func methodOfCard(number string) string {
	if m, known := magicCards[strings.NewReplacer(" ", "", "-", "").Replace(number)]; known {
		return m
	}
	for _, m := range methods {
		if m.Name == number {
			return m.Name
		}
	}
	return methods[0].Name
}

// A token is METHOD.DIGEST, the digest of tokenBytes bytes.
const (
	tokenSeparator = "."
	tokenBytes     = 15
)

var tokenEncoding = base32.HexEncoding.WithPadding(base32.NoPadding)

// untokened answers the method that a token of Cards stands for; any other text as it is.
func untokened(method string) string {
	name, digest, isToken := strings.Cut(method, tokenSeparator)
	if raw, err := tokenEncoding.DecodeString(digest); isToken && err == nil && len(raw) == tokenBytes {
		return name
	}
	return method
}
