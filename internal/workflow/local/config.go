package local

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/integration"
)

// Config is what a Runner is made of. Journal and Definitions are needed; every
// zero value of the rest has a default.
type Config struct {
	Journal Journal
	// Definitions are the state machines by name. New executions run these;
	// executions in flight keep the definition they were started with.
	// Runner.Define adds to them.
	Definitions map[string]Definition
	// Steps are the Lambda functions that tasks call, by name.
	Steps map[string]workflow.Handler
	// Services are the other resources of tasks, by ARN without pattern suffix,
	// such as "arn:aws:states:::sns:publish".
	Services map[string]workflow.Handler
	// Tasks, if set, runs the tasks instead of Steps and Services.
	Tasks Tasks
	// Joint names steps, called by the pattern waitForTaskToken, whose effect is one write to
	// the file of the Journal, with what they answer. Where the Journal is a [Joiner], that write
	// carries the entry that the task was submitted, and what led to it, which is then not
	// journaled before: for at most 100 ms the task before may run again after a crash.
	// Such a step gives its token to nobody before it has written.
	Joint map[string]json.RawMessage
	// Identity, if set, says what an execution is called outside.
	Identity func(workflow.ExecutionID) Identity
	// Ended, if set, hears of each execution that has ended, once that is durable.
	// It is called by the goroutine that drove the execution and must not block.
	// A crash may come between the two: then nobody hears of it.
	Ended func(workflow.Execution)

	Clock Clock         // default SystemClock
	Rand  func() uint64 // uniform, unguessable and safe for concurrent use; default from crypto/rand
	Log   *slog.Logger  // default discards

	// Workers bounds the executions that are driven at once. Each costs a
	// goroutine and its state while a task of it runs or a transition of it is
	// journaled, and nothing while it waits. A quarter is kept free of backlog,
	// for deadlines and callbacks. Default 512.
	Workers int
	// TasksPerExecution bounds the tasks of one execution that run at once (the
	// iterations of a Map, say). Default 64.
	TasksPerExecution int
	// MaxTaskDuration is how long one call of a step or service may take, as the
	// longest Timeout of a Lambda function is 15 minutes, the default. A
	// TimeoutSeconds of the state that is shorter ends it before.
	MaxTaskDuration time.Duration
	// ShutdownGrace is how long Run lets running tasks finish. Default 10 s.
	ShutdownGrace time.Duration
	// ARNPrefix is the first part of the ARNs of executions and state machines.
	// Default "arn:aws:states:local:000000000000".
	ARNPrefix string
}

// Tasks runs the tasks of executions. [integration.Registry] is the usual one.
type Tasks interface {
	// Check answers an error for each task of the definition that cannot be run,
	// naming machine and state, or nil.
	Check(machine string, definition []byte) error
	// Call runs one task and answers its result, or an error as
	// [workflow.AsError] finds it. resource is without its pattern suffix. The
	// context has the [workflow.Task]; where that has a pattern, what Call answers
	// is what was submitted, and the task ends by its token.
	Call(ctx context.Context, resource string, arguments json.RawMessage) (json.RawMessage, error)
}

// Identity is what an execution is called outside, and by itself in the context
// object. Where tasks have tokens, Name is the execution's own.
type Identity struct {
	ARN     string
	Name    string
	RoleARN string
}

const defaultRole = "arn:aws:iam::000000000000:role/vacancy-local"

// Definition is the source of a state machine.
type Definition struct {
	Source []byte
	// Substitutions are the values of the ${Placeholders} in Source, as
	// DefinitionSubstitutions in a SAM template. See Substitute.
	Substitutions map[string]string
	// Verbatim takes Source as it is: what looks like a placeholder is text.
	Verbatim bool
}

// Resolve answers the source with its placeholders filled in, and the hash that the
// journal keeps it under.
func (d Definition) Resolve() (source []byte, hash string, err error) {
	source = d.Source
	if !d.Verbatim {
		source, err = Substitute(d.Source, d.Substitutions)
	}
	sum := sha256.Sum256(source)
	return source, hex.EncodeToString(sum[:]), err
}

func (c Config) withDefaults() (Config, error) {
	if c.Journal == nil {
		return c, errors.New("the workflow runner needs a journal")
	}
	if c.Clock == nil {
		c.Clock = SystemClock{}
	}
	if c.Rand == nil {
		c.Rand = CryptoRand
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Workers <= 0 {
		c.Workers = 512
	}
	if c.TasksPerExecution <= 0 {
		c.TasksPerExecution = 64
	}
	if c.MaxTaskDuration <= 0 {
		c.MaxTaskDuration = 15 * time.Minute
	}
	if c.ShutdownGrace <= 0 {
		c.ShutdownGrace = 10 * time.Second
	}
	if c.ARNPrefix == "" {
		c.ARNPrefix = "arn:aws:states:local:000000000000"
	}
	if c.Tasks == nil {
		c.Tasks = integration.New(c.Steps, c.Services, c.Log)
	}
	if c.Identity == nil {
		prefix := c.ARNPrefix
		c.Identity = func(id workflow.ExecutionID) Identity {
			return Identity{ARN: prefix + ":execution:" + id.Machine + ":" + id.Name, Name: id.Name, RoleARN: defaultRole}
		}
	}
	return c, nil
}

// CryptoRand is randomness that nobody can guess. It is safe for concurrent use.
func CryptoRand() uint64 {
	var b [8]byte
	rand.Read(b[:]) // never fails
	return binary.NativeEndian.Uint64(b[:])
}
