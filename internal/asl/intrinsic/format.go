package intrinsic

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/vacancy/vacancy/internal/asl/number"
)

// maxText bounds the text that a function builds. Step Functions' payloads end
// at 256 KiB; this leaves room for what a later function makes smaller again.
const maxText = 1 << 20

var errTextTooLong = fmt.Errorf("the result is longer than %d bytes", maxText)

// template is the first argument of States.Format: len(texts)-1 values go
// between the texts.
type template struct {
	texts []string
	err   error // an escape that does not exist
}

// parseTemplate splits at each {} that is not escaped, and takes the escapes away.
func parseTemplate(raw string) *template {
	t := &template{}
	var text strings.Builder
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '\\' && i+1 < len(raw):
			i++
			if strings.IndexByte(`'{}\`, raw[i]) < 0 {
				t.err = fmt.Errorf("the escape \\%c does not exist in a string; write \\\\ for a backslash", raw[i])
			}
			text.WriteByte(raw[i])
		case c == '{' && i+1 < len(raw) && raw[i+1] == '}':
			i++
			t.texts = append(t.texts, text.String())
			text.Reset()
		default:
			text.WriteByte(c)
		}
	}
	t.texts = append(t.texts, text.String())
	return t
}

func (t *template) check(values int) error {
	if t.err != nil {
		return t.err
	}
	if want := len(t.texts) - 1; want != values {
		return fmt.Errorf("the template has %d places ({}), but there are %d values for them", want, values)
	}
	return nil
}

func (t *template) fill(values []any) (any, error) {
	if err := t.check(len(values)); err != nil {
		return nil, err
	}
	var out []byte
	for i, v := range values {
		out = append(out, t.texts[i]...)
		switch v := v.(type) {
		case nil:
			out = append(out, "null"...)
		case string:
			out = append(out, v...)
		case bool:
			out = strconv.AppendBool(out, v)
		case json.Number:
			out = append(out, number.Canonical(v)...)
		default:
			return nil, fmt.Errorf("the value for place %d must be a string, a number, a boolean or null, not %s", i+1, abbreviated(v))
		}
		if len(out) > maxText {
			return nil, errTextTooLong
		}
	}
	out = append(out, t.texts[len(t.texts)-1]...)
	return string(out), nil
}

// format is States.Format with a template that is known only now.
func format(_ Env, args []any) (any, error) {
	raw, ok := args[0].(string)
	if !ok {
		return nil, errors.New("the template must be a string, not " + abbreviated(args[0]))
	}
	return parseTemplate(raw).fill(args[1:])
}
