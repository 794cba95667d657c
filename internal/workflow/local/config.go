package local

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"log/slog"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
)

// Config is what a Runner is made of. Journal and Definitions are needed; every
// zero value of the rest has a default.
type Config struct {
	Journal Journal
	// Definitions are the state machines by name. New executions run these;
	// executions in flight keep the definition they were started with.
	Definitions map[string]Definition
	// Steps are the Lambda functions that tasks call, by name.
	Steps map[string]workflow.Handler
	// Services are the other resources of tasks, by ARN without pattern suffix,
	// such as "arn:aws:states:::sns:publish".
	Services map[string]workflow.Handler

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

// Definition is the source of a state machine.
type Definition struct {
	Source []byte
	// Substitutions are the values of the ${Placeholders} in Source, as
	// DefinitionSubstitutions in a SAM template. See Substitute.
	Substitutions map[string]string
}

// Resolve answers the source with its placeholders filled in, and the hash that the
// journal keeps it under.
func (d Definition) Resolve() (source []byte, hash string, err error) {
	source, err = Substitute(d.Source, d.Substitutions)
	sum := sha256.Sum256(source)
	return source, hex.EncodeToString(sum[:]), err
}

func (c Config) withDefaults() (Config, error) {
	if c.Journal == nil {
		return c, errors.New("the workflow runner needs a journal")
	}
	if len(c.Definitions) == 0 {
		return c, errors.New("the workflow runner needs at least one definition")
	}
	if c.Clock == nil {
		c.Clock = SystemClock{}
	}
	if c.Rand == nil {
		c.Rand = cryptoRand
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
	return c, nil
}

func cryptoRand() uint64 {
	var b [8]byte
	rand.Read(b[:]) // never fails
	return binary.NativeEndian.Uint64(b[:])
}
