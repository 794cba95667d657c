package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/vacancy/vacancy/internal/api"
	"github.com/vacancy/vacancy/internal/app/cloud"
	"github.com/vacancy/vacancy/internal/app/embedded"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/client"
	"github.com/vacancy/vacancy/internal/httpapi"
	"github.com/vacancy/vacancy/internal/saga"
)

// demoWindow is the payment window of a demo: short enough to watch it close.
const demoWindow = time.Minute

// shutdownGrace is how long requests and executions under way may take to finish.
const shutdownGrace = 10 * time.Second

// stages are where a deployment may stand.
var stages = []string{string(saga.Development), string(saga.Staging), string(saga.Production)}

// serveFlags are what 'vacancy serve' takes beside the flags of all commands.
type serveFlags struct {
	doors         doorFlags
	backend       backendFlags
	demo          bool
	stage         string
	logLevel      string
	notifyURL     string
	notifySecret  string
	smtp          string
	smtpPassword  string
	limits        limitFlags
	operations    string
	stripe        stripeFlags
	configuration embedded.Config
}

func newServe(p *program) *cobra.Command {
	var f serveFlags
	command := &cobra.Command{
		Use:   "serve",
		Short: "Run the service on this machine",
		Long: `Run the service: the GraphQL API, the holds and their workflows, in one process, with
everything kept in the data directory. It prints one line, 'listening on URL', when it is
ready; logs go to standard error. On SIGTERM or Ctrl-C it finishes what it is doing.

With --demo it starts with a few hundred real listings and a payment window of a minute, in a
data directory of its own, and prints commands to paste.

It accepts tokens that it signed itself ('vacancy token') and listens on this machine only,
unless it is told who may come in from elsewhere: whoever has a token that it signed
(--auth tokens), or whom an OpenID Connect provider knows (--oidc-issuer). Beyond this machine
it speaks HTTPS (--tls-cert, --tls-key) or stands behind a proxy that does (--behind-proxy).`,
		Example: `  vacancy serve --demo
  vacancy serve --data /var/lib/vacancy --payment-window 15m
  vacancy serve --listen 127.0.0.1:0 --notify-url https://example.com/vacancy
  vacancy serve --listen :8443 --auth tokens --tls-cert house.crt --tls-key house.key`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			if err := errors.Join(f.doors.check(), f.backend.check()); err != nil {
				return err
			}
			if f.backend.name == backendAWS && (f.notifyURL != "" || f.smtp != "") {
				return usagef("--notify-url and --smtp are for --backend embedded; on AWS notifications go to the stack's topic (parameter NotifyEmail, output NotificationTopicArn)")
			}
			return p.serve(command.Context(), f)
		},
	}
	flags := command.Flags()
	f.doors.add(flags)
	f.backend.add(flags)
	flags.BoolVar(&f.demo, "demo", false, "start with real listings and a payment window of a minute")
	flags.StringVar(&f.stage, "stage", "dev", "dev, stage, or prod: no GraphiQL, no introspection, and no failures on purpose")
	flags.Float64Var(&f.configuration.CompensationFailureRate, "compensation-failure-rate", 0, "share of the sagas' cancel, refund and rollback steps that fail at random, 0 to 1, to watch them recover (not in prod)")
	flags.StringVar(&f.logLevel, "log-level", "info", "debug, info, warn or error")
	flags.DurationVar(&f.configuration.PaymentWindow, "payment-window", 0, "how long a hold lasts where the apartment does not say (default 15m)")
	flags.IntVar(&f.configuration.MaxExtensions, "max-extensions", 0, "how often a hold may be extended (default 2)")
	flags.IntVar(&f.configuration.MaxWindows, "max-windows", 0, "how many payment windows a hold lasts at the most (default 3)")
	f.limits.add(flags)
	flags.StringVar(&f.operations, "operations", "", "answer only these GraphQL operations: a .graphql file, a directory of them, or a manifest in JSON")
	flags.StringVar(&f.configuration.Gateway, "gateway", embedded.Simulated, "payment gateway: "+strings.Join(embedded.Gateways(), ", "))
	f.stripe.add(flags)
	flags.StringVar((*string)(&f.configuration.LateMoney), "late-money", string(booking.RefundLate), "what becomes of money that comes after its hold has ended, where the apartment does not say: REFUND or REACQUIRE_ELSE_REFUND")
	flags.DurationVar(&f.configuration.SlowPayment, "slow-payment", 0, "how long the simulated payment method pm_slow takes (default 2s)")
	flags.StringVar(&f.configuration.Carrier, "carrier", "", "of move-in orders: simulated, or manual: an operator answers (default simulated, in prod manual)")
	flags.DurationVar(&f.configuration.ShipmentTimeout, "shipment-timeout", 0, "how long the carrier may take to answer (default 336h)")
	flags.StringVar(&f.notifyURL, "notify-url", "", "POST notifications there, signed with VACANCY_NOTIFY_SECRET (Standard Webhooks)")
	flags.StringVar(&f.notifySecret, "notify-secret", "", "signs the notifications; better given as VACANCY_NOTIFY_SECRET")
	flags.StringVar(&f.smtp, "smtp", "", "mail notifications: smtp[s]://USER@HOST:PORT?from=…&to=…")
	flags.StringVar(&f.smtpPassword, "smtp-password", "", "of the mail server; better given as VACANCY_SMTP_PASSWORD")
	_ = command.RegisterFlagCompletionFunc("backend", cobra.FixedCompletions([]string{backendEmbedded, backendAWS}, cobra.ShellCompDirectiveNoFileComp))
	_ = command.RegisterFlagCompletionFunc("stage", cobra.FixedCompletions(stages, cobra.ShellCompDirectiveNoFileComp))
	return command
}

func (p *program) serve(ctx context.Context, f serveFlags) error {
	c, err := p.configuration(f)
	if err != nil {
		return err
	}
	operations, err := operationsAt(f.operations)
	if err != nil {
		return err
	}
	doors, err := f.doors.open(ctx, p.now, c.Log)
	if err != nil {
		return err
	}
	defer doors.close()
	backend, a, err := f.backend.open(ctx, c)
	if err != nil {
		return err
	}
	gate, err := f.doors.gate(ctx, c.DataDir, p.now, c.Log)
	if err == nil && f.demo {
		err = importDemo(ctx, a)
	}
	if err != nil {
		return errors.Join(err, backend.Close())
	}
	p.tuneRuntime()
	if err := client.WriteServerFile(c.DataDir, client.ServerFile{Address: doors.local, PID: os.Getpid()}); err != nil {
		return errors.Join(err, backend.Close())
	}
	handler := api.New(api.Config{
		App: a, Backend: backend, Verifier: gate.verifier, Checks: gate.checks, Public: f.doors.public(), Proxies: f.doors.proxies,
		AllowOrigins: f.doors.allowOrigins, Operations: operations, Development: f.stage != "prod", Now: p.now, Log: c.Log,
	})

	// The API goes first and the runner after it, so that what a request has begun is carried on.
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var group errgroup.Group
	group.Go(func() error { return backend.Run(running) })
	group.Go(func() error {
		defer stop()
		return serveAll(ctx, doors.listeners, handler, c.Log)
	})
	p.printf("listening on %s\n", doors.address)
	if f.demo {
		if err := p.printDemo(gate.key, doors.local, c.DataDir, c.PaymentWindow); err != nil {
			c.Log.Error("the demo's commands could not be printed", "error", err)
		}
	}
	return errors.Join(group.Wait(), client.RemoveServerFile(c.DataDir), backend.Close())
}

// serveAll serves every listener until ctx ends, or one of them fails.
func serveAll(ctx context.Context, listeners []net.Listener, handler http.Handler, log *slog.Logger) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, listener := range listeners {
		group.Go(func() error { return httpapi.Serve(ctx, listener, handler, shutdownGrace, log) })
	}
	return group.Wait()
}

// configuration reads the flags.
func (p *program) configuration(f serveFlags) (embedded.Config, error) {
	c := f.configuration
	if err := oneOf("--stage", f.stage, stages); err != nil {
		return c, err
	}
	if f.demo && f.doors.auth == authOIDC {
		return c, usagef("--demo prints tokens of its own, which --auth oidc does not accept; leave one of them out")
	}
	c.Stage = saga.Stage(f.stage)
	if err := oneOf("--gateway", c.Gateway, embedded.Gateways()); err != nil {
		return c, err
	}
	if f.backend.name == backendAWS && !slices.Contains(cloud.Gateways(), c.Gateway) {
		return c, usagef("--gateway %s is for --backend embedded; on AWS there are %s", c.Gateway, strings.Join(cloud.Gateways(), " and "))
	}
	if c.Gateway == embedded.Stripe {
		var err error
		if c.Stripe, err = p.stripe(f.stripe); err != nil {
			return c, usageError{err}
		}
	}
	c.LateMoney = booking.LateMoney(strings.ToUpper(string(c.LateMoney)))
	if err := oneOf("--late-money", string(c.LateMoney), []string{string(booking.RefundLate), string(booking.ReacquireElseRefund)}); err != nil {
		return c, err
	}
	c.DataDir = p.global.data
	if c.DataDir == "" {
		c.DataDir = defaultDataDir
		if f.demo {
			c.DataDir = demoDataDir
		}
	}
	if f.demo && c.PaymentWindow == 0 {
		c.PaymentWindow = demoWindow
	}
	var err error
	if c.Limits, err = f.limits.limits(); err != nil {
		return c, err
	}
	log, err := p.newLog(f.logLevel)
	if err != nil {
		return c, err
	}
	c.Log = log
	if c.Receiver, err = receiver(f, p.now); err != nil {
		return c, usageError{err}
	}
	return c, nil
}

// Collecting garbage at the default pace takes a quarter of the time of a loaded server
// whose live data is a few megabytes. It may use some more, up to a bound at which it is
// collected more often again.
const (
	garbagePercent = 400
	memoryTarget   = 320 << 20
)

// tuneRuntime leaves alone what GOGC, GOMEMLIMIT or GOMAXPROCS say.
func (p *program) tuneRuntime() {
	if _, set := p.getenv("GOGC"); !set {
		debug.SetGCPercent(garbagePercent)
	}
	if _, set := p.getenv("GOMEMLIMIT"); !set {
		debug.SetMemoryLimit(memoryTarget)
	}
	// The goroutine that writes gives its place away while it waits for the disk. When all
	// places are taken by requests as it comes back, everybody waits for the writer to be scheduled: so
	// there is one place more than processors.
	if _, set := p.getenv("GOMAXPROCS"); !set {
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1)
	}
}
