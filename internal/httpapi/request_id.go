package httpapi

import "context"

// HeaderRequestID carries a request's id, in a request and in its answer.
const HeaderRequestID = "X-Request-Id"

// MaxRequestIDLength is the longest id that is taken from a request.
const MaxRequestIDLength = 64

type requestIDKey struct{}

// RequestID answers the id of the request that the context is of, or "".
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// acceptable reports whether an id that a client sent may stand in our logs.
func acceptable(id string) bool {
	if id == "" || len(id) > MaxRequestIDLength {
		return false
	}
	for _, c := range []byte(id) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.':
		default:
			return false
		}
	}
	return true
}
