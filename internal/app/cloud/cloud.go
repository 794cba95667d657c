package cloud

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sfnservice "github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/app/gatewayroutes"
	"github.com/vacancy/vacancy/internal/httpapi"
	"github.com/vacancy/vacancy/internal/payment/simulated"
	"github.com/vacancy/vacancy/internal/ratelimit"
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
	Store *dynamo.Store
	// Gateway is the simulated one; nil where the program has another.
	Gateway *simulated.Gateway
	// Webhook takes the events of Stripe; nil where there are none to take.
	Webhook http.Handler
}

// Open wires the program with a configuration of AWS. It asks AWS for nothing but the secret
// of Stripe's keys, and that only where there is one, so that a function starts quickly.
func Open(ctx context.Context, awsConfig aws.Config, c Config) (*App, error) {
	awsConfig.Logger = sdkLog{c.Log}
	if c.StripeSecret != "" {
		var err error
		if c.Stripe, err = readStripe(ctx, awsConfig, c); err != nil {
			return nil, err
		}
	}
	return New(awsConfig, c)
}

// New wires the program, whose keys of Stripe are known.
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
	ports, err := Ports(table, c)
	if err != nil {
		return nil, err
	}
	a := &App{Store: dynamo.New(table)}
	a.Gateway, _ = ports.Gateway.(*simulated.Gateway)
	ports.NewRunner = func(step.Table) (workflow.Runner, error) { // whose tasks are functions of their own
		return sfn.New(sfnservice.NewFromConfig(awsConfig), machines)
	}
	if a.App, err = app.New(c.Config, ports); err != nil {
		return nil, err
	}
	if c.Gateway == Stripe && len(c.Stripe.WebhookSecrets) > 0 {
		a.Webhook = gatewayroutes.StripeEvents(a.App, c.Stripe.WebhookSecrets)
	}
	return a, nil
}

// Ports are those of a table, without a runner.
func Ports(table *dynamo.Table, c Config) (app.Ports, error) {
	gateway, err := openGateway(table, c)
	store := dynamo.New(table)
	return app.Ports{
		Store: store, Gateway: gateway, Batches: store.Imports(), TripStore: dynamo.NewTrips(table),
		OrderPorts: app.OrderPorts{OrderStore: dynamo.NewOrders(table), Cards: cards(table, c), After: c.After},
	}, err
}

// Run runs the sweeper until ctx ends.
func (a *App) Run(ctx context.Context) error {
	a.SweepEvery(ctx, sweepEvery)
	return nil
}

// Close has nothing to give back: what there is belongs to AWS.
func (a *App) Close() error { return nil }

// Routes are those of the gateway.
func (a *App) Routes() []httpapi.Route { return gatewayroutes.New(a.App, a.Gateway, a.Webhook) }

// Limiter counts in the table, for all functions together.
func (a *App) Limiter(kind string, r ratelimit.Rate) ratelimit.Limiter {
	return dynamo.NewLimiter(a.Store.Table(), kind, r, app.Now)
}

// Checks are what must work for the program to.
func (a *App) Checks() []httpapi.Check {
	return []httpapi.Check{{Name: "store", Check: a.Store.Ping}}
}

// Collectors are none: CloudWatch has the metrics of what AWS runs.
func (a *App) Collectors() []httpapi.Collector { return nil }
