package awsservices

import (
	"context"
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/vacancy/vacancy/internal/workflow"
)

var eventNames = names{errors: "EventBridge", cause: "AmazonEventBridge", generic: "AmazonEventBridgeException"}

// putEvents is events:putEvents.
type putEvents struct{ client *eventbridge.Client }

func newPutEvents(c aws.Config) Service { return putEvents{eventbridge.NewFromConfig(c)} }

// Resource implements Service.
func (putEvents) Resource() string { return "arn:aws:states:::events:putEvents" }

// Call implements Service. Detail may be JSON. When one event is refused, the task
// fails: the cause is the whole answer.
func (s putEvents) Call(ctx context.Context, arguments json.RawMessage) (Answer, error) {
	var in struct {
		EndpointId *string
		Entries    []struct {
			Detail                                        *text
			DetailType, EventBusName, Source, TraceHeader *string
			Resources                                     []string
			Time                                          *time.Time
		}
	}
	if err := read(s.Resource(), arguments, &in); err != nil {
		return Answer{}, err
	}
	request := &eventbridge.PutEventsInput{EndpointId: in.EndpointId}
	for _, e := range in.Entries {
		request.Entries = append(request.Entries, types.PutEventsRequestEntry{
			Detail: e.Detail.pointer(), DetailType: e.DetailType, EventBusName: e.EventBusName, Source: e.Source,
			TraceHeader: e.TraceHeader, Resources: e.Resources, Time: e.Time,
		})
	}
	out, err := s.client.PutEvents(ctx, request)
	if err != nil {
		return Answer{}, eventNames.failed(err)
	}
	entries := make([]map[string]*string, len(out.Entries))
	for i, e := range out.Entries {
		entries[i] = map[string]*string{}
		for name, v := range map[string]*string{"EventId": e.EventId, "ErrorCode": e.ErrorCode, "ErrorMessage": e.ErrorMessage} {
			if v != nil {
				entries[i][name] = v
			}
		}
	}
	if out.FailedEntryCount > 0 {
		cause, _ := json.Marshal(map[string]any{"FailedEntryCount": out.FailedEntryCount, "Entries": entries}) // texts always marshal
		return Answer{}, workflow.Error{Name: "EventBridge.FailedEntry", Cause: string(cause)}
	}
	return Answer{map[string]any{"Entries": entries, "FailedEntryCount": out.FailedEntryCount}, out.ResultMetadata}, nil
}
