package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/spf13/pflag"

	"github.com/vacancy/vacancy/internal/api"
	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/app/cloud"
	"github.com/vacancy/vacancy/internal/app/embedded"
)

// Backends of a server.
const (
	backendEmbedded = "embedded"
	backendAWS      = "aws"
)

// backendFlags say where everything is kept and what runs the workflows.
type backendFlags struct {
	name          string
	table         string
	stateMachines string
}

func (f *backendFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.name, "backend", backendEmbedded, "embedded: SQLite in the data directory; aws: DynamoDB and Step Functions, by the usual configuration of AWS (AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL)")
	flags.StringVar(&f.table, "table", "", "DynamoDB table (--backend aws; output TableName of the stack)")
	flags.StringVar(&f.stateMachines, "state-machines", "", "ARN of the state machines, with {machine} for the name (--backend aws): arn:aws:states:REGION:ACCOUNT:stateMachine:STACK-{machine}:live")
}

// check refuses what belongs to the other backend.
func (f *backendFlags) check() error {
	if err := oneOf("--backend", f.name, []string{backendEmbedded, backendAWS}); err != nil {
		return err
	}
	switch {
	case f.name == backendAWS && (f.table == "" || f.stateMachines == ""):
		return usagef("--backend aws needs --table and --state-machines; 'vacancy aws outputs --stack NAME' prints them as TableName and StateMachines")
	case f.name == backendEmbedded && (f.table != "" || f.stateMachines != ""):
		return usagef("--table and --state-machines are for --backend aws")
	}
	return nil
}

// backend is what a server runs on.
type backend interface {
	api.Backend
	// Run runs what goes on beside the API until ctx ends.
	Run(ctx context.Context) error
	Close() error
}

// open opens the backend that the flags name.
func (f *backendFlags) open(ctx context.Context, c embedded.Config) (backend, *app.App, error) {
	if f.name == backendAWS {
		awsConfig, err := config.LoadDefaultConfig(ctx)
		if err != nil {
			return nil, nil, fmt.Errorf("read the configuration of AWS: %w", err)
		}
		a, err := cloud.Open(ctx, awsConfig, cloud.Config{Config: c.Config, Table: f.table, StateMachines: f.stateMachines, Gateway: c.Gateway, Stripe: c.Stripe})
		if err != nil {
			return nil, nil, usageError{err}
		}
		return a, a.App, nil
	}
	a, err := embedded.Open(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	return a, a.App, nil
}
