package apigateway_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/vacancy/vacancy/internal/apigateway"
)

// event is one as the developer guide of API Gateway shows it, with what a test is about.
func event(t *testing.T, text string) events.APIGatewayV2HTTPRequest {
	t.Helper()
	var e events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		t.Fatal(err)
	}
	return e
}

// ask has a handler answer an event.
func ask(t *testing.T, h http.HandlerFunc, text string) events.APIGatewayV2HTTPResponse {
	t.Helper()
	answer, err := apigateway.New(h)(t.Context(), event(t, text))
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestTheRequestArrivesWhole(t *testing.T) {
	type key struct{}
	h := func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		for what, got := range map[string][2]string{
			"method":         {r.Method, "POST"},
			"path":           {r.URL.Path, "/trips/a b"},
			"escaped path":   {r.URL.EscapedPath(), "/trips/a%20b"},
			"query":          {r.URL.Query().Get("runType"), "fail&Payment"},
			"authorization":  {r.Header.Get("Authorization"), "Bearer x"},
			"joined header":  {r.Header.Get("Accept"), "a, b"},
			"cookies":        {r.Header.Get("Cookie"), "a=1; b=2"},
			"host":           {r.Host, "id.execute-api.example"},
			"remote address": {r.RemoteAddr, "192.0.2.1:0"},
			"body":           {string(body), "{\"query\":\"…\"}"},
			"context":        {r.Context().Value(key{}).(string), "the invocation's"},
		} {
			if got[0] != got[1] {
				t.Errorf("%s is %q, want %q", what, got[0], got[1])
			}
		}
		if r.ContentLength != int64(len(body)) {
			t.Errorf("content length %d of %d bytes", r.ContentLength, len(body))
		}
	}
	_, err := apigateway.New(http.HandlerFunc(h))(context.WithValue(t.Context(), key{}, "the invocation's"), event(t, `{
		"version": "2.0", "routeKey": "POST /trips/{id}", "rawPath": "/trips/a%20b", "rawQueryString": "runType=fail%26Payment",
		"cookies": ["a=1", "b=2"], "headers": {"authorization": "Bearer x", "accept": "a, b", "host": "id.execute-api.example"},
		"requestContext": {"http": {"method": "POST", "path": "/trips/a b", "sourceIp": "192.0.2.1"}},
		"body": "{\"query\":\"…\"}", "isBase64Encoded": false}`))
	if err != nil {
		t.Fatal(err)
	}
}

func TestABinaryBodyIsDecoded(t *testing.T) {
	binary := "\x00\xff\x80"
	ask(t, func(_ http.ResponseWriter, r *http.Request) {
		if body, _ := io.ReadAll(r.Body); string(body) != binary {
			t.Errorf("the body is %q", body)
		}
	}, `{"rawPath": "/", "requestContext": {"http": {"method": "PUT"}}, "isBase64Encoded": true, "body": "`+base64.StdEncoding.EncodeToString([]byte(binary))+`"}`)
}

const get = `{"rawPath": "/", "requestContext": {"http": {"method": "GET"}}}`

func TestTheAnswerArrivesWhole(t *testing.T) {
	answer := ask(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Add("Vary", "Origin")
		w.Header().Add("Vary", "Accept")
		w.Header().Add("Set-Cookie", "a=1")
		w.Header().Add("Set-Cookie", "b=2")
		w.WriteHeader(http.StatusEarlyHints)
		w.WriteHeader(http.StatusAccepted)
		w.Header().Set("Too", "late")
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, "Grüße")
	}, get)
	if answer.StatusCode != http.StatusAccepted || answer.Body != "Grüße" || answer.IsBase64Encoded {
		t.Errorf("%+v", answer)
	}
	if answer.Headers["content-type"] != "application/json" || answer.Headers["vary"] != "Origin, Accept" || answer.Headers["too"] != "" || answer.Headers["set-cookie"] != "" {
		t.Errorf("headers %v", answer.Headers)
	}
	if len(answer.Cookies) != 2 || answer.Cookies[1] != "b=2" {
		t.Errorf("cookies %q", answer.Cookies)
	}
}

func TestAnAnswerThatIsNoText(t *testing.T) {
	answer := ask(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte{0, 255}) }, get)
	if body, err := base64.StdEncoding.DecodeString(answer.Body); err != nil || !answer.IsBase64Encoded || string(body) != "\x00\xff" || answer.StatusCode != http.StatusOK {
		t.Errorf("%+v", answer)
	}
}

func TestAHandlerThatSaysNothingAnswers200(t *testing.T) {
	if answer := ask(t, func(http.ResponseWriter, *http.Request) {}, get); answer.StatusCode != http.StatusOK {
		t.Errorf("%+v", answer)
	}
}

func TestAnEventThatIsNoRequest(t *testing.T) {
	never := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the handler was called") })
	for _, text := range []string{`{}`, `{"rawPath": "/"}`, `{"rawPath": "x", "requestContext": {"http": {"method": "GET"}}}`,
		`{"rawPath": "/", "requestContext": {"http": {"method": "GET"}}, "isBase64Encoded": true, "body": "%"}`,
		`{"rawPath": "/", "requestContext": {"http": {"method": "G T"}}}`} {
		if _, err := apigateway.New(never)(t.Context(), event(t, text)); err == nil {
			t.Errorf("%s was answered", text)
		}
	}
}
