// Command webhook is the Lambda function that takes Stripe's events: whoever has signed
// them is believed, so that the route needs no token.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/vacancy/vacancy/internal/apigateway"
	"github.com/vacancy/vacancy/internal/app/cloud/function"
)

func main() {
	f := function.Open(context.Background())
	lambda.Start(apigateway.New(f.Webhook()))
}
