package awsservices_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/vacancy/vacancy/internal/store/dynamo/dynamotest"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/integration/awsservices"
)

// The four operations against the official DynamoDB Local.
func TestDynamoDBLocal(t *testing.T) {
	server := dynamotest.Local(t)
	config := aws.Config{Region: "us-east-1", BaseEndpoint: &server.Endpoint, Credentials: credentials.NewStaticCredentialsProvider("local", "local", "")}
	client := dynamodb.NewFromConfig(config)
	_, err := client.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: aws.String("tasks"), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: types.KeyTypeHash}},
	})
	if err != nil {
		t.Fatal(err)
	}
	h := awsservices.Handlers(awsservices.All(config))
	call := func(operation, arguments string) (string, error) {
		out, err := h["arn:aws:states:::dynamodb:"+operation](t.Context(), json.RawMessage(`{"TableName":"tasks",`+arguments+`}`))
		var answer map[string]json.RawMessage
		_ = json.Unmarshal(out, &answer)
		if item, ok := answer["Item"]; ok {
			return string(item), err
		}
		return string(answer["Attributes"]), err
	}
	const key, absent = `"Key":{"id":{"S":"x"}}`, `"ConditionExpression":"attribute_not_exists(id)"`
	if _, err := call("putItem", `"Item":{"id":{"S":"x"},"n":{"N":"1"}},`+absent); err != nil {
		t.Fatalf("putItem = %v", err)
	}
	_, err = call("putItem", `"Item":{"id":{"S":"x"}},`+absent)
	if e := workflow.AsError(err); e.Name != "DynamoDB.ConditionalCheckFailedException" {
		t.Errorf("putItem against its condition = %v", err)
	}
	if got, err := call("updateItem", key+`,"UpdateExpression":"SET n = n + :one","ExpressionAttributeValues":{":one":{"N":"1"}},"ReturnValues":"UPDATED_NEW"`); err != nil || got != `{"n":{"N":"2"}}` {
		t.Errorf("updateItem = %s, %v", got, err)
	}
	if got, err := call("getItem", key+`,"ConsistentRead":true`); err != nil || !strings.Contains(got, `"n":{"N":"2"}`) {
		t.Errorf("getItem = %s, %v", got, err)
	}
	if got, err := call("deleteItem", key+`,"ReturnValues":"ALL_OLD"`); err != nil || !strings.Contains(got, `"id":{"S":"x"}`) {
		t.Errorf("deleteItem = %s, %v", got, err)
	}
	if got, err := call("getItem", key); err != nil || got != "" {
		t.Errorf("getItem of what is deleted = %s, %v", got, err)
	}
}
