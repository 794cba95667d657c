package booking

import (
	"context"
	"encoding/json"
	"errors"
)

// Workflow is what the domain asks of a workflow runner.
type Workflow interface {
	// Start starts the execution of a reservation. One that exists already under
	// the name is success.
	Start(ctx context.Context, s WorkflowStart) error
	// Wake ends the wait that the token belongs to. A token that nobody waits on
	// any more is ErrNobodyWaits.
	Wake(ctx context.Context, token string, output json.RawMessage) error
	// Running reports whether the execution of this name runs. One that does not
	// exist does not run.
	Running(ctx context.Context, name string) (bool, error)
}

// ErrNobodyWaits: the token's task has ended; whoever owned it has moved on.
var ErrNobodyWaits = errors.New("no execution waits on this token")
