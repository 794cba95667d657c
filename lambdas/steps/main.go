// Command steps is every workflow step as a Lambda function: the function's Handler
// names the one that it is.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/vacancy/vacancy/internal/app/cloud/function"
)

func main() {
	f := function.Open(context.Background())
	lambda.Start(f.Step())
}
