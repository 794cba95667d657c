package main

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/vacancy/vacancy/internal/httpapi"
	"github.com/vacancy/vacancy/internal/store/sqlite"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/integration"
	"github.com/vacancy/vacancy/internal/workflow/integration/lambdaendpoint"
	"github.com/vacancy/vacancy/internal/workflow/mock"
	"github.com/vacancy/vacancy/internal/workflow/sfnapi"
)

const (
	// stateMachinesDir is the data directory of 'vacancy workflow serve', unless told
	// otherwise; stateMachinesFile is its file, beside which the service's own may lie.
	stateMachinesDir  = "./vacancy-state-machines"
	stateMachinesFile = "state-machines.db"
	// inMemory as --data keeps nothing.
	inMemory = "memory"
)

type workflowServeFlags struct {
	listen         string
	lambdaEndpoint string
	aws            bool
	mock           string
	region         string
	account        string
	logLevel       string
}

func newWorkflowServe(p *program) *cobra.Command {
	var f workflowServeFlags
	command := &cobra.Command{
		Use:   "serve",
		Short: "Answer the API of AWS Step Functions on this machine",
		Long: `Answer the API of AWS Step Functions on a local port, so that any AWS SDK and the AWS
CLI work with --endpoint-url. State machines and executions are kept in the data directory
(--data, default ` + stateMachinesDir + `) and go on after a restart; '--data memory' keeps nothing.

Lambda tasks call --lambda-endpoint, which speaks the Lambda API: 'sam local start-lambda'.
Tasks of SQS, SNS, EventBridge and DynamoDB call AWS, or what stands in for it, with --aws.
--mock reads the MockConfigFile of Step Functions Local; an execution uses a test case of it
when it is started with the ARN of its state machine and '#TestCase' behind it.

Who calls is not checked, so it listens on this machine only. docs/step-functions.md says
which operations it answers, and how SDKs are told of it.`,
		Example: `  vacancy workflow serve
  vacancy workflow serve --data memory --lambda-endpoint http://127.0.0.1:3001
  vacancy workflow serve --mock mocks.json
  aws stepfunctions list-state-machines --endpoint-url http://127.0.0.1:8083`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error { return p.workflowServe(command.Context(), f) },
	}
	flags := command.Flags()
	flags.StringVar(&f.listen, "listen", "127.0.0.1:8083", "address to listen on; port 0 takes a free one")
	flags.StringVar(&f.lambdaEndpoint, "lambda-endpoint", "", "URL of a Lambda API that has the functions, such as http://127.0.0.1:3001")
	flags.BoolVar(&f.aws, "aws", false, "have tasks of SQS, SNS, EventBridge and DynamoDB call AWS, by its usual configuration (AWS_REGION, AWS_PROFILE, AWS_ENDPOINT_URL_DYNAMODB, …)")
	flags.StringVar(&f.mock, "mock", "", "MockConfigFile whose test cases answer the tasks of executions started with #TestCase")
	flags.StringVar(&f.region, "region", "us-east-1", "region in ARNs")
	flags.StringVar(&f.account, "account", "123456789012", "account in ARNs")
	flags.StringVar(&f.logLevel, "log-level", "info", "debug, info, warn or error")
	_ = command.MarkFlagFilename("mock", "json")
	return command
}

func (p *program) workflowServe(ctx context.Context, f workflowServeFlags) error {
	c, err := p.stepFunctions(ctx, f)
	if err != nil {
		return err
	}
	listener, err := listen(ctx, f.listen)
	if err != nil {
		return err
	}
	defer listener.Close()
	store, err := p.openStateMachines(ctx)
	if err != nil {
		return err
	}
	c.Journal, c.Catalog = store.Journal(), store.Catalog()
	server, err := sfnapi.New(ctx, c)
	if err != nil {
		return errors.Join(err, store.Close())
	}
	p.tuneRuntime()
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var group errgroup.Group
	group.Go(func() error { return server.Run(running) })
	group.Go(func() error {
		defer stop()
		return httpapi.Serve(ctx, listener, server, shutdownGrace, c.Log)
	})
	p.printf("listening on http://%s\n", listener.Addr())
	return errors.Join(group.Wait(), store.Close())
}

func (p *program) openStateMachines(ctx context.Context) (*sqlite.Store, error) {
	dir := p.global.data
	switch dir {
	case inMemory:
		return sqlite.OpenMemory(ctx, sqlite.Options{})
	case "":
		dir = stateMachinesDir
	}
	return sqlite.Open(ctx, dir, sqlite.Options{File: stateMachinesFile})
}

// stepFunctions reads the flags.
func (p *program) stepFunctions(ctx context.Context, f workflowServeFlags) (c sfnapi.Config, err error) {
	c = sfnapi.Config{Region: f.region, Account: f.account, NewID: uuid.NewString, Services: map[string]workflow.Handler{}}
	if f.region == "" || strings.ContainsAny(f.region, ": ") {
		return c, usagef("--region must be a region such as us-east-1, it is %q", f.region)
	}
	if len(f.account) != 12 || strings.Trim(f.account, "0123456789") != "" {
		return c, usagef("--account must have 12 digits, it is %q", f.account)
	}
	if c.Log, err = p.newLog(f.logLevel); err != nil {
		return c, err
	}
	if c.Functions, err = p.functions(f.lambdaEndpoint, c.Services); err != nil {
		return c, err
	}
	if err := awsTasks(ctx, f.aws, c.Services); err != nil {
		return c, err
	}
	if f.mock == "" {
		return c, nil
	}
	source, err := p.readFile(f.mock)
	if err != nil {
		return c, err
	}
	if c.Mocks, err = mock.Parse(source); err != nil {
		return c, usagef("%s: %w", f.mock, err)
	}
	return c, nil
}

// functions answers what runs Lambda tasks.
func (p *program) functions(endpoint string, services map[string]workflow.Handler) (integration.Functions, error) {
	if endpoint == "" {
		return lambdaendpoint.None{Remedy: "Start 'vacancy workflow serve' with --lambda-endpoint URL ('sam local start-lambda' is one), or with --mock FILE and start the execution with #TestCase."}, nil
	}
	e, err := lambdaendpoint.New(endpoint, &http.Client{})
	if err != nil {
		return nil, usagef("--lambda-endpoint: %w", err)
	}
	services["arn:aws:states:::lambda:invoke"] = e.Invoke
	return e, nil
}
