package diagram

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// machine is a definition, or a branch of one, as far as it is drawn.
type machine struct {
	StartAt string
	States  orderedStates
}

type state struct {
	Type          string
	Comment       string
	Next          string
	End           bool
	Default       string
	Choices       []rule
	Catch         []catcher
	Branches      []machine
	Iterator      *machine
	ItemProcessor *machine
}

type catcher struct {
	ErrorEquals []string
	Next        string
}

// orderedStates keeps the states in the order in which they are written, in which a
// reader expects to find them.
type orderedStates []namedState

type namedState struct {
	name string
	state
}

// UnmarshalJSON reads an object whose keys are the names.
func (o *orderedStates) UnmarshalJSON(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return errors.New("States must be an object")
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		s := namedState{name: key.(string)} // a key of an object is a string
		if err := d.Decode(&s.state); err != nil {
			return fmt.Errorf("state %s: %w", s.name, err)
		}
		*o = append(*o, s)
	}
	return nil
}

// Read reads the chart of a definition. The definition should be one that asl.Parse
// accepts: Read refuses only what it cannot draw.
func Read(definition []byte) (Chart, error) {
	var m machine
	if err := json.Unmarshal(definition, &m); err != nil {
		return Chart{}, fmt.Errorf("the definition cannot be read: %w", err)
	}
	return m.chart(), nil
}

func (m machine) chart() Chart {
	c := Chart{StartAt: m.StartAt}
	for _, s := range m.States {
		c.States = append(c.States, s.drawn())
	}
	return c
}

func (s namedState) drawn() State {
	out := State{Name: s.name, Type: s.Type, Comment: s.Comment,
		Terminal: s.End || s.Type == "Succeed" || s.Type == "Fail"}
	if s.Next != "" {
		out.Edges = append(out.Edges, Edge{To: s.Next})
	}
	for _, r := range s.Choices {
		out.Edges = append(out.Edges, Edge{To: r.Next, Label: shorten(r.condition())})
	}
	if s.Default != "" {
		out.Edges = append(out.Edges, Edge{To: s.Default, Label: "otherwise"})
	}
	for _, c := range s.Catch {
		out.Edges = append(out.Edges, Edge{To: c.Next, Label: "on " + strings.Join(c.ErrorEquals, ", ")})
	}
	inner := slices.Clone(s.Branches)
	for _, m := range []*machine{s.ItemProcessor, s.Iterator} {
		if m != nil {
			inner = append(inner, *m)
		}
	}
	for _, m := range inner {
		out.Charts = append(out.Charts, m.chart())
	}
	return out
}

// shorten keeps a label from being wider than its diagram.
func shorten(label string) string {
	const most = 100
	if runes := []rune(label); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return label
}
