// Package redaction keeps secrets out of logs: tokens, keys, card data and e-mail
// addresses. It is the last wall, not the first: no code of ours means to log one. But a
// path that a client made up, or the error of a library, may have one in it.
package redaction

import (
	"net/url"
	"regexp"
	"strings"
	"sync"
)

// Mark stands where a secret stood.
const Mark = "[redacted]"

// secret is one kind of secret: cheap tells text that has none, so that most log lines
// cost no regular expression.
type secret struct {
	cheap   func(string) bool
	pattern func() *regexp.Regexp
	instead func(string) string
}

func contains(any ...string) func(string) bool {
	return func(text string) bool {
		for _, s := range any {
			if strings.Contains(text, s) {
				return true
			}
		}
		return false
	}
}

// pattern is a regular expression that is compiled when it is used: most processes that start
// have nothing to redact.
func pattern(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}

func all(string) string { return Mark }

var secrets = []secret{
	// JSON Web Tokens: {"… in base64 begins with eyJ.
	{contains("eyJ"), pattern(`eyJ[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*){0,4}`), all},
	// Credentials of an Authorization header.
	{contains("earer", "EARER", "asic", "ASIC"), pattern(`(?i)\b(?:bearer|basic)\s+[A-Za-z0-9+/=._~-]{6,}`), all},
	// Keys and client secrets of Stripe, secrets of webhooks (Standard Webhooks, Stripe).
	{contains("_"), pattern(`\b(?:sk|rk)_(?:live|test)_\w+|\bwhsec_[\w+/=-]+|\b(?:pi|seti|cs)_\w+_secret_\w+`), all},
	// Access key ids of AWS, and private keys in PEM.
	{contains("AKIA", "ASIA"), pattern(`\b(?:AKIA|ASIA)[A-Z0-9]{16}\b`), all},
	{contains("PRIVATE KEY"), pattern(`(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)`), all},
	// Passwords in URLs, and parameters that are secrets by their name.
	{contains("://"), pattern(`://[^/\s:@]*:[^/\s@]+@`), func(string) string { return "://" + Mark + "@" }},
	{contains("="), pattern(`(?i)\b(?:access_?token|id_?token|refresh_?token|token|secret|password|client_?secret|signature)=[^&\s"]+`), all},
	// Members of JSON that are secrets by their name.
	{contains(`":`), pattern(`(?i)"[a-z_]*(?:token|secret|password|authorization|card_?(?:no|number)|cvc)"\s*:\s*"[^"]*"?`), func(member string) string {
		name, _, _ := strings.Cut(member, ":")
		return name + `:"` + Mark + `"`
	}},
	{contains("@", "%40"), pattern(`[A-Za-z0-9.!#$&'*+?^_{|}~-]+(?:@|%40)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)+`), all},
	// Numbers of cards: 13 to 19 digits, in groups or not, whose check digit is right.
	{manyDigits, pattern(`\b[2-6](?:[ -]?\d){12,18}\b`), func(number string) string {
		if luhn(number) {
			return Mark
		}
		return number
	}},
}

// What a byte tells of a text: each pattern but that of a card's number takes one of the
// telling bytes to match.
const (
	telling = 1 + iota
	digit   // a card's number has 13 of them, in groups or not
	between // groups of digits
)

var tells = func() (of [256]byte) {
	// J of eyJ, white space after bearer and basic and in PRIVATE KEY, I of AKIA and ASIA.
	for _, c := range []byte("JI_=@%\"\t\n\f\r ") {
		of[c] = telling
	}
	for c := '0'; c <= '9'; c++ {
		of[c] = digit
	}
	of['-'] = between
	return of
}()

// suspect reports whether there may be a secret in the text, in one look at each byte: what
// is logged of most requests has none.
func suspect(text string) bool {
	digits := 0
	for i := range len(text) {
		switch tells[text[i]] {
		case telling:
			return true
		case digit:
			if digits++; digits >= shortestCard {
				return true
			}
		case between:
		default:
			digits = 0
		}
	}
	return false
}

// Text answers the text with every secret in it marked.
func Text(text string) string {
	if strings.Contains(text, "%") { // a secret may be escaped as in a URL
		if plain, err := url.PathUnescape(text); err == nil && plain != text {
			if clean := redact(plain); clean != plain {
				return clean
			}
		}
	}
	return redact(text)
}

func redact(text string) string {
	if !suspect(text) {
		return text
	}
	for _, s := range secrets {
		if s.cheap(text) {
			text = s.pattern().ReplaceAllStringFunc(text, s.instead)
		}
	}
	return text
}

// What the names of values end with, or are, that are never shown.
var (
	secretEndings = []string{"token", "secret", "password", "passwd", "authorization", "cookie", "credential", "apikey", "api_key", "signingkey", "signing_key", "privatekey", "private_key"}
	secretNames   = []string{"card", "cardno", "card_no", "cardnumber", "card_number", "pan", "cvc", "cvv", "email", "e-mail"}
)

// Named reports whether a value of this name is a secret.
func Named(name string) bool {
	for _, ending := range secretEndings {
		if from := len(name) - len(ending); from >= 0 && strings.EqualFold(name[from:], ending) {
			return true
		}
	}
	for _, whole := range secretNames {
		if strings.EqualFold(name, whole) {
			return true
		}
	}
	return false
}

// shortestCard is how many digits the shortest card number has.
const shortestCard = 13

// manyDigits reports whether there are as many digits in a row, or in groups, as the
// shortest card number has.
func manyDigits(text string) bool {
	n := 0
	for i := range len(text) {
		switch c := text[i]; {
		case '0' <= c && c <= '9':
			if n++; n >= shortestCard {
				return true
			}
		case c != ' ' && c != '-':
			n = 0
		}
	}
	return false
}

// luhn checks the check digit of a card number (ISO/IEC 7812-1, annex B).
func luhn(number string) bool {
	sum, double := 0, false
	for i := len(number) - 1; i >= 0; i-- {
		digit := int(number[i]) - '0'
		if digit < 0 || digit > 9 {
			continue
		}
		if double {
			if digit *= 2; digit > 9 {
				digit -= 9
			}
		}
		sum, double = sum+digit, !double
	}
	return sum%10 == 0
}
