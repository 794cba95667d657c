package asl

import (
	"encoding/json"
	"errors"
	"time"
)

// ErrNoSuchTask is answered by Advance for an event that names a task which is
// not (or no longer) in flight, or a token that belongs to none.
var ErrNoSuchTask = errors.New("no such task")

// Machine is a parsed, validated and compiled definition. It is immutable and
// safe for concurrent use.
type Machine struct{}

// Parse parses, validates and compiles a definition. Its error is an
// *InvalidDefinition that holds every problem found, each with its place.
func Parse(src []byte) (*Machine, error) { panic("in work: asl") }

// Start begins an execution: it enters StartAt and runs to the first point where
// something outside is waited for.
func (m *Machine) Start(x ExecutionContext, input json.RawMessage, env Env) (Transition, error) {
	panic("in work: asl")
}

// Advance applies one event. It takes ownership of s. On error (ErrNoSuchTask)
// nothing has changed and s may be used again.
func (m *Machine) Advance(s *State, ev Event, env Env) (Transition, error) { panic("in work: asl") }

// State is the state of one execution between two advances.
type State struct{}

// DecodeState reads what MarshalBinary wrote, of this or an earlier release.
func (m *Machine) DecodeState(b []byte) (*State, error) { panic("in work: asl") }

// MarshalBinary writes the state compactly; payloads stay the JSON they are.
func (s *State) MarshalBinary() ([]byte, error) { panic("in work: asl") }

// NextDue is the earliest time at which a Tick would do something: the end of a
// Wait, a Retry's backoff, a task's timeout or heartbeat. ok is false if there is none.
func (s *State) NextDue() (due time.Time, ok bool) { panic("in work: asl") }

// Pending lists the tasks whose call is not known to have been made: those to run
// (again) after a crash. A task that was TaskSubmitted is not among them.
func (s *State) Pending() []Command { panic("in work: asl") }

func (s *State) Status() Status          { panic("in work: asl") }
func (s *State) Output() json.RawMessage { panic("in work: asl") } // when Succeeded
func (s *State) Failure() (name, cause string) {
	panic("in work: asl")
}
