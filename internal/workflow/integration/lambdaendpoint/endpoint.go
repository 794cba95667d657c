// Package lambdaendpoint calls Lambda functions at an endpoint that speaks the Invoke
// operation of the AWS Lambda API, such as `sam local start-lambda`.
package lambdaendpoint

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/integration"
)

// maxAnswer is the largest answer of a function, in bytes
// (AWS Lambda developer guide, "Lambda quotas").
const maxAnswer = 6 << 20

// Endpoint is integration.Functions: every function there is, is there.
type Endpoint struct {
	base   string
	client *http.Client
}

var _ integration.Functions = (*Endpoint)(nil)

// New answers the endpoint at a URL such as http://127.0.0.1:3001.
func New(endpoint string, client *http.Client) (*Endpoint, error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("a Lambda endpoint is a URL such as http://127.0.0.1:3001, it is %q", endpoint)
	}
	return &Endpoint{strings.TrimSuffix(endpoint, "/"), client}, nil
}

// Function implements integration.Functions.
func (e *Endpoint) Function(name string) (workflow.Handler, bool) {
	return func(ctx context.Context, payload json.RawMessage) (json.RawMessage, error) {
		a, err := e.call(ctx, name, "", "RequestResponse", payload)
		return a.payload, err
	}, true
}

// Invoke is the service integration arn:aws:states:::lambda:invoke.
func (e *Endpoint) Invoke(ctx context.Context, arguments json.RawMessage) (json.RawMessage, error) {
	var in struct {
		FunctionName, Qualifier, InvocationType string
		Payload                                 json.RawMessage
	}
	if err := json.Unmarshal(arguments, &in); err != nil {
		return nil, workflow.Error{Name: workflow.Runtime, Cause: fmt.Sprintf("The arguments of lambda:invoke are not as they should be: %v", err)}
	}
	if len(in.Payload) == 0 {
		in.Payload = json.RawMessage("{}")
	}
	if in.InvocationType == "" {
		in.InvocationType = "RequestResponse"
	}
	a, err := e.call(ctx, in.FunctionName, in.Qualifier, in.InvocationType, in.Payload)
	if err != nil {
		return nil, err
	}
	return json.Marshal(map[string]any{
		"ExecutedVersion": a.version, "Payload": a.payload, "StatusCode": a.status,
		"SdkHttpMetadata":     map[string]any{"HttpStatusCode": a.status, "HttpHeaders": a.headers},
		"SdkResponseMetadata": map[string]any{"RequestId": a.request},
	})
}

// answer is what the endpoint answered a call that succeeded.
type answer struct {
	payload          json.RawMessage
	status           int
	version, request string
	headers          map[string]string
}

// call makes one call (AWS Lambda API Reference, Invoke).
func (e *Endpoint) call(ctx context.Context, function, qualifier, invocation string, payload json.RawMessage) (answer, error) {
	name := integration.FunctionName(function)
	if qualifier == "" {
		qualifier = qualifierOf(function, name)
	}
	target := e.base + "/2015-03-31/functions/" + url.PathEscape(name) + "/invocations"
	if qualifier != "" {
		target += "?Qualifier=" + url.QueryEscape(qualifier)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(payload))
	if err != nil {
		return answer{}, failure("Lambda.SdkClientException", "the function %q cannot be called: %v", function, err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Amz-Invocation-Type", invocation)
	response, err := e.client.Do(request)
	if err != nil {
		if ctx.Err() != nil {
			return answer{}, ctx.Err()
		}
		var unreachable *url.Error
		if errors.As(err, &unreachable) {
			err = unreachable.Err
		}
		return answer{}, failure("Lambda.SdkClientException", "Unable to execute HTTP request: the Lambda endpoint %s does not answer: %v", e.base, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return answer{}, failure("Lambda.SdkClientException", "the answer of the function %q did not arrive: %v", function, err)
	}
	return read(name, response, body)
}

// qualifierOf answers the version or alias behind a function's name.
func qualifierOf(function, name string) string {
	_, behind, _ := strings.Cut(function[strings.Index(function, name)+len(name):], ":")
	return behind
}

func read(name string, response *http.Response, body []byte) (answer, error) {
	a := answer{status: response.StatusCode, version: response.Header.Get("X-Amz-Executed-Version"), request: response.Header.Get("X-Amzn-Requestid"), headers: map[string]string{}}
	if a.version == "" {
		a.version = "$LATEST"
	}
	for _, h := range []string{"Content-Length", "Content-Type", "Date"} {
		if v := response.Header.Get(h); v != "" {
			a.headers[h] = v
		}
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return a, refused(name, response, body)
	}
	if response.Header.Get("X-Amz-Function-Error") != "" {
		return a, functionError(body)
	}
	switch {
	case len(body) > maxAnswer:
		return a, failure(workflow.DataLimitExceeded, "The function %q answered more than %d bytes.", name, maxAnswer)
	case len(bytes.TrimSpace(body)) == 0:
		a.payload = json.RawMessage("null")
	case json.Valid(body):
		a.payload = body
	default: // as text, which is what it is
		a.payload, _ = json.Marshal(string(body)) // a string always marshals
	}
	return a, nil
}

// functionError is the error of a function: its type is the name, the whole answer the cause.
func functionError(body []byte) error {
	var said struct {
		ErrorType string `json:"errorType"`
	}
	if json.Unmarshal(body, &said) != nil || said.ErrorType == "" {
		said.ErrorType = "Lambda.Unknown" // (Step Functions developer guide, "Handling errors")
	}
	return integration.FunctionError{Name: said.ErrorType, Cause: string(body)}
}

// refused is an error of the service itself.
func refused(name string, response *http.Response, body []byte) error {
	kind, _, _ := strings.Cut(response.Header.Get("X-Amzn-Errortype"), ":")
	var said struct{ Message, Type string }
	_ = json.Unmarshal(body, &said) // what is no JSON says nothing
	switch {
	case kind != "":
	case response.StatusCode == http.StatusNotFound:
		kind = "ResourceNotFoundException"
	case response.StatusCode == http.StatusTooManyRequests:
		kind = "TooManyRequestsException"
	case response.StatusCode >= http.StatusInternalServerError:
		kind = "ServiceException"
	default:
		kind = "AWSLambdaException"
	}
	if said.Message == "" {
		said.Message = "the function " + name + " could not be called"
	}
	return failure("Lambda."+kind, "%s (Service: AWSLambda; Status Code: %d; Error Code: %s; Request ID: %s; Proxy: null)",
		said.Message, response.StatusCode, kind, response.Header.Get("X-Amzn-Requestid"))
}

func failure(name, format string, args ...any) error {
	return integration.FunctionError{Name: name, Cause: fmt.Sprintf(format, args...)}
}
