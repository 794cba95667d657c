// Command graphql is the Lambda function behind the HTTP API: everything that
// 'vacancy serve' answers, on AWS.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/vacancy/vacancy/internal/api"
	"github.com/vacancy/vacancy/internal/apigateway"
	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/app/cloud"
	"github.com/vacancy/vacancy/internal/app/cloud/function"
	"github.com/vacancy/vacancy/internal/saga"
)

func main() {
	f := function.Open(context.Background())
	lambda.Start(apigateway.New(api.New(api.Config{
		App: f.App.App, Backend: f.App, Verifier: f.Verifier(), Public: true,
		Development: f.App.Config.Stage != saga.Production, Now: app.Now, Log: f.Log,
	})))
}

var _ api.Backend = (*cloud.App)(nil)
