package sfnapi_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/vacancy/vacancy/internal/store/sqlite"
	"github.com/vacancy/vacancy/internal/workflow/sfnapi"
	"github.com/vacancy/vacancy/internal/workflow/sfnapi/sfnapitest"
)

// post makes a request that no SDK would make.
func post(t *testing.T, h http.Handler, target, body string, change func(*http.Request)) (status int, header http.Header, answer map[string]any) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost:8083/", strings.NewReader(body))
	if target != "" {
		r.Header.Set("X-Amz-Target", target)
	}
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	text, err := io.ReadAll(w.Body)
	if err != nil || json.Unmarshal(text, &answer) != nil {
		t.Fatalf("the answer to %s %q is no JSON: %q, %v", target, body, text, err)
	}
	return w.Code, w.Header(), answer
}

func TestGarbage(t *testing.T) {
	with(t, sfnapitest.Config{}, func(a *api) {
		for what, c := range map[string]struct {
			target, body string
			change       func(*http.Request)
			status       int
			kind         string
		}{
			"no target":          {"", "{}", nil, 404, "UnknownOperationException"},
			"another service":    {"DynamoDB_20120810.GetItem", "{}", nil, 404, "UnknownOperationException"},
			"a GET":              {"AWSStepFunctions.ListStateMachines", "", func(r *http.Request) { r.Method = http.MethodGet }, 404, "UnknownOperationException"},
			"an unknown one":     {"AWSStepFunctions.RedriveExecution", "{}", nil, 400, "UnknownOperationException"},
			"no JSON":            {"AWSStepFunctions.ListStateMachines", "{", nil, 400, "SerializationException"},
			"an array":           {"AWSStepFunctions.ListStateMachines", "[]", nil, 400, "SerializationException"},
			"text for a number":  {"AWSStepFunctions.ListStateMachines", `{"maxResults":"ten"}`, nil, 400, "SerializationException"},
			"a number for text":  {"AWSStepFunctions.StartExecution", `{"stateMachineArn":7}`, nil, 400, "SerializationException"},
			"a fraction":         {"AWSStepFunctions.ListStateMachines", `{"maxResults":1.5}`, nil, 400, "SerializationException"},
			"a negative number":  {"AWSStepFunctions.ListStateMachines", `{"maxResults":-1}`, nil, 400, "ValidationException"},
			"nothing required":   {"AWSStepFunctions.StartExecution", ``, nil, 400, "ValidationException"},
			"null":               {"AWSStepFunctions.CreateStateMachine", `{"name":null}`, nil, 400, "ValidationException"},
			"an output missing":  {"AWSStepFunctions.SendTaskSuccess", `{"taskToken":"x"}`, nil, 400, "ValidationException"},
			"too much":           {"AWSStepFunctions.CreateStateMachine", `{"name":"` + strings.Repeat("x", 8<<20) + `"}`, nil, 413, "RequestEntityTooLargeException"},
			"a rebound name":     {"AWSStepFunctions.ListStateMachines", "{}", func(r *http.Request) { r.Host = "evil.example:8083" }, 403, "AccessDeniedException"},
			"a deceptive name":   {"AWSStepFunctions.ListStateMachines", "{}", func(r *http.Request) { r.Host = "localhost.evil.example" }, 403, "AccessDeniedException"},
			"a deep document":    {"AWSStepFunctions.ListStateMachines", strings.Repeat("[", 100_000), nil, 400, "SerializationException"},
			"the host localhost": {"AWSStepFunctions.ListStateMachines", "{}", func(r *http.Request) { r.Host = "sync-localhost:8083" }, 200, ""},
			"an IPv6 address":    {"AWSStepFunctions.ListStateMachines", "{}", func(r *http.Request) { r.Host = "[::1]:8083" }, 200, ""},
			"unknown fields":     {"AWSStepFunctions.ListStateMachines", `{"novel":true}`, nil, 200, ""},
		} {
			status, header, answer := post(a.T, a.Server, c.target, c.body, c.change)
			kind, _ := answer["__type"].(string)
			if status != c.status || kind != c.kind || header.Get("Content-Type") != "application/x-amz-json-1.0" || header.Get("X-Amzn-Requestid") == "" {
				a.Errorf("%s: %d %v %v, want %d %s", what, status, answer, header, c.status, c.kind)
			}
			if message, _ := answer["message"].(string); c.kind != "" && message == "" {
				a.Errorf("%s: nothing is said about it: %v", what, answer)
			}
		}
	})
}

// What a store that fails has to say is for the log, not for the caller.
func TestAFailureOfOurOwn(t *testing.T) {
	with(t, sfnapitest.Config{}, func(a *api) {
		a.Stop() // and with it the store
		status, _, answer := post(a.T, a.Server, "AWSStepFunctions.DescribeExecution", `{"executionArn":"arn:aws:states:us-east-1:123456789012:execution:m:x"}`, nil)
		if status != 500 || answer["__type"] != "InternalFailure" || strings.Contains(answer["message"].(string), "sql") {
			a.Errorf("%d %v", status, answer)
		}
	})
}

// FuzzRequest: no request makes the server panic, answer what is no JSON, or answer 500.
func FuzzRequest(f *testing.F) {
	store, err := sqlite.OpenMemory(f.Context(), sqlite.Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() {
		if err := store.Close(); err != nil {
			f.Error(err)
		}
	})
	server, err := sfnapi.New(f.Context(), sfnapi.Config{Journal: store.Journal(), Catalog: store.Catalog(), NewID: func() string { return "id" }})
	if err != nil {
		f.Fatal(err)
	}
	const arn = `"arn:aws:states:us-east-1:123456789012:stateMachine:m"`
	for _, seed := range [][2]string{
		{"CreateStateMachine", `{"name":"m","definition":"{\"StartAt\":\"P\",\"States\":{\"P\":{\"Type\":\"Pass\",\"End\":true}}}","roleArn":"arn:aws:iam::1:role/r","tags":[{"key":"a","value":"b"}]}`},
		{"UpdateStateMachine", `{"stateMachineArn":` + arn + `,"roleArn":"arn:x"}`}, {"DescribeStateMachine", `{"stateMachineArn":` + arn + `}`},
		{"ListStateMachines", `{"maxResults":3,"nextToken":"djE6bQ"}`}, {"StartExecution", `{"stateMachineArn":` + arn + `,"input":"[1]"}`},
		{"ListExecutions", `{"stateMachineArn":` + arn + `,"statusFilter":"RUNNING"}`}, {"DescribeExecution", `{"executionArn":"arn:aws:states:::execution:m:x"}`},
		{"GetExecutionHistory", `{"executionArn":"arn:aws:states:::execution:m:x","reverseOrder":true,"maxResults":1}`},
		{"SendTaskHeartbeat", `{"taskToken":"bQB4ADEAMQAx"}`}, {"ValidateStateMachineDefinition", `{"definition":"{}","severity":"WARNING"}`},
		{"TestState", `{"definition":"{\"Type\":\"Pass\",\"End\":true}","input":"{}","inspectionLevel":"TRACE"}`}, {"TagResource", `{"resourceArn":` + arn + `,"tags":[]}`},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, operation, body string) {
		switch operation {
		case "SendTaskSuccess", "SendTaskFailure", "SendTaskHeartbeat", "StopExecution", "StartSyncExecution", "DeleteStateMachine":
			if !json.Valid([]byte(body)) { // the others wait for the runner, which does not run here
				break
			}
			return
		}
		if status, _, answer := post(t, server, "AWSStepFunctions."+operation, body, nil); status >= 500 {
			t.Errorf("%s %q is answered %d %v", operation, body, status, answer)
		}
	})
}
