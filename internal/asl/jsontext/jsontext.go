// Package jsontext writes strings of JSON with the escapes that JSON requires and
// no others, as Step Functions does.
package jsontext

// The digits of an escape such as \u001F: Step Functions' Java library writes
// upper case, JavaScript lower case.
const (
	Upper = "0123456789ABCDEF"
	Lower = "0123456789abcdef"
)

// AppendString appends a string in quotes.
func AppendString(out []byte, s, digits string) []byte {
	out = append(out, '"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '"', '\\':
			out = append(out, '\\', c)
		case '\b':
			out = append(out, `\b`...)
		case '\t':
			out = append(out, `\t`...)
		case '\n':
			out = append(out, `\n`...)
		case '\f':
			out = append(out, `\f`...)
		case '\r':
			out = append(out, `\r`...)
		default:
			if c < 0x20 {
				out = append(out, `\u00`...)
				out = append(out, digits[c>>4], digits[c&15])
			} else {
				out = append(out, c)
			}
		}
	}
	return append(out, '"')
}
