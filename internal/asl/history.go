package asl

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxHistory is how many events an execution may have (Step Functions quotas).
const maxHistory = 25_000

// maxPayload is the most bytes that an input or output may have (Step Functions quotas).
const maxPayload = 256 * 1024

// event appends an event of a thread to the history and answers its id. The last place
// that a history has is kept for the event that ends it.
func (a *advance) event(f *frame, kind string, details json.RawMessage) int64 {
	if a.state.last >= maxHistory-1 && !a.full {
		a.full = true
		a.end(Failed, failure{name: errRuntime, cause: "The execution reached the maximum number of history events (25000)."})
	}
	if a.state.last >= maxHistory {
		return f.last
	}
	a.state.last++
	a.events = append(a.events, HistoryEvent{ID: a.state.last, PreviousID: f.last, Type: kind, Timestamp: a.env.Now, Details: details})
	f.last = a.state.last
	return f.last
}

// details writes the details of an event: names and values in turn. A string is written
// as one; JSON as the string that Step Functions makes of it, with its twin "…Details".
func details(pairs ...any) json.RawMessage {
	size := 2
	for _, p := range pairs {
		if raw, ok := p.(json.RawMessage); ok {
			size += len(raw) + len(raw)/4
		}
		size += 24
	}
	b := append(make([]byte, 0, size), '{')
	for i := 0; i+1 < len(pairs); i += 2 {
		name := pairs[i].(string)
		switch v := pairs[i+1].(type) {
		case json.RawMessage:
			b = appendName(b, name)
			b = appendString(b, string(v))
			b = appendName(b, name+"Details")
			b = append(b, `{"truncated":false}`...)
		case string:
			b = appendName(b, name)
			b = appendString(b, v)
		case int64:
			b = appendName(b, name)
			b = strconv.AppendInt(b, v, 10)
		case map[string]any:
			b = appendName(b, name)
			b = append(b, encodeJSON(v)...)
		}
	}
	return append(b, '}')
}

func appendName(b []byte, name string) []byte {
	if len(b) > 1 {
		b = append(b, ',')
	}
	b = append(b, '"')
	b = append(b, name...)
	return append(b, '"', ':')
}

// appendString writes a JSON string. Details of events are most of what a runner
// writes, and encoding/json would copy each of them twice.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				b = append(b, s[start:i]...)
				b = append(b, "\ufffd"...)
				start = i + 1
			}
			i += size
			continue
		}
		if c != '"' && c != '\\' && c >= ' ' {
			i++
			continue
		}
		b = append(b, s[start:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		default:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		i++
		start = i
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

// service is how events name what a task calls: resourceType and resource.
func (s *state) service() (resourceType, resource string, lambda bool) {
	parts := strings.Split(s.resource, ":")
	if len(parts) >= 7 && parts[2] == "lambda" && parts[5] == "function" {
		return "", s.resource, true
	}
	if len(parts) >= 7 && parts[2] == "states" && parts[3] == "" {
		resourceType, resource = strings.Join(parts[5:len(parts)-1], ":"), parts[len(parts)-1]
	} else {
		resourceType, resource = parts[2], strings.Join(parts[5:], ":")
	}
	if s.pattern != "" {
		resource += "." + s.pattern
	}
	return resourceType, resource, false
}
