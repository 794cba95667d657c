package sfn

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/vacancy/vacancy/internal/workflow"
)

// SendTaskSuccess implements workflow.Runner.
func (r *Runner) SendTaskSuccess(ctx context.Context, token string, output json.RawMessage) error {
	switch {
	case len(output) > workflow.MaxPayload:
		return fmt.Errorf("%w: it has %d bytes, at most %d are allowed", workflow.ErrInvalidOutput, len(output), workflow.MaxPayload)
	case !json.Valid(output):
		return fmt.Errorf("%w: it is not JSON", workflow.ErrInvalidOutput)
	}
	return callback(token, func() error {
		_, err := r.client.SendTaskSuccess(ctx, &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String(string(output))})
		return err
	})
}

// SendTaskFailure implements workflow.Runner.
func (r *Runner) SendTaskFailure(ctx context.Context, token string, name, cause string) error {
	return callback(token, func() error {
		_, err := r.client.SendTaskFailure(ctx, &sfn.SendTaskFailureInput{TaskToken: &token, Error: optional(name, maxErrorName), Cause: optional(cause, maxCause)})
		return err
	})
}

// SendTaskHeartbeat implements workflow.Runner.
func (r *Runner) SendTaskHeartbeat(ctx context.Context, token string) error {
	return callback(token, func() error {
		_, err := r.client.SendTaskHeartbeat(ctx, &sfn.SendTaskHeartbeatInput{TaskToken: &token})
		return err
	})
}

// maxToken is the longest task token, in characters (API Reference, SendTaskSuccess).
const maxToken = 2048

// callback sends something by a token. The token itself is told to nobody: who has it
// can end the task.
func callback(token string, send func() error) error {
	if token == "" || len([]rune(token)) > maxToken {
		return workflow.ErrInvalidToken
	}
	err := send()
	switch {
	case err == nil:
		return nil
	case is[*types.InvalidToken](err):
		return workflow.ErrInvalidToken
	}
	return fmt.Errorf("answer a task: %w", asPort(err))
}
