// Package diagram draws state machines as Mermaid state diagrams
// (https://mermaid.js.org/syntax/stateDiagram.html), with the path that an execution
// took, if one is given.
package diagram

// Chart is what is drawn of a definition of the Amazon States Language: its states
// in the order in which they are written.
type Chart struct {
	StartAt string
	States  []State
}

// State is one state. Names are unique in a whole machine, nested charts included.
type State struct {
	Name     string
	Type     string // "Task", "Choice", …
	Comment  string
	Edges    []Edge
	Terminal bool    // the machine, or the branch, may end here
	Charts   []Chart // of Parallel its branches, of Map its item processor
}

// Edge leads to a state that may follow.
type Edge struct {
	To    string
	Label string // when it is taken; "" for the plain Next
}
