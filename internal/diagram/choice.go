package diagram

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// rule is a Choice rule, or a part of one.
type rule struct {
	Next      string
	Condition string // JSONata
	Variable  string
	And, Or   []rule
	Not       *rule
	compares  []comparison
}

type comparison struct {
	operator string
	value    json.RawMessage
}

// UnmarshalJSON keeps, beside the fields with names of their own, the comparison,
// whose name is its operator.
func (r *rule) UnmarshalJSON(b []byte) error {
	type plainRule rule
	if err := json.Unmarshal(b, (*plainRule)(r)); err != nil {
		return err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(b, &fields); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if _, ok := operatorText(name); ok {
			r.compares = append(r.compares, comparison{name, fields[name]})
		}
	}
	return nil
}

// condition writes the rule as a person would.
func (r rule) condition() string {
	switch {
	case r.Condition != "":
		return strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(r.Condition, "{%"), "%}"))
	case r.And != nil:
		return joined(r.And, " and ")
	case r.Or != nil:
		return joined(r.Or, " or ")
	case r.Not != nil:
		return "not (" + r.Not.condition() + ")"
	}
	var parts []string
	for _, c := range r.compares {
		parts = append(parts, c.text(r.Variable))
	}
	return strings.Join(parts, " and ")
}

func joined(rules []rule, word string) string {
	parts := make([]string, len(rules))
	for i, r := range rules {
		parts[i] = r.condition()
		if r.And != nil || r.Or != nil {
			parts[i] = "(" + parts[i] + ")"
		}
	}
	return strings.Join(parts, word)
}

func (c comparison) text(variable string) string {
	text, _ := operatorText(c.operator)
	if !strings.HasPrefix(c.operator, "Is") {
		return variable + " " + text + " " + strings.Trim(string(c.value), `"`)
	}
	if bytes.Equal(c.value, []byte("false")) {
		text = strings.Replace(text, "is ", "is not ", 1)
	}
	return variable + " " + text
}

// operatorText answers how a comparison operator is written, and whether the name is
// one (Amazon States Language, "Choice State").
func operatorText(name string) (string, bool) {
	name = strings.TrimSuffix(name, "Path")
	switch name {
	case "IsNull", "IsPresent", "IsNumeric", "IsString", "IsBoolean", "IsTimestamp":
		return "is " + strings.ToLower(strings.TrimPrefix(name, "Is")), true
	case "StringMatches":
		return "matches", true
	}
	for _, kind := range []string{"String", "Numeric", "Boolean", "Timestamp"} {
		rest, ok := strings.CutPrefix(name, kind)
		if !ok {
			continue
		}
		sign, ok := map[string]string{"Equals": "=", "LessThan": "<", "GreaterThan": ">", "LessThanEquals": "≤", "GreaterThanEquals": "≥"}[rest]
		return sign, ok
	}
	return "", false
}
