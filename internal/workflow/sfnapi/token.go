package sfnapi

import (
	"encoding/base64"
	"strings"
)

// Tokens of pages say whose they are, so that one that is none is found out.
const tokenMark = "v1:"

func sealToken(after string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(tokenMark + after))
}

// openToken answers what sealToken was given, "" for no token.
func openToken(token *string) (string, error) {
	if token == nil {
		return "", nil
	}
	text, err := base64.RawURLEncoding.DecodeString(*token)
	after, ours := strings.CutPrefix(string(text), tokenMark)
	if err != nil || !ours {
		return "", refuse(invalidToken, "Invalid Token: 'Invalid token'")
	}
	return after, nil
}
