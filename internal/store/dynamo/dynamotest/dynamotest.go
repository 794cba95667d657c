// Package dynamotest gives tests a DynamoDB: the official DynamoDB Local, which it fetches
// with Maven, starts with Java and ends with the process.
//
// Where Java or Maven is missing, tests skip and say so. With VACANCY_REQUIRE_TOOLS=1,
// which CI sets, they fail instead, so that nothing goes untested unseen.
package dynamotest

import (
	"context"
	"errors"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/vacancy/vacancy/internal/store/dynamo"
)

// shared is the one server of this test binary.
var shared = sync.OnceValues(func() (*Server, error) { return Start(context.Background()) })

// Local answers the test binary's DynamoDB Local, which it starts the first time.
func Local(t testing.TB) *Server {
	t.Helper()
	server, err := shared()
	switch {
	case err == nil:
	case errors.Is(err, ErrUnavailable) && os.Getenv("VACANCY_REQUIRE_TOOLS") != "1":
		t.Skip(err)
	default:
		t.Fatal(err)
	}
	return server
}

var tables atomic.Int64

// Table makes an empty table that goes when the test ends. TTL is not switched on: the
// tests' times are past, and DynamoDB Local would remove what they have just written.
func Table(t testing.TB, options ...func(*dynamodb.Options)) *dynamo.Table {
	t.Helper()
	client := Local(t).Client(options...)
	name := "test-" + strconv.FormatInt(tables.Add(1), 10)
	if _, err := client.CreateTable(t.Context(), dynamo.CreateTableInput(name)); err != nil {
		t.Fatalf("CreateTable = %v", err)
	}
	t.Cleanup(func() {
		_, _ = client.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: aws.String(name)})
	})
	return dynamo.NewTable(client, name, dynamo.Options{})
}
