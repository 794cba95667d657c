// Package function is what the Lambda functions share: how they start, what they log and
// count, and the names under which their errors reach Step Functions.
package function

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/app/cloud"
	"github.com/vacancy/vacancy/internal/identity"
	"github.com/vacancy/vacancy/internal/identity/oidc"
	"github.com/vacancy/vacancy/internal/saga"
	"github.com/vacancy/vacancy/internal/telemetry"
)

// Function is a program on AWS as a Lambda function runs it.
type Function struct {
	App     *cloud.App
	Log     *slog.Logger
	Metrics *telemetry.Metrics
	getenv  func(string) string
}

// Open wires the function by its environment. One that cannot be wired ends the process:
// the runtime then tells of it as an error of the function's initialization.
func Open(ctx context.Context) *Function {
	f, err := open(ctx, os.Getenv)
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s cannot start: %v\n", lambdacontext.FunctionName, err)
		os.Exit(1)
	}
	return f
}

func open(ctx context.Context, getenv func(string) string) (*Function, error) {
	service := getenv(cloud.ServiceVariable)
	// Lambda collects standard error and standard output alike.
	f := &Function{getenv: getenv, Metrics: telemetry.NewMetrics(os.Stdout, service, app.Now)}
	f.Log = telemetry.NewLog(os.Stderr, telemetry.LogConfig{
		Level: slog.LevelInfo, Span: span, Resource: resource(service, getenv),
	})
	c, err := cloud.FromEnvironment(getenv)
	if err != nil {
		return nil, err
	}
	c.Log, c.After = f.Log, wait
	awsConfig, err := awsOf(getenv)
	if err != nil {
		return nil, err
	}
	f.App, err = cloud.Open(ctx, awsConfig, c)
	return f, err
}

// resource describes the function (OpenTelemetry semantic conventions, "FaaS", "Cloud").
func resource(service string, getenv func(string) string) []slog.Attr {
	return []slog.Attr{
		slog.String("service.name", service),
		slog.String("deployment.environment.name", getenv(cloud.StageVariable)),
		slog.String("cloud.provider", "aws"),
		slog.String("cloud.region", getenv("AWS_REGION")),
		slog.String("faas.name", lambdacontext.FunctionName),
		slog.String("faas.version", lambdacontext.FunctionVersion),
	}
}

// span is the trace and the invocation that a context belongs to.
func span(ctx context.Context) telemetry.Span {
	header, _ := ctx.Value("x-amzn-trace-id").(string) // the key that the runtime library uses
	s := telemetry.XRaySpan(header)
	if invocation, ok := lambdacontext.FromContext(ctx); ok {
		s.Invocation = invocation.AwsRequestID
	}
	return s
}

// Verifier accepts the access tokens of the user pool, or of the test issuer. The
// authorizer before the function has looked at them already; 'sam local' has none.
func (f *Function) Verifier() identity.Verifier {
	provider, err := oidc.New(oidc.Config{
		Issuer: f.getenv(cloud.IssuerVariable), Audience: f.getenv(cloud.AudienceVariable),
		AllowHTTP: f.App.Config.Stage != saga.Production, // a test issuer
		Now:       app.Now,
	})
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s cannot start: %v\n", lambdacontext.FunctionName, err)
		os.Exit(1)
	}
	return identity.NewCache(provider, app.Now)
}

// wait does what is to be done once the time has passed, before the call ends: between
// calls the process is frozen, timers and all.
func wait(ctx context.Context, d time.Duration, do func(context.Context)) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		do(ctx)
	case <-ctx.Done():
	}
}
