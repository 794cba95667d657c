package sfnapi

import (
	"context"
	"encoding/json"

	"github.com/vacancy/vacancy/internal/workflow"
)

const maxTaskToken = 2048 // characters

type sendTaskSuccessInput struct {
	TaskToken *string
	Output    *string
}

func (s *Server) sendTaskSuccess(ctx context.Context, in sendTaskSuccessInput) (struct{}, error) {
	var c checks
	token := c.required(in.TaskToken, "taskToken", maxTaskToken)
	if in.Output == nil {
		c.required(nil, "output", 0)
	}
	output := c.text(in.Output, "output", 0, workflow.MaxPayload)
	if err := c.fault(); err != nil {
		return struct{}{}, err
	}
	return struct{}{}, s.runner.SendTaskSuccess(ctx, token, json.RawMessage(output))
}

type sendTaskFailureInput struct {
	TaskToken *string
	Error     *string
	Cause     *string
}

func (s *Server) sendTaskFailure(ctx context.Context, in sendTaskFailureInput) (struct{}, error) {
	var c checks
	token := c.required(in.TaskToken, "taskToken", maxTaskToken)
	name, cause := c.text(in.Error, "error", 0, maxErrorName), c.text(in.Cause, "cause", 0, maxCause)
	if err := c.fault(); err != nil {
		return struct{}{}, err
	}
	return struct{}{}, s.runner.SendTaskFailure(ctx, token, name, cause)
}

type sendTaskHeartbeatInput struct{ TaskToken *string }

func (s *Server) sendTaskHeartbeat(ctx context.Context, in sendTaskHeartbeatInput) (struct{}, error) {
	var c checks
	token := c.required(in.TaskToken, "taskToken", maxTaskToken)
	if err := c.fault(); err != nil {
		return struct{}{}, err
	}
	return struct{}{}, s.runner.SendTaskHeartbeat(ctx, token)
}
