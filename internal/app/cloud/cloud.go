package cloud

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	sfnservice "github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/httpapi"
	"github.com/vacancy/vacancy/internal/payment/simulated"
	"github.com/vacancy/vacancy/internal/payment/simulated/dynamoledger"
	"github.com/vacancy/vacancy/internal/step"
	"github.com/vacancy/vacancy/internal/store/dynamo"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/sfn"
)

// sweepEvery is how often a server runs the sweeper. The Lambda does each minute.
const sweepEvery = 10 * time.Second

// App is the wired program on AWS.
type App struct {
	*app.App
	Store   *dynamo.Store
	Gateway *simulated.Gateway
}

// Open wires the program. It asks AWS nothing, so that a function starts quickly.
func Open(ctx context.Context, c Config) (*App, error) {
	awsConfig, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the configuration of AWS: %w", err)
	}
	return New(awsConfig, c)
}

// New wires the program with a configuration of AWS.
func New(awsConfig aws.Config, c Config) (*App, error) {
	var err error
	if c.Config, err = c.WithDefaults(); err != nil {
		return nil, err
	}
	if c.Table == "" {
		return nil, errors.New("the DynamoDB table is not named; say --table, or VACANCY_TABLE")
	}
	machines, err := c.machines()
	if err != nil {
		return nil, err
	}
	table := dynamo.NewTable(dynamo.NewClient(awsConfig), c.Table, dynamo.Options{})
	a := on(table, c)
	ports := a.ports(table, c)
	ports.NewRunner = func(step.Table) (workflow.Runner, error) { // whose tasks are functions of their own
		return sfn.New(sfnservice.NewFromConfig(awsConfig), machines)
	}
	a.App, err = app.New(c.Config, ports)
	return a, err
}

func on(table *dynamo.Table, c Config) *App {
	return &App{Store: dynamo.New(table), Gateway: simulated.New(dynamoledger.New(table, app.Now), simulated.Options{Now: app.Now, SlowFor: c.SlowPayment})}
}

// Ports are those of a table, without a runner.
func Ports(table *dynamo.Table, c Config) app.Ports { return on(table, c).ports(table, c) }

func (a *App) ports(table *dynamo.Table, c Config) app.Ports {
	return app.Ports{
		Store: a.Store, Gateway: a.Gateway, Batches: a.Store.Imports(), TripStore: dynamo.NewTrips(table),
		OrderPorts: app.OrderPorts{OrderStore: dynamo.NewOrders(table), Cards: dynamoledger.NewCards(table, rand.Reader), After: c.After},
	}
}

// Run runs the sweeper until ctx ends.
func (a *App) Run(ctx context.Context) error {
	a.SweepEvery(ctx, sweepEvery)
	return nil
}

// Close has nothing to give back: what there is belongs to AWS.
func (a *App) Close() error { return nil }

// Routes show managers the ledger of the gateway.
func (a *App) Routes() []httpapi.Route {
	return []httpapi.Route{
		{Pattern: "GET /ledger/{reservation}", Roles: httpapi.Managing, Handler: httpapi.JSON(a.Config.Log, func(r *http.Request) (any, error) {
			return a.Gateway.Totals(r.Context(), r.PathValue("reservation"))
		})},
	}
}

// Checks are what must work for the program to.
func (a *App) Checks() []httpapi.Check {
	return []httpapi.Check{{Name: "store", Check: a.Store.Ping}}
}

// Collectors are none: CloudWatch has the metrics of what AWS runs.
func (a *App) Collectors() []prometheus.Collector { return nil }
