package asl

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxHistory is how many events an execution may have (Step Functions quotas).
const maxHistory = 25_000

// maxPayload is the most bytes that an input or output may have (Step Functions quotas).
const maxPayload = 256 * 1024

// event appends an event of a thread to the history and answers its id. What happens in
// an iteration of a distributed Map is the history of another execution, which is only
// counted.
func (a *advance) event(f *frame, kind string, details details) int64 {
	if f.home != nil {
		f.home.quiet++
		f.last = f.home.quiet
		return f.last
	}
	if a.state.last >= maxHistory-1 {
		a.overflow = true // the last event tells of it
		return f.last
	}
	a.state.last++
	a.written += len(details)
	a.events = append(a.events, HistoryEvent{ID: a.state.last, PreviousID: f.last, Type: kind, Timestamp: a.env.Now, Details: details.end()})
	f.last = a.state.last
	return f.last
}

// details are the details of an event while they are written.
type details []byte

// newDetails makes room for about size bytes.
func newDetails(size int) details { return append(make(details, 0, size+16), '{') }

func (d details) end() json.RawMessage {
	if len(d) == 0 {
		return json.RawMessage("{}")
	}
	return json.RawMessage(append(d, '}'))
}

func (d details) text(name, v string) details { return appendString(d.name(name), v) }

func (d details) number(name string, v int64) details { return strconv.AppendInt(d.name(name), v, 10) }

// payload writes JSON as the string that Step Functions makes of it, with its twin "…Details".
func (d details) payload(name string, raw json.RawMessage) details {
	d = appendString(d.name(name), raw)
	return append(d.name(name+"Details"), `{"truncated":false}`...)
}

// variables writes assigned variables: each as the JSON that it is, in a string.
func (d details) variables(assigned map[string]any) details {
	d = append(d.name("assignedVariables"), '{')
	for i, name := range slices.Sorted(maps.Keys(assigned)) {
		if i > 0 {
			d = append(d, ',')
		}
		d = append(appendString(d, name), ':')
		d = appendString(d, encodeJSON(assigned[name]))
	}
	return append(append(d, '}').name("assignedVariablesDetails"), `{"truncated":false}`...)
}

// failure writes error and cause as far as there are any.
func (d details) failure(why *failure) details {
	if !why.noName {
		d = d.text("error", why.name)
	}
	if !why.noCause {
		d = d.text("cause", why.cause)
	}
	return d
}

func (d details) name(name string) details {
	if len(d) > 1 {
		d = append(d, ',')
	}
	d = append(d, '"')
	d = append(d, name...)
	return append(d, '"', ':')
}

// plain are the bytes that a JSON string has as they are.
var plain = func() (plain [256]bool) {
	for c := ' '; c < utf8.RuneSelf; c++ {
		plain[c] = c != '"' && c != '\\'
	}
	return plain
}()

// appendString writes a JSON string. Details of events are most of what a runner
// writes, and encoding/json would copy each of them twice.
func appendString[T string | json.RawMessage](b []byte, s T) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if plain[c] {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, size := decodeRune(s[i:])
			if r == utf8.RuneError && size == 1 {
				b = append(b, s[start:i]...)
				b = append(b, "\ufffd"...)
				start = i + 1
			}
			i += size
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

func decodeRune[T string | json.RawMessage](s T) (rune, int) {
	return utf8.DecodeRuneInString(string(s[:min(len(s), utf8.UTFMax)]))
}

// service is how events name what a task calls.
type service struct {
	kind   string  // resourceType, "lambda"
	name   string  // resource, "invoke.waitForTaskToken"
	lambda bool    // a function's own ARN
	head   details // with which the details of its events begin
}

// placeholder is what a deployment fills in; AWS::Partition in it would count as parts.
var placeholder = regexp.MustCompile(`\$\{[^}]*\}`)

func serviceOf(resource, pattern string) service {
	parts := strings.Split(placeholder.ReplaceAllString(resource, "x"), ":")
	if len(parts) >= 7 && parts[2] == "lambda" && parts[5] == "function" {
		return functionService(resource)
	}
	s := service{kind: parts[2], name: strings.Join(parts[5:], ":")}
	if len(parts) >= 7 && parts[2] == "states" && parts[3] == "" {
		s.kind, s.name = strings.Join(parts[5:len(parts)-1], ":"), parts[len(parts)-1]
	}
	if pattern != "" {
		s.name += "." + pattern
	}
	s.head = newDetails(64).text("resource", s.name).text("resourceType", s.kind)
	return s
}

// functionService is that of a function that is called by its own ARN.
func functionService(arn string) service {
	return service{name: arn, lambda: true, head: newDetails(0)}
}

// details begins the details of an event of the task.
func (s *service) details(size int) details {
	return append(make(details, 0, len(s.head)+size+16), s.head...)
}

// event is the type of an event of the task: of Lambda's own or the general one.
func (s *service) event(what string) string {
	if s.lambda {
		return functionEvents[what]
	}
	return taskEvents[what]
}

var taskEvents, functionEvents = func() (task, function map[string]string) {
	task, function = map[string]string{}, map[string]string{}
	for _, what := range []string{"Scheduled", "Started", "Submitted", "Succeeded", "Failed", "TimedOut"} {
		task[what], function[what] = "Task"+what, "LambdaFunction"+what
	}
	return task, function
}()
