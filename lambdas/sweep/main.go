// Command sweep is the Lambda function that does, each minute and when an execution has
// failed, what timers and executions have left undone.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/vacancy/vacancy/internal/app/cloud/function"
)

func main() {
	f := function.Open(context.Background())
	lambda.Start(f.Sweep)
}
