package asl

import (
	"time"

	"github.com/vacancy/vacancy/internal/asl/jsonpath"
)

// Machine is a parsed, validated and compiled definition. It is immutable and
// safe for concurrent use.
type Machine struct {
	comment string
	top     *graph
	timeout time.Duration // of the whole execution; 0: none
	// readsExecutionInput says that $$.Execution.Input may be asked for, so a state keeps it.
	readsExecutionInput bool
}

// graph is the states of a machine, a branch or an item processor.
type graph struct {
	startAt string
	states  map[string]*state
	order   []string // as in the source
}

// state is one compiled state. Which fields are used depends on its kind.
type state struct {
	name    string
	kind    StateType
	entered string // types of its events
	exited  string
	comment string
	next    string
	end     bool

	jsonata bool // its query language

	inputPath  pathField
	outputPath pathField
	resultPath pathField
	parameters template // Parameters or Arguments; of a Map ItemSelector is itemSelector
	output     template // Output
	selector   template // ResultSelector
	assign     template
	retry      []retrier
	catch      []catcher

	resource  string // of a Task, without pattern suffix
	pattern   string
	service   service
	function  string // FunctionName, where it is a constant
	timeout   secondsField
	heartbeat secondsField

	choices   []choice
	otherwise string // Default

	until  time.Time // Timestamp of a Wait
	at     *jsonpath.Path
	atExpr template // Timestamp in JSONata
	wait   secondsField
	result *value // of a Pass

	failError, failCause failText

	branches       []*graph // of a Parallel; of a Map the one item processor
	distributed    bool
	reads          bool // it has an ItemReader; only when it is tested by itself
	itemsPath      *jsonpath.Path
	items          template // Items
	batcher        *batcher
	itemSelector   template
	concurrency    secondsField // MaxConcurrency(Path)
	toleratedCount secondsField
	toleratedShare secondsField // percent
}

// failText is Error or Cause of a Fail.
type failText struct {
	constant string
	given    bool
	expr     template // in place of the constant
	byPath   string   // the expression as written, where it stands in ErrorPath or CausePath
}

// batcher is the ItemBatcher of a distributed Map.
type batcher struct {
	maxItems, maxBytes secondsField
	input              template
}

// notesInput and notesParameters say of which states the TestState API shows the data
// after InputPath and after Parameters.
func (s *state) notesInput() bool {
	switch s.kind {
	case ParallelState, MapState:
		return false
	}
	return !s.jsonata && s.result == nil
}

func (s *state) notesParameters() bool {
	return s.notesInput() && (s.kind == TaskState || s.kind == PassState)
}

// StateType is the type of a state.
type StateType string

const (
	TaskState     StateType = "Task"
	PassState     StateType = "Pass"
	ChoiceState   StateType = "Choice"
	WaitState     StateType = "Wait"
	SucceedState  StateType = "Succeed"
	FailState     StateType = "Fail"
	ParallelState StateType = "Parallel"
	MapState      StateType = "Map"
)

// pathField is InputPath, OutputPath or ResultPath: a path, everything (the zero
// value, "$") or nothing (null).
type pathField struct {
	path    *jsonpath.Path
	nothing bool
}

// secondsField is a number, mostly of seconds, as a constant, by a path or by an
// expression.
type secondsField struct {
	name     string // of the field, without "Path"
	constant float64
	path     *jsonpath.Path
	query    *query
	set      bool
}

type retrier struct {
	errors      []string
	interval    time.Duration
	rate        float64
	maxAttempts int
	maxDelay    time.Duration // 0: none
	jitter      bool
}

type catcher struct {
	errors     []string
	resultPath pathField
	assign     template
	output     template
	next       string
}

// View is a read-only picture of a definition for other programs: diagrams, checks of
// templates, coverage.
type View struct {
	Comment string
	StartAt string
	States  []StateView // in the order of the source
}

// StateView is one state of a View.
type StateView struct {
	Name     string
	Type     StateType
	Comment  string
	Next     string   // "" at an end and for Choice, Succeed and Fail
	End      bool     // also Succeed and Fail
	Choices  []string // where the rules of a Choice lead, in order
	Default  string
	Catches  []CatchView
	Resource string // of a Task, without its pattern
	Pattern  string // "", "waitForTaskToken", "sync", "sync:2"
	Function string // the FunctionName of lambda:invoke, where it is a constant
	Branches []View // of a Parallel; of a Map its one item processor
}

// CatchView is one Catch of a state.
type CatchView struct {
	Errors []string
	Next   string
}

// View answers the picture of the machine.
func (m *Machine) View() View {
	v := m.top.view()
	v.Comment = m.comment
	return v
}

func (g *graph) view() View {
	v := View{StartAt: g.startAt}
	for _, name := range g.order {
		s := g.states[name]
		state := StateView{Name: name, Type: s.kind, Comment: s.comment, Next: s.next, Default: s.otherwise,
			End: s.end || s.kind == SucceedState || s.kind == FailState, Resource: s.resource, Pattern: s.pattern, Function: s.function}
		for _, c := range s.choices {
			state.Choices = append(state.Choices, c.next)
		}
		for _, c := range s.catch {
			state.Catches = append(state.Catches, CatchView{Errors: append([]string(nil), c.errors...), Next: c.next})
		}
		for _, b := range s.branches {
			state.Branches = append(state.Branches, b.view())
		}
		v.States = append(v.States, state)
	}
	return v
}
