package notification

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
)

// publishInput is what the integration sns:publish takes, as the Publish action of the
// Amazon SNS API has it. TopicArn is taken and not looked at: here there is one topic.
type publishInput struct {
	TopicArn          string
	Subject           string
	Message           json.RawMessage
	MessageAttributes map[string]messageAttribute
}

type messageAttribute struct {
	DataType    string
	StringValue string
}

// publishOutput is the Publish action's answer.
type publishOutput struct {
	MessageID string `json:"MessageId"`
}

// invalidParameter is the error's name in the SNS API for a request that cannot be taken.
const invalidParameter = "SNS.InvalidParameterException"

// Publisher is arn:aws:states:::sns:publish: it adds the message to the outbox, to be
// delivered later, and answers {"MessageId": …}. The attributes kind and tenant become
// the notification's; the message may be a string or any other JSON.
//
// The id is made of the task's key, execution and state, so a task that runs again adds
// nothing. It fails as SNS.InvalidParameterException when there is no message or no
// attribute kind, as States.Runtime when no workflow runs it, and as
// States.TaskFailed when the outbox fails.
func Publisher(outbox Outbox, now func() time.Time) workflow.Handler {
	return func(ctx context.Context, arguments json.RawMessage) (json.RawMessage, error) {
		task, ok := workflow.TaskFromContext(ctx)
		if !ok {
			return nil, workflow.Error{Name: workflow.Runtime, Cause: "sns:publish needs the task it runs for, which names the message; run it from a state machine"}
		}
		n, err := notificationOf(arguments)
		if err != nil {
			return nil, workflow.Error{Name: invalidParameter, Cause: fmt.Sprintf("state %q: %v", task.State, err)}
		}
		n.ID, n.At = id(task), now()
		if err := outbox.Add(ctx, n); err != nil {
			return nil, fmt.Errorf("add the notification %s to the outbox: %w", n.ID, err)
		}
		return json.Marshal(publishOutput{MessageID: n.ID})
	}
}

func notificationOf(arguments json.RawMessage) (Notification, error) {
	var in publishInput
	if err := json.Unmarshal(arguments, &in); err != nil {
		return Notification{}, fmt.Errorf("the parameters of sns:publish cannot be read: %w", err)
	}
	kind := in.MessageAttributes["kind"].StringValue
	if kind == "" {
		return Notification{}, fmt.Errorf("the attribute MessageAttributes.kind.StringValue is missing; receivers filter by it")
	}
	var message bytes.Buffer
	if len(in.Message) == 0 || string(in.Message) == "null" || string(in.Message) == `""` {
		return Notification{}, fmt.Errorf("the Message is missing")
	}
	if err := json.Compact(&message, in.Message); err != nil {
		return Notification{}, err
	}
	return Notification{Kind: Kind(kind), Tenant: in.MessageAttributes["tenant"].StringValue, Subject: in.Subject, Message: message.Bytes()}, nil
}

// id makes an id that may stand in a header: the task's key with what is not plain ASCII
// in it percent-encoded.
func id(t workflow.Task) string {
	return (&url.URL{Path: t.Key()}).EscapedPath()
}
