package jsontext

import (
	"encoding/json"
	"testing"
)

func TestAppendString(t *testing.T) {
	const text = "say \"hi\" \\ <&> é😀 \u2028 \x00\x1f\b\t\n\f\r /"
	for digits, want := range map[string]string{
		Upper: "\"say \\\"hi\\\" \\\\ <&> é😀 \u2028 \\u0000\\u001F\\b\\t\\n\\f\\r /\"",
		Lower: "\"say \\\"hi\\\" \\\\ <&> é😀 \u2028 \\u0000\\u001f\\b\\t\\n\\f\\r /\"",
	} {
		got := AppendString([]byte("x"), text, digits)
		if string(got) != "x"+want {
			t.Errorf("got %s, want x%s", got, want)
		}
		var back string
		if err := json.Unmarshal(got[1:], &back); err != nil || back != text {
			t.Errorf("read again: %q, %v", back, err)
		}
	}
}
