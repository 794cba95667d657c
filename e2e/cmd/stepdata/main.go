// Command stepdata runs DynamoDB Local with what the events of events/ speak of, for
// functions that are tried by themselves.
//
//	stepdata --events DIR --host ADDRESS --env-vars FILE NAME=VALUE …
//
// Each step has a table of its own, called as the step, in which the steps of its machine
// before it have run; the functions behind the API share an empty one, Vacancy. FILE is then
// written, for 'sam local --env-vars': each function's table, the endpoint by the address at
// which a container reaches this machine, and the variables named here. It serves until it
// is told to end.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/app/cloud"
	"github.com/vacancy/vacancy/internal/app/rehearsal"
	"github.com/vacancy/vacancy/internal/store/dynamo"
	"github.com/vacancy/vacancy/internal/store/dynamo/dynamotest"
)

// shared is the table of the functions that are no steps.
const shared = "Vacancy"

const endpointVariable = "AWS_ENDPOINT_URL_DYNAMODB"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintf(os.Stderr, "stepdata: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	events := flag.String("events", "events", "directory of the events, STEP.json")
	host := flag.String("host", "127.0.0.1", "address at which functions reach this machine")
	file := flag.String("env-vars", "", "file to write")
	flag.Parse()
	if *file == "" {
		return errors.New("--env-vars is missing: the file to write")
	}
	variables, err := named(flag.Args())
	if err != nil {
		return err
	}
	server, err := dynamotest.Start(ctx)
	if err != nil {
		return err
	}
	defer server.Stop()
	endpoint, err := url.Parse(server.Endpoint)
	if err != nil {
		return err
	}
	variables[endpointVariable] = "http://" + *host + ":" + endpoint.Port()

	functions := map[string]map[string]string{"Parameters": on(shared, variables)}
	if _, err := newTable(ctx, server, shared); err != nil {
		return err
	}
	for _, step := range rehearsal.Steps() {
		event, err := os.ReadFile(filepath.Join(*events, step+".json"))
		if err != nil {
			return fmt.Errorf("the step %s has no event to be tried with: %w", step, err)
		}
		table, err := newTable(ctx, server, step)
		if err != nil {
			return err
		}
		ports, err := cloud.Ports(table, cloud.Config{})
		if err != nil {
			return err
		}
		if err := rehearsal.Prepare(ctx, ports, step, event, app.Now()); err != nil {
			return err
		}
		functions[step] = on(step, variables)
	}
	text, err := json.MarshalIndent(functions, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(*file, text, 0o600); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

func newTable(ctx context.Context, server *dynamotest.Server, name string) (*dynamo.Table, error) {
	client := server.Client()
	if _, err := client.CreateTable(ctx, dynamo.CreateTableInput(name)); err != nil {
		return nil, fmt.Errorf("create table %s: %w", name, err)
	}
	return dynamo.NewTable(client, name, dynamo.Options{}), nil
}

// on are the variables of a function whose table has the name.
func on(table string, variables map[string]string) map[string]string {
	all := maps.Clone(variables)
	all[cloud.TableVariable] = table
	return all
}

func named(arguments []string) (map[string]string, error) {
	variables := map[string]string{}
	for _, a := range arguments {
		name, value, ok := strings.Cut(a, "=")
		if !ok {
			return nil, fmt.Errorf("%q is no NAME=VALUE", a)
		}
		variables[name] = value
	}
	return variables, nil
}
