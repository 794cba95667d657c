package httpapi

import (
	"encoding/json"
	"net/http"
)

// Codes of what went wrong on our side.
const (
	codeInternal    = "INTERNAL"
	codeUnavailable = "UNAVAILABLE" // for a while: ask again
)

// writeError answers an error in the shape of a GraphQL answer, on every route.
func writeError(w http.ResponseWriter, status int, code, message, requestID string) {
	type extensions struct {
		Code      string `json:"code"`
		RequestID string `json:"requestId,omitempty"`
	}
	type graphqlError struct {
		Message    string     `json:"message"`
		Extensions extensions `json:"extensions"`
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string][]graphqlError{
		"errors": {{Message: message, Extensions: extensions{Code: code, RequestID: requestID}}},
	})
}
