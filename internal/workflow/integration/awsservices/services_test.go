package awsservices_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/integration/awsservices"
)

// endpoint stands in for a service of AWS: it keeps what it was sent and answers.
type endpoint struct {
	target, body string
	status       int
	kind, answer string // content type
}

func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	e.target, e.body = r.Header.Get("X-Amz-Target"), string(body)
	w.Header().Set("Content-Type", e.kind)
	w.Header().Set("X-Amzn-Requestid", "r-1")
	w.WriteHeader(e.status)
	_, _ = io.WriteString(w, e.answer)
}

func handlers(t *testing.T, e *endpoint) map[string]workflow.Handler {
	t.Helper()
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	return awsservices.Handlers(awsservices.All(aws.Config{
		Region: "us-east-1", BaseEndpoint: &server.URL, HTTPClient: server.Client(), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	}))
}

const (
	json10 = "application/x-amz-json-1.0"
	xml    = "text/xml"
)

func TestCalls(t *testing.T) {
	for name, c := range map[string]struct {
		resource, arguments string
		endpoint
		wantTarget string
		wantBody   []string
		want       string // the answer without how it came
	}{
		"a message": {"sqs:sendMessage", `{"QueueUrl":"http://q/1","MessageBody":"hi","MessageAttributes":{"a":{"DataType":"String","StringValue":"v"}},"DelaySeconds":3}`,
			endpoint{status: 200, kind: json10, answer: `{"MessageId":"m-1","MD5OfMessageBody":"49f68a5c8493ec2c0bf489821c21fc3b","MD5OfMessageAttributes":""}`},
			"AmazonSQS.SendMessage", []string{`"MessageBody":"hi"`, `"StringValue":"v"`, `"DelaySeconds":3`}, `{"MessageId":"m-1","MD5OfMessageBody":"49f68a5c8493ec2c0bf489821c21fc3b"}`},
		"a message that is JSON": {"sqs:sendMessage", `{"QueueUrl":"http://q/1","MessageBody":{"n":1}}`,
			endpoint{status: 200, kind: json10, answer: `{"MessageId":"m-1","MD5OfMessageBody":"9e4b5a3d4c5bd3c7a0c3ce6b5fc3f3a7"}`}, "", nil, ""},
		"a publication": {"sns:publish", `{"TopicArn":"arn:aws:sns:us-east-1:1:t","Message":{"n":1},"Subject":"s"}`,
			endpoint{status: 200, kind: xml, answer: `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>p-1</MessageId></PublishResult><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></PublishResponse>`},
			"", []string{"Action=Publish", "Message=%7B%22n%22%3A1%7D", "Subject=s"}, `{"MessageId":"p-1"}`},
		"events": {"events:putEvents", `{"Entries":[{"Source":"s","DetailType":"d","Detail":{"n":1}}]}`,
			endpoint{status: 200, kind: "application/x-amz-json-1.1", answer: `{"FailedEntryCount":0,"Entries":[{"EventId":"e-1"}]}`},
			"AWSEvents.PutEvents", []string{`"Detail":"{\"n\":1}"`, `"Source":"s"`}, `{"FailedEntryCount":0,"Entries":[{"EventId":"e-1"}]}`},
		"an item": {"dynamodb:getItem", `{"TableName":"t","Key":{"id":{"S":"x"}},"ConsistentRead":true}`,
			endpoint{status: 200, kind: json10, answer: `{"Item":{"id":{"S":"x"},"n":{"N":"12345678901234567890"},"l":{"L":[{"BOOL":true},{"NULL":true}]}}}`},
			"DynamoDB_20120810.GetItem", []string{`"Key":{"id":{"S":"x"}}`, `"ConsistentRead":true`},
			`{"Item":{"id":{"S":"x"},"l":{"L":[{"BOOL":true},{"NULL":true}]},"n":{"N":"12345678901234567890"}}}`},
		"an item that is not there": {"dynamodb:getItem", `{"TableName":"t","Key":{"id":{"S":"x"}}}`, endpoint{status: 200, kind: json10, answer: `{}`}, "DynamoDB_20120810.GetItem", nil, `{}`},
		"a put": {"dynamodb:putItem", `{"TableName":"t","Item":{"id":{"S":"x"}},"ConditionExpression":"attribute_not_exists(id)"}`,
			endpoint{status: 200, kind: json10, answer: `{}`}, "DynamoDB_20120810.PutItem", []string{`"Item":{"id":{"S":"x"}}`, `"ConditionExpression":"attribute_not_exists(id)"`}, `{}`},
		"an update": {"dynamodb:updateItem", `{"TableName":"t","Key":{"id":{"S":"x"}},"UpdateExpression":"SET #n = :n","ExpressionAttributeNames":{"#n":"n"},"ExpressionAttributeValues":{":n":{"N":"1"}},"ReturnValues":"ALL_NEW","ReturnConsumedCapacity":"TOTAL"}`,
			endpoint{status: 200, kind: json10, answer: `{"Attributes":{"n":{"N":"1"}},"ConsumedCapacity":{"TableName":"t","CapacityUnits":1}}`},
			"DynamoDB_20120810.UpdateItem", []string{`":n":{"N":"1"}`, `"ReturnValues":"ALL_NEW"`}, `{"Attributes":{"n":{"N":"1"}},"ConsumedCapacity":{"CapacityUnits":1,"TableName":"t"}}`},
		"a deletion": {"dynamodb:deleteItem", `{"TableName":"t","Key":{"id":{"S":"x"}}}`, endpoint{status: 200, kind: json10, answer: `{}`}, "DynamoDB_20120810.DeleteItem", nil, `{}`},
	} {
		out, err := handlers(t, &c.endpoint)["arn:aws:states:::"+c.resource](t.Context(), json.RawMessage(c.arguments))
		if c.want == "" { // whose digest is the SDK's to check
			if !strings.Contains(c.body, `"MessageBody":"{\"n\":1}"`) {
				t.Errorf("%s: it was sent %s", name, c.body)
			}
			continue
		}
		if err != nil || c.wantTarget != "" && c.target != c.wantTarget {
			t.Errorf("%s: %v; it was sent %s %s", name, err, c.target, c.body)
			continue
		}
		for _, want := range c.wantBody {
			if !strings.Contains(c.body, want) {
				t.Errorf("%s: it was sent %s, without %s", name, c.body, want)
			}
		}
		var answer map[string]any
		if err := json.Unmarshal(out, &answer); err != nil {
			t.Fatal(err)
		}
		if m, _ := answer["SdkHttpMetadata"].(map[string]any); fmt.Sprint(m["HttpStatusCode"]) != "200" || fmt.Sprint(answer["SdkResponseMetadata"]) == "" {
			t.Errorf("%s: how it came is %v", name, answer)
		}
		delete(answer, "SdkHttpMetadata")
		delete(answer, "SdkResponseMetadata")
		var want map[string]any
		if err := json.Unmarshal([]byte(c.want), &want); err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(answer) != fmt.Sprint(want) {
			t.Errorf("%s: %v, want %v", name, answer, want)
		}
	}
}

func TestErrorsHaveTheirNames(t *testing.T) {
	for name, c := range map[string]struct {
		resource, arguments string
		endpoint
		wantName, wantCause string
	}{
		"no such table": {"dynamodb:putItem", `{"TableName":"t","Item":{"id":{"S":"x"}}}`,
			endpoint{status: 400, kind: json10, answer: `{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"Requested resource not found"}`},
			"DynamoDB.ResourceNotFoundException", "Requested resource not found (Service: AmazonDynamoDBv2; Status Code: 400; Error Code: ResourceNotFoundException; Request ID: r-1; Proxy: null)"},
		"a condition that does not hold": {"dynamodb:putItem", `{"TableName":"t","Item":{"id":{"S":"x"}},"ConditionExpression":"attribute_not_exists(id)"}`,
			endpoint{status: 400, kind: json10, answer: `{"__type":"x#ConditionalCheckFailedException","message":"The conditional request failed"}`},
			"DynamoDB.ConditionalCheckFailedException", "The conditional request failed"},
		"a value that is wrong": {"dynamodb:getItem", `{"TableName":"/t","Key":{"id":{"S":"x"}}}`,
			endpoint{status: 400, kind: json10, answer: `{"__type":"com.amazon.coral.validate#ValidationException","message":"1 validation error detected"}`},
			"DynamoDB.AmazonDynamoDBException", "Error Code: ValidationException"},
		"an event that is refused": {"events:putEvents", `{"Entries":[{"Source":"s","DetailType":"d","Detail":"{}"},{"DetailType":"d"}]}`,
			endpoint{status: 200, kind: "application/x-amz-json-1.1", answer: `{"FailedEntryCount":1,"Entries":[{"EventId":"e-1"},{"ErrorCode":"InvalidArgument","ErrorMessage":"no Source"}]}`},
			"EventBridge.FailedEntry", `{"Entries":[{"EventId":"e-1"},{"ErrorCode":"InvalidArgument","ErrorMessage":"no Source"}],"FailedEntryCount":1}`},
		"no such queue": {"sqs:sendMessage", `{"QueueUrl":"http://q/1","MessageBody":"x"}`,
			endpoint{status: 400, kind: json10, answer: `{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"The specified queue does not exist."}`},
			"SQS.QueueDoesNotExistException", "The specified queue does not exist. (Service: AmazonSQS;"},
		"no such topic": {"sns:publish", `{"TopicArn":"arn:aws:sns:us-east-1:1:t","Message":"x"}`,
			endpoint{status: 404, kind: xml, answer: `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>NotFound</Code><Message>Topic does not exist</Message></Error><RequestId>r-1</RequestId></ErrorResponse>`},
			"SNS.NotFoundException", "Topic does not exist (Service: AmazonSNS; Status Code: 404;"},
		"an argument that there is not": {"sqs:sendMessage", `{"QueueUrl":"http://q/1","MessageBody":"x","Colour":"red"}`, endpoint{status: 200, kind: json10}, workflow.Runtime, "Colour"},
		"an item that is none":          {"dynamodb:putItem", `{"TableName":"t","Item":{"id":"x"}}`, endpoint{status: 200, kind: json10}, workflow.Runtime, "arn:aws:states:::dynamodb:putItem"},
	} {
		out, err := handlers(t, &c.endpoint)["arn:aws:states:::"+c.resource](t.Context(), json.RawMessage(c.arguments))
		e := workflow.AsError(err)
		if err == nil || e.Name != c.wantName || !strings.Contains(e.Cause, c.wantCause) {
			t.Errorf("%s: %s, %s: %s; want %s: …%s…", name, out, e.Name, e.Cause, c.wantName, c.wantCause)
		}
	}
}

func TestNobodyAnswers(t *testing.T) {
	e := &endpoint{}
	h := handlers(t, e)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for resource := range awsservices.Unconfigured("") {
		if h[resource] == nil {
			t.Errorf("%s is known and cannot be configured", resource)
		}
	}
	_, err := h["arn:aws:states:::dynamodb:deleteItem"](ctx, json.RawMessage(`{"TableName":"t","Key":{"id":{"S":"x"}}}`))
	if got := workflow.AsError(err); got.Name != "DynamoDB.SdkClientException" || !strings.HasPrefix(got.Cause, "Unable to execute HTTP request: ") {
		t.Errorf("%v", err)
	}
}

func TestUnconfigured(t *testing.T) {
	h := awsservices.Unconfigured("Start it with --aws.")
	if len(h) != 7 {
		t.Errorf("there are %d services", len(h))
	}
	for resource, call := range h {
		_, err := call(t.Context(), json.RawMessage(`{}`))
		if e := workflow.AsError(err); e.Name != workflow.Runtime || !strings.Contains(e.Cause, resource) || !strings.Contains(e.Cause, "--aws") {
			t.Errorf("%s: %v", resource, err)
		}
	}
}
