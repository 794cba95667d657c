package lambdaendpoint_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/integration/lambdaendpoint"
)

// service answers as the Lambda API does, and keeps what it was asked.
type service struct {
	path, query, invocation, body string
	status                        int
	header                        map[string]string
	answer                        string
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.path, s.query, s.invocation, s.body = r.Method+" "+r.URL.EscapedPath(), r.URL.RawQuery, r.Header.Get("X-Amz-Invocation-Type"), string(body)
	for name, v := range s.header {
		w.Header().Set(name, v)
	}
	w.WriteHeader(s.status)
	_, _ = io.WriteString(w, s.answer)
}

func open(t *testing.T, s *service) *lambdaendpoint.Endpoint {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	e, err := lambdaendpoint.New(server.URL+"/", server.Client())
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestFunctionsByEveryName(t *testing.T) {
	for name, want := range map[string][2]string{
		"Pay":      {"POST /2015-03-31/functions/Pay/invocations", ""},
		"Pay:live": {"POST /2015-03-31/functions/Pay/invocations", "Qualifier=live"},
		"arn:aws:lambda:us-east-1:123456789012:function:Pay":   {"POST /2015-03-31/functions/Pay/invocations", ""},
		"arn:aws:lambda:us-east-1:123456789012:function:Pay:7": {"POST /2015-03-31/functions/Pay/invocations", "Qualifier=7"},
		"123456789012:function:Pay:$LATEST":                    {"POST /2015-03-31/functions/Pay/invocations", "Qualifier=%24LATEST"},
		"../../admin":                                          {"POST /2015-03-31/functions/..%2F..%2Fadmin/invocations", ""},
	} {
		s := &service{status: 200, answer: `{"paid": true}`}
		h, ok := open(t, s).Function(name)
		if !ok {
			t.Fatalf("%s: not there", name)
		}
		out, err := h(t.Context(), json.RawMessage(`{"n":1}`))
		if err != nil || string(out) != `{"paid": true}` || s.body != `{"n":1}` || s.invocation != "RequestResponse" {
			t.Errorf("%s: %s, %v; it was sent %s as %s", name, out, err, s.body, s.invocation)
		}
		if got := [2]string{s.path, s.query}; got != want {
			t.Errorf("%s is called as %v, want %v", name, got, want)
		}
	}
}

func TestInvoke(t *testing.T) {
	s := &service{status: 202, header: map[string]string{"X-Amzn-Requestid": "r-1", "X-Amz-Executed-Version": "7"}}
	out, err := open(t, s).Invoke(t.Context(), json.RawMessage(`{"FunctionName":"Pay","Qualifier":"live","InvocationType":"Event"}`))
	if err != nil || s.invocation != "Event" || s.query != "Qualifier=live" || s.body != "{}" {
		t.Fatalf("Invoke = %s, %v; asked %+v", out, err, s)
	}
	var got struct {
		ExecutedVersion     string
		Payload             any
		StatusCode          int
		SdkResponseMetadata struct{ RequestId string }
	}
	if err := json.Unmarshal(out, &got); err != nil || got.ExecutedVersion != "7" || got.StatusCode != http.StatusAccepted || got.SdkResponseMetadata.RequestId != "r-1" || got.Payload != nil {
		t.Errorf("Invoke = %s, %v", out, err)
	}
	if _, err := open(t, s).Invoke(t.Context(), json.RawMessage(`[]`)); workflow.AsError(err).Name != workflow.Runtime {
		t.Errorf("with arguments that are none: %v", err)
	}
}

func TestErrors(t *testing.T) {
	failed := map[string]string{"X-Amz-Function-Error": "Unhandled"}
	for what, c := range map[string]struct {
		service
		name, cause string
	}{
		"a function's error":        {service{status: 200, header: failed, answer: `{"errorType":"Declined","errorMessage":"no funds"}`}, "Declined", `{"errorType":"Declined","errorMessage":"no funds"}`},
		"one without a type":        {service{status: 200, header: failed, answer: `{"errorMessage":"killed"}`}, "Lambda.Unknown", `{"errorMessage":"killed"}`},
		"one that is no JSON":       {service{status: 200, header: failed, answer: `killed`}, "Lambda.Unknown", `killed`},
		"no such function":          {service{status: 404, answer: `{"Message":"Function not found: Pay"}`}, "Lambda.ResourceNotFoundException", "Function not found: Pay (Service: AWSLambda; Status Code: 404; Error Code: ResourceNotFoundException;"},
		"too many":                  {service{status: 429, answer: `{}`}, "Lambda.TooManyRequestsException", "Status Code: 429"},
		"a service that is down":    {service{status: 503, answer: `<html>`}, "Lambda.ServiceException", "Status Code: 503"},
		"a refusal with its name":   {service{status: 400, header: map[string]string{"X-Amzn-Errortype": "InvalidRequestContentException:http://x"}, answer: `{"message":"bad"}`}, "Lambda.InvalidRequestContentException", "bad ("},
		"an answer that is too big": {service{status: 200, answer: `"` + strings.Repeat("x", 6<<20) + `"`}, workflow.DataLimitExceeded, "6291456 bytes"},
	} {
		h, _ := open(t, &c.service).Function("Pay")
		out, err := h(t.Context(), json.RawMessage(`{}`))
		e := workflow.AsError(err)
		if err == nil || e.Name != c.name || !strings.Contains(e.Cause, c.cause) {
			t.Errorf("%s: %s, %v; want %s: …%s…", what, out, err, c.name, c.cause)
		}
	}
	text, err := open(t, &service{status: 200, answer: "plain text"}).Invoke(t.Context(), json.RawMessage(`{"FunctionName":"Pay"}`))
	if err != nil || !strings.Contains(string(text), `"Payload":"plain text"`) {
		t.Errorf("an answer that is no JSON: %s, %v", text, err)
	}
}

func TestNobodyAnswers(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	e, err := lambdaendpoint.New(server.URL, http.DefaultClient)
	if err != nil {
		t.Fatal(err)
	}
	h, _ := e.Function("Pay")
	_, err = h(t.Context(), json.RawMessage(`{}`))
	if got := workflow.AsError(err); got.Name != "Lambda.SdkClientException" || !strings.Contains(got.Cause, server.URL) {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h(ctx, json.RawMessage(`{}`)); !errors.Is(err, context.Canceled) {
		t.Errorf("a call that is broken off = %v", err)
	}
	none, _ := lambdaendpoint.None{Remedy: "Start it with --lambda-endpoint."}.Function("Pay")
	_, err = none(t.Context(), nil)
	if got := workflow.AsError(err); got.Name != workflow.Runtime || !strings.Contains(got.Cause, `"Pay"`) || !strings.Contains(got.Cause, "--lambda-endpoint") {
		t.Errorf("with no endpoint: %v", err)
	}
	for _, bad := range []string{"", "localhost:3001", "ftp://x", "http://", "::"} {
		if _, err := lambdaendpoint.New(bad, nil); err == nil {
			t.Errorf("the endpoint %q is taken", bad)
		}
	}
}
