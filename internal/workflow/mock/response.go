package mock

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// parseResponse reads {"0": {"Return": …}, "1-2": {"Throw": {…}}}.
func parseResponse(byInvocation map[string]json.RawMessage) ([]span, error) {
	var spans []span
	var errs []error
	for key, raw := range byInvocation {
		s, err := parseSpan(key)
		if err == nil {
			s.Answer, err = parseAnswer(raw)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%q: %w", key, err))
			continue
		}
		spans = append(spans, s)
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.first, b.first) })
	for i := 1; i < len(spans); i++ {
		if spans[i].first <= spans[i-1].last {
			errs = append(errs, fmt.Errorf("the invocation %d is answered twice", spans[i].first))
		}
	}
	if len(byInvocation) == 0 {
		errs = append(errs, errors.New("it answers no invocation"))
	}
	return spans, errors.Join(errs...)
}

// parseSpan reads "3" or "3-5".
func parseSpan(key string) (span, error) {
	from, to, isRange := strings.Cut(key, "-")
	if !isRange {
		to = from
	}
	first, err1 := strconv.Atoi(from)
	last, err2 := strconv.Atoi(to)
	if err1 != nil || err2 != nil || first < 0 || last < first {
		return span{}, errors.New(`an invocation is a number from 0, or a range such as "1-2"`)
	}
	return span{first: first, last: last}, nil
}

func parseAnswer(raw json.RawMessage) (Answer, error) {
	var a struct {
		Return json.RawMessage
		Throw  *struct{ Error, Cause string }
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&a); err != nil {
		return Answer{}, err
	}
	switch {
	case (a.Return == nil) == (a.Throw == nil):
		return Answer{}, errors.New("it needs either Return or Throw")
	case a.Throw == nil:
		return Answer{Return: a.Return}, nil
	case a.Throw.Error == "":
		return Answer{}, errors.New("Throw needs an Error")
	}
	return Answer{Error: a.Throw.Error, Cause: a.Throw.Cause}, nil
}
