package diagram

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Mermaid writes the chart as a stateDiagram-v2. With a path it marks the states that
// were entered and numbers the transitions that were taken, in their order. The same
// input gives the same text.
func Mermaid(c Chart, path *Path) string {
	d := drawing{ids: map[string]string{}, path: path}
	d.name(c)
	d.line(0, "stateDiagram-v2")
	d.chart(1, c)
	d.marks()
	return d.text.String()
}

type drawing struct {
	text strings.Builder
	ids  map[string]string // of states, by name
	path *Path
}

// plain is a name that Mermaid takes as an identifier of a state.
var plain = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*$`)

// keywords of Mermaid's grammar, in lower case, which no identifier may be.
var keywords = []string{"state", "end", "class", "classdef", "style", "note", "direction", "as", "default", "click", "href", "scale", "hide"}

// name gives every state an identifier: its name where that is one.
func (d *drawing) name(c Chart) {
	for _, s := range c.States {
		id := s.Name
		if !plain.MatchString(id) || slices.Contains(keywords, strings.ToLower(id)) {
			id = "state_" + strconv.Itoa(len(d.ids)+1)
		}
		d.ids[s.Name] = id
		for _, inner := range s.Charts {
			d.name(inner)
		}
	}
}

func (d *drawing) line(depth int, format string, args ...any) {
	fmt.Fprintf(&d.text, "%s%s\n", strings.Repeat("    ", depth), fmt.Sprintf(format, args...))
}

func (d *drawing) chart(depth int, c Chart) {
	d.line(depth, "[*] --> %s", d.ids[c.StartAt])
	for _, s := range c.States {
		if id := d.ids[s.Name]; id != s.Name {
			d.line(depth, `state "%s" as %s`, escape(s.Name), id)
		}
		if len(s.Charts) > 0 {
			d.composite(depth, s)
		}
		for _, e := range merged(s.Edges) {
			d.edge(depth, s.Name, d.ids[e.To], e.To, e.Label)
		}
		if s.Terminal {
			d.edge(depth, s.Name, "[*]", End, "")
		}
	}
}

// composite draws a state with charts inside: the branches of Parallel beside each other.
func (d *drawing) composite(depth int, s State) {
	d.line(depth, "state %s {", d.ids[s.Name])
	for i, inner := range s.Charts {
		if i > 0 {
			d.line(depth+1, "--")
		}
		d.chart(depth+1, inner)
	}
	d.line(depth, "}")
}

func (d *drawing) edge(depth int, from, toID, to, label string) {
	label = escape(label)
	if steps := d.path.steps(from, to); steps != "" {
		label = strings.TrimSuffix("✓ "+steps+" · "+label, " · ")
	}
	if label == "" {
		d.line(depth, "%s --> %s", d.ids[from], toID)
		return
	}
	d.line(depth, "%s --> %s: %s", d.ids[from], toID, label)
}

// marks colours the states by what became of them.
func (d *drawing) marks() {
	if d.path == nil {
		return
	}
	d.line(1, "classDef taken fill:#d9f2e3,stroke:#1a7f4b,color:#0b3d24")
	d.line(1, "classDef undone fill:#dbe9fb,stroke:#2563a8,color:#0f2c4d")
	d.line(1, "classDef caught fill:#fdebd3,stroke:#c46a00,color:#5a3000")
	d.line(1, "classDef current fill:#fff4cc,stroke:#b58900,color:#4d3a00")
	d.line(1, "classDef failed fill:#fde0dd,stroke:#c0392b,color:#5b1a14")
	for _, mark := range []string{Taken, Undone, Caught, Current, Failed} {
		var ids []string
		for _, name := range d.path.marked(mark) {
			if id, known := d.ids[name]; known {
				ids = append(ids, id)
			}
		}
		if len(ids) > 0 {
			d.line(1, "class %s %s", strings.Join(ids, ","), mark)
		}
	}
}

// merged joins edges to the same state into one, as Mermaid draws equal arrows over
// each other.
func merged(edges []Edge) []Edge {
	var out []Edge
	for _, e := range edges {
		i := slices.IndexFunc(out, func(o Edge) bool { return o.To == e.To })
		switch {
		case i < 0:
			out = append(out, e)
		case out[i].Label == "":
			out[i].Label = "also " + e.Label
		case e.Label == "":
			out[i].Label = "also " + out[i].Label
		default:
			out[i].Label += " or " + e.Label
		}
	}
	return out
}

// escape writes characters that mean something to Mermaid as its entity codes.
func escape(s string) string {
	return strings.NewReplacer("#", "#35;", ";", "#59;", ":", "#58;", `"`, "#quot;", "<", "#lt;", ">", "#gt;",
		"{", "#123;", "}", "#125;", "\n", " ", "\r", " ").Replace(s)
}
