package sqlite

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// Timelines and payments stand in the file as the JSON that encoding/json makes of them,
// without the members of a payment that are empty. Each transition reads and writes them in
// the writer's goroutine, where encoding/json took a sixth of the time that an execution
// has until it waits. What is written here encoding/json reads, and what is not as it is
// written here is left to encoding/json.

func encodeTimeline(events []booking.TimelineEvent) []byte {
	w := jsonWriter{b: make([]byte, 0, 2+128*len(events))}
	w.raw("[")
	for i, e := range events {
		if i > 0 {
			w.raw(",")
		}
		w.raw("{")
		w.text("kind", string(e.Kind))
		w.time("at", e.At)
		w.optText("by", e.By)
		w.optInt("amount", e.Amount)
		w.optText("note", e.Note)
		w.raw("}")
	}
	w.raw("]")
	return w.b
}

func encodePayment(p *booking.Payment) []byte {
	if p == nil {
		return nil
	}
	w := jsonWriter{b: make([]byte, 0, 320)}
	w.raw("{")
	w.text("ID", p.ID)
	w.optInt("Attempt", int64(p.Attempt))
	w.text("Status", string(p.Status))
	w.name("Amount")
	w.raw("{")
	w.optInt("amount", p.Amount.Amount)
	w.text("currency", p.Amount.Currency)
	w.raw("}")
	w.optText("Method", p.Method)
	w.optText("GatewayRef", p.GatewayRef)
	w.optText("DeclineCode", p.DeclineCode)
	w.optTime("CreatedAt", p.CreatedAt)
	w.optTime("AuthorizedAt", p.AuthorizedAt)
	w.optTime("CapturedAt", p.CapturedAt)
	w.optTime("EndedAt", p.EndedAt)
	w.raw("}")
	return w.b
}

// jsonWriter appends the members of objects.
type jsonWriter struct{ b []byte }

func (w *jsonWriter) raw(s string) { w.b = append(w.b, s...) }

func (w *jsonWriter) name(name string) {
	if w.b[len(w.b)-1] != '{' {
		w.b = append(w.b, ',')
	}
	w.b = append(w.b, '"')
	w.b = append(w.b, name...)
	w.b = append(w.b, '"', ':')
}

func (w *jsonWriter) text(name, v string) {
	w.name(name)
	if !plain(v) {
		text, _ := json.Marshal(v) // a string: it cannot fail
		w.b = append(w.b, text...)
		return
	}
	w.b = append(w.b, '"')
	w.b = append(w.b, v...)
	w.b = append(w.b, '"')
}

func (w *jsonWriter) optText(name, v string) {
	if v != "" {
		w.text(name, v)
	}
}

func (w *jsonWriter) optInt(name string, v int64) {
	if v != 0 {
		w.name(name)
		w.b = strconv.AppendInt(w.b, v, 10)
	}
}

func (w *jsonWriter) time(name string, v time.Time) {
	w.name(name)
	w.b = append(w.b, '"')
	w.b = v.AppendFormat(w.b, time.RFC3339Nano)
	w.b = append(w.b, '"')
}

func (w *jsonWriter) optTime(name string, v time.Time) {
	if !v.IsZero() {
		w.time(name, v)
	}
}

// plain reports whether JSON has the text as it is.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

func decodeTimeline(text string) ([]booking.TimelineEvent, error) {
	r := jsonReader{rest: text}
	events := make([]booking.TimelineEvent, 0, 4)
	r.list(func() {
		var e booking.TimelineEvent
		r.object(func(name string) {
			switch name {
			case "kind":
				e.Kind = booking.TimelineKind(r.text())
			case "at":
				e.At = r.time()
			case "by":
				e.By = r.text()
			case "amount":
				e.Amount = r.int()
			case "note":
				e.Note = r.text()
			default:
				r.bad = true
			}
		})
		events = append(events, e)
	})
	if r.whole() {
		return events, nil
	}
	events = nil
	err := json.Unmarshal([]byte(text), &events)
	return events, err
}

// decodePayment answers nil for "".
func decodePayment(text string) (*booking.Payment, error) {
	if text == "" {
		return nil, nil
	}
	r, p := jsonReader{rest: text}, &booking.Payment{}
	r.object(func(name string) {
		switch name {
		case "ID":
			p.ID = r.text()
		case "Attempt":
			p.Attempt = int(r.int())
		case "Status":
			p.Status = booking.PaymentStatus(r.text())
		case "Amount":
			r.object(func(name string) {
				switch name {
				case "amount":
					p.Amount.Amount = r.int()
				case "currency":
					p.Amount.Currency = r.text()
				default:
					r.bad = true
				}
			})
		case "Method":
			p.Method = r.text()
		case "GatewayRef":
			p.GatewayRef = r.text()
		case "DeclineCode":
			p.DeclineCode = r.text()
		case "CreatedAt":
			p.CreatedAt = r.time()
		case "AuthorizedAt":
			p.AuthorizedAt = r.time()
		case "CapturedAt":
			p.CapturedAt = r.time()
		case "EndedAt":
			p.EndedAt = r.time()
		default:
			r.bad = true
		}
	})
	if r.whole() {
		return p, nil
	}
	p = &booking.Payment{}
	err := json.Unmarshal([]byte(text), p)
	return p, err
}
