package jsonata

import (
	"encoding/base64"
	"math"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// latin1 takes the low byte of each UTF-16 unit, as the language's reference does
// before it encodes.
func latin1(s string) []byte {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xffff {
			r -= 0x10000
			out = append(out, byte(0xd800+r>>10), byte(0xdc00+r&0x3ff))
			continue
		}
		out = append(out, byte(r))
	}
	return out
}

// lenientBase64 decodes both alphabets and passes over what is in neither.
func lenientBase64(s string) []byte {
	s, _, _ = strings.Cut(s, "=")
	clean := make([]byte, 0, len(s))
	for i := range len(s) {
		switch c := s[i]; {
		case c == '-':
			clean = append(clean, '+')
		case c == '_':
			clean = append(clean, '/')
		case isDigit(c) || isLetter(c) || c == '+' || c == '/':
			clean = append(clean, c)
		}
	}
	if len(clean)%4 == 1 {
		clean = clean[:len(clean)-1]
	}
	out, _ := base64.RawStdEncoding.DecodeString(string(clean))
	return out
}

const hexDigits = "0123456789ABCDEF"

// encodeURL escapes every byte but letters, digits and those given.
func encodeURL(name, keep string) func(*call) (any, error) {
	return func(c *call) (any, error) {
		s, ok := c.textArg(0)
		if !ok {
			return undefined, nil
		}
		if strings.ContainsRune(s, utf8.RuneError) {
			return nil, &failure{code: "D3140", token: undefined, value: s, detail: name}
		}
		out := make([]byte, 0, len(s))
		for i := range len(s) {
			if b := s[i]; isDigit(b) || isLetter(b) || strings.IndexByte(keep, b) >= 0 {
				out = append(out, b)
			} else {
				out = append(out, '%', hexDigits[b>>4], hexDigits[b&15])
			}
		}
		return string(out), c.ev.grow(len(out))
	}
}

// decodeURL takes escapes away, but for those of the characters given.
func decodeURL(name, keep string) func(*call) (any, error) {
	return func(c *call) (any, error) {
		s, ok := c.textArg(0)
		if !ok {
			return undefined, nil
		}
		protected := s
		for i := range len(keep) {
			code := "%" + string(hexDigits[keep[i]>>4]) + string(hexDigits[keep[i]&15])
			protected = strings.ReplaceAll(protected, code, "%25"+code[1:])
			protected = strings.ReplaceAll(protected, strings.ToLower(code), "%25"+strings.ToLower(code[1:]))
		}
		out, err := url.PathUnescape(protected)
		if err != nil || !utf8.ValidString(out) {
			return nil, &failure{code: "D3140", token: undefined, value: s, detail: name}
		}
		return out, c.ev.grow(len(out))
	}
}

func formatBase(c *call) (any, error) {
	f, ok := c.numberArg(0)
	if !ok {
		return undefined, nil
	}
	radix := 10.0
	if r, ok := c.numberArg(1); ok {
		radix = roundEven(r)
	}
	if radix < 2 || radix > 36 {
		return nil, failValue("D3100", radix)
	}
	f = roundEven(f)
	if radix == 10 || math.IsNaN(f) || math.IsInf(f, 0) {
		return numberText(f), nil
	}
	sign := ""
	if f < 0 {
		sign, f = "-", -f
	}
	var digits []byte
	for whole := f; ; {
		digits = append(digits, "0123456789abcdefghijklmnopqrstuvwxyz"[int(math.Mod(whole, radix))])
		if whole = math.Floor(whole / radix); whole == 0 {
			break
		}
	}
	slices.Reverse(digits)
	return sign + string(digits), nil
}
