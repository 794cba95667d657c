package asl

import (
	"crypto/subtle"
	"encoding/base64"
	"strconv"
	"strings"
)

// taskToken makes the token of a task: whose it is, which task, and 128 random bits
// that nobody can guess.
func taskToken(x *ExecutionContext, taskID int64, nonce [2]uint64) string {
	text := strings.Join([]string{x.StateMachineName, x.ExecutionName, strconv.FormatInt(taskID, 36),
		strconv.FormatUint(nonce[0], 36), strconv.FormatUint(nonce[1], 36)}, "\x00")
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

// token is the token of the frame's task.
func (f *frame) token(x *ExecutionContext) string {
	if f.task.token == "" {
		f.task.token = taskToken(x, f.task.id, f.task.nonce)
	}
	return f.task.token
}

// TokenExecution answers the state machine and the execution that a task token names. It does
// not say that the token is good: Advance does.
func TokenExecution(token string) (machine, execution string, ok bool) {
	text, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return "", "", false
	}
	parts := strings.Split(string(text), "\x00")
	if len(parts) != 5 || parts[1] == "" {
		return "", "", false
	}
	return parts[0], parts[1], true
}

// sameToken compares in constant time, so that a token cannot be guessed byte by byte.
func sameToken(a, b string) bool {
	return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}
