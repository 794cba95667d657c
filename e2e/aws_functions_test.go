package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/vacancy/vacancy/internal/step"
	"github.com/vacancy/vacancy/internal/workflow"
)

// functionTimeout is that of the functions in template.yaml.
const functionTimeout = 25 * time.Second

// functions are the steps of deployments behind the API of Lambda (Invoke), and a topic
// behind that of SNS (Publish). Each function is DEPLOYMENT-STEP.
type functions struct {
	*http.ServeMux
	mu    sync.Mutex
	steps map[string]workflow.Handler
}

func newFunctions() *functions {
	f := &functions{ServeMux: http.NewServeMux(), steps: map[string]workflow.Handler{}}
	f.HandleFunc("POST /2015-03-31/functions/{name}/invocations", f.invoke)
	f.HandleFunc("POST /{$}", publish)
	return f
}

func functionName(deployment, step string) string { return deployment + "-" + step }

// deploy makes the functions of a deployment.
func (f *functions) deploy(deployment string, steps step.Table) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for name, handler := range steps {
		f.steps[functionName(deployment, name)] = handler
	}
}

// invoke answers as Lambda does: what a function fails with is 200 and named in the body
// (AWS Lambda API Reference, Invoke, X-Amz-Function-Error).
func (f *functions) invoke(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	handler, there := f.steps[r.PathValue("name")]
	f.mu.Unlock()
	if !there {
		w.Header().Set("X-Amzn-Errortype", "ResourceNotFoundException")
		w.WriteHeader(http.StatusNotFound)
		_, _ = fmt.Fprintf(w, `{"Type":"User","Message":"Function not found: %s"}`, r.PathValue("name"))
		return
	}
	input, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	// A function that has been called goes on, whether anybody waits for it or not.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), functionTimeout)
	defer cancel()
	output, err := handler(ctx, input)
	if err != nil {
		failure := workflow.AsError(err)
		w.Header().Set("X-Amz-Function-Error", "Unhandled")
		output, _ = json.Marshal(map[string]string{"errorType": failure.Name, "errorMessage": failure.Cause}) // two strings always marshal
	}
	_, _ = w.Write(output)
}

// publish takes a message and answers its id (Amazon SNS API Reference, Publish).
func publish(w http.ResponseWriter, r *http.Request) {
	if r.FormValue("Action") != "Publish" || r.FormValue("Message") == "" || !strings.HasPrefix(r.FormValue("TopicArn"), "arn:aws:sns:") {
		http.Error(w, "this is a topic, to which messages are published", http.StatusBadRequest)
		return
	}
	_, _ = io.WriteString(w, `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>`)
}
