// Package awsservices runs the service integrations of Step Functions that call AWS
// itself, or what speaks its APIs: SQS, SNS, EventBridge, DynamoDB. Each is a Service in
// a file of its own. Which account, region and endpoint they call, the AWS configuration
// decides.
package awsservices

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/vacancy/vacancy/internal/workflow"
)

// Service is one service integration: "arn:aws:states:::sqs:sendMessage".
type Service interface {
	// Resource is its ARN, without a pattern.
	Resource() string
	// Call makes one call. arguments are the parameters of the API's operation, with
	// capital names. An argument that there is not is an error before anything is called.
	Call(ctx context.Context, arguments json.RawMessage) (Answer, error)
}

// Answer is what a service answered.
type Answer struct {
	Fields   map[string]any // of the operation's answer
	Metadata middleware.Metadata
}

// names is what a service is called in the names of errors, and in their causes.
type names struct{ errors, cause, generic string }

// All answers every service there is, calling by the configuration.
func All(c aws.Config) []Service {
	all := []Service{newSendMessage(c), newPublish(c), newPutEvents(c)}
	return append(all, newItemOperations(c)...)
}

// Handlers answers the services as a registry of integrations takes them.
func Handlers(services []Service) map[string]workflow.Handler {
	handlers := map[string]workflow.Handler{}
	for _, s := range services {
		handlers[s.Resource()] = func(ctx context.Context, arguments json.RawMessage) (json.RawMessage, error) {
			a, err := s.Call(ctx, arguments)
			if err != nil {
				return nil, err
			}
			return a.result()
		}
	}
	return handlers
}

// Unconfigured answers a handler for each service that fails, naming it, and says what
// to do about it.
func Unconfigured(remedy string) map[string]workflow.Handler {
	handlers := map[string]workflow.Handler{}
	for _, s := range All(aws.Config{}) {
		handlers[s.Resource()] = func(context.Context, json.RawMessage) (json.RawMessage, error) {
			return nil, workflow.Error{Name: workflow.Runtime, Cause: fmt.Sprintf("The resource %s cannot be called: AWS is not configured here. %s", s.Resource(), remedy)}
		}
	}
	return handlers
}

// result is the answer as a state sees it: the fields that there are, and how it came.
func (a Answer) result() (json.RawMessage, error) {
	out := map[string]any{}
	for name, v := range a.Fields {
		if raw, err := json.Marshal(v); err != nil {
			return nil, fmt.Errorf("encode %s of the answer: %w", name, err)
		} else if s := string(raw); s != "null" && s != "{}" && s != "[]" && s != `""` {
			out[name] = json.RawMessage(raw)
		}
	}
	id, _ := awsmiddleware.GetRequestIDMetadata(a.Metadata)
	all, first, status := map[string][]string{}, map[string]string{}, 0
	if r, ok := awsmiddleware.GetRawResponse(a.Metadata).(*smithyhttp.Response); ok {
		status = r.StatusCode
		for name, values := range r.Header {
			all[name], first[name] = values, values[0]
		}
	}
	out["SdkHttpMetadata"] = map[string]any{"AllHttpHeaders": all, "HttpHeaders": first, "HttpStatusCode": status}
	out["SdkResponseMetadata"] = map[string]any{"RequestId": id}
	return json.Marshal(out)
}

// read reads arguments into the input of an operation.
func read(resource string, arguments json.RawMessage, input any) error {
	d := json.NewDecoder(strings.NewReader(string(arguments)))
	d.DisallowUnknownFields()
	if err := d.Decode(input); err != nil {
		return workflow.Error{Name: workflow.Runtime, Cause: fmt.Sprintf("The arguments of %s are not as they should be: %v", resource, err)}
	}
	return nil
}

// text is an argument that the API has as text and a state may give as JSON.
type text string

// UnmarshalJSON implements json.Unmarshaler.
func (t *text) UnmarshalJSON(raw []byte) error {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		*t = text(s)
		return nil
	}
	*t = text(raw)
	return nil
}

func (t *text) pointer() *string { return (*string)(t) }

// failed is an error of a service as Step Functions names it.
func (n names) failed(err error) error {
	var api smithy.APIError
	if !errors.As(err, &api) {
		var unsent *smithyhttp.RequestSendError
		if errors.As(err, &unsent) {
			err = unsent.Err
		}
		return workflow.Error{Name: n.errors + ".SdkClientException", Cause: "Unable to execute HTTP request: " + err.Error()}
	}
	name := strings.TrimSuffix(api.ErrorCode(), "Exception") + "Exception"
	var unmodeled *smithy.GenericAPIError
	if errors.As(err, &unmodeled) {
		name = n.generic
	}
	status, request := 0, ""
	if r := (*awshttp.ResponseError)(nil); errors.As(err, &r) {
		status, request = r.HTTPStatusCode(), r.ServiceRequestID()
	}
	return workflow.Error{
		Name:  n.errors + "." + name,
		Cause: fmt.Sprintf("%s (Service: %s; Status Code: %d; Error Code: %s; Request ID: %s; Proxy: null)", api.ErrorMessage(), n.cause, status, api.ErrorCode(), request),
	}
}
