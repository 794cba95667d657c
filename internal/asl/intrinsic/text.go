package intrinsic

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/vacancy/vacancy/internal/asl/builtin"
)

// maxCharacters is how much text Step Functions hashes, encodes or decodes.
const maxCharacters = 10_000

func shortText(args []any, position int) (string, error) {
	s, err := stringArgument(args, position)
	if err != nil {
		return "", err
	}
	if len(s) > maxCharacters && utf8.RuneCountInString(s) > maxCharacters {
		return "", fmt.Errorf("argument %d is longer than %d characters", position, maxCharacters)
	}
	return s, nil
}

func base64Encode(_ Env, args []any) (any, error) {
	s, err := shortText(args, 1)
	if err != nil {
		return nil, err
	}
	return base64.StdEncoding.EncodeToString([]byte(s)), nil
}

// base64Decode takes text with or without its padding, and no line breaks.
func base64Decode(_ Env, args []any) (any, error) {
	s, err := shortText(args, 1)
	if err != nil {
		return nil, err
	}
	encoding := base64.RawStdEncoding
	if strings.HasSuffix(s, "=") {
		encoding = base64.StdEncoding
	}
	decoded, err := encoding.DecodeString(s)
	if err != nil || strings.ContainsAny(s, "\r\n") {
		return nil, errors.New("the text is not Base64: " + abbreviated(s))
	}
	return strings.ToValidUTF8(string(decoded), "\uFFFD"), nil
}

func hash(_ Env, args []any) (any, error) {
	s, err := shortText(args, 1)
	if err != nil {
		return nil, err
	}
	algorithm, err := stringArgument(args, 2)
	if err != nil {
		return nil, err
	}
	digest, ok := builtin.Hash(algorithm, s)
	if !ok {
		return nil, fmt.Errorf("the algorithm must be MD5, SHA-1, SHA-256, SHA-384 or SHA-512, not %s", abbreviated(algorithm))
	}
	return digest, nil
}

// stringSplit splits at each of the given characters and leaves out the empty
// parts.
func stringSplit(_ Env, args []any) (any, error) {
	s, err := stringArgument(args, 1)
	if err != nil {
		return nil, err
	}
	delimiters, err := stringArgument(args, 2)
	if err != nil {
		return nil, err
	}
	parts := []any{}
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(delimiters, r) }) {
		parts = append(parts, part)
	}
	return parts, nil
}
