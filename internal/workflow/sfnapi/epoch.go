package sfnapi

import (
	"strconv"
	"time"
)

// epoch is a time as the wire has it: seconds since 1970 UTC, to the millisecond.
type epoch time.Time

// MarshalJSON implements json.Marshaler.
func (e epoch) MarshalJSON() ([]byte, error) {
	ms := time.Time(e).UnixMilli()
	b := strconv.AppendInt(nil, ms/1000, 10)
	if rest := ms % 1000; rest != 0 {
		b = append(b, '.', byte('0'+rest/100), byte('0'+rest/10%10), byte('0'+rest%10))
	}
	return b, nil
}

// endOf answers nil for an execution that runs.
func endOf(t time.Time) *epoch {
	if t.IsZero() {
		return nil
	}
	e := epoch(t)
	return &e
}
