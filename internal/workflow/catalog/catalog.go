// Package catalog is what a Step Functions API keeps beside its executions: the state
// machines that were created, each with its revisions, and which execution waits for
// which other.
package catalog

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
)

// StateMachine is one revision of a state machine.
type StateMachine struct {
	Name       string
	Type       string // "STANDARD" or "EXPRESS"
	Definition string
	RoleARN    string
	RevisionID string // "" for one that was never updated
	CreatedAt  time.Time
	UpdatedAt  time.Time // of this revision; CreatedAt for the first

	// Configurations are kept and answered as they came.
	Logging    json.RawMessage `json:",omitempty"`
	Tracing    json.RawMessage `json:",omitempty"`
	Encryption json.RawMessage `json:",omitempty"`

	Tags     map[string]string `json:",omitempty"`
	Deleting bool              `json:",omitempty"`
}

// Nested is an execution that the task of another one waits for.
type Nested struct {
	Child   workflow.ExecutionID
	Parent  workflow.ExecutionID
	Token   string // of the parent's task
	Pattern string // "sync" or "sync:2"
}

// Traits are what an execution was started with beside its input.
type Traits struct {
	TestCase    string `json:",omitempty"` // that answers its tasks
	TraceHeader string `json:",omitempty"`
}

// ErrNotFound: there is no such state machine.
var ErrNotFound = errors.New("no such state machine")

// Catalog keeps them durably: what a method has written without an error survives a
// crash. It is safe for concurrent use. Times are UTC.
type Catalog interface {
	// PutStateMachine stores a revision, told from others of the name by UpdatedAt;
	// one of the same UpdatedAt is replaced.
	PutStateMachine(ctx context.Context, m StateMachine) error
	// StateMachines answers the latest revision of each, ordered by name.
	StateMachines(ctx context.Context) ([]StateMachine, error)
	// StateMachineAt answers the revision that was the latest at a time, or ErrNotFound.
	StateMachineAt(ctx context.Context, name string, at time.Time) (StateMachine, error)
	// DeleteStateMachine forgets all revisions, all executions of the state machine
	// with their histories, and what was put for these.
	DeleteStateMachine(ctx context.Context, name string) error

	// PutNested stores that a child is waited for; DeleteNested that it no longer is, by
	// the task with this token. Several may wait for one child.
	PutNested(ctx context.Context, n Nested) error
	DeleteNested(ctx context.Context, child workflow.ExecutionID, token string) error
	Nested(ctx context.Context) ([]Nested, error)

	// PutTraits stores the traits of an execution that is about to be started, unless
	// there are some already. Traits answers them, or none.
	PutTraits(ctx context.Context, id workflow.ExecutionID, t Traits) error
	Traits(ctx context.Context, id workflow.ExecutionID) (Traits, error)
}
