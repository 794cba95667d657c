package sfnapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/catalog"
	"github.com/vacancy/vacancy/internal/workflow/integration"
	"github.com/vacancy/vacancy/internal/workflow/local"
	"github.com/vacancy/vacancy/internal/workflow/local/memory"
	"github.com/vacancy/vacancy/internal/workflow/mock"
)

// Config is what a server is made of. Journal, Catalog and NewID are needed.
type Config struct {
	Journal local.Journal
	Catalog catalog.Catalog
	// Functions are the Lambda functions that tasks call; nil: there are none, and a
	// definition that calls one is taken and fails there.
	Functions integration.Functions
	// Services are the other resources of tasks; see local.Config. States' own
	// startExecution needs none.
	Services map[string]workflow.Handler
	// Mocks, if any, answer the tasks of executions started with STATE_MACHINE_ARN#TestCase.
	Mocks *mock.Config

	Region  string // in ARNs; default us-east-1
	Account string // in ARNs; default 123456789012

	NewID func() string // unique: execution names, revisions, request ids
	Clock local.Clock   // default local.SystemClock
	Rand  func() uint64 // default from crypto/rand
	Log   *slog.Logger  // default discards
}

// Server answers the API. Use [New], then [Server.Run]; it is an http.Handler.
type Server struct {
	cfg    Config
	prefix string // of ARNs
	log    *slog.Logger

	runner    *local.Runner   // standard executions
	express   *local.Runner   // those of express machines, in memory
	passing   *memory.Journal // that holds them
	tasks     *tasks
	nested    nestedExecutions
	expresses expressRuns

	changing sync.Mutex // one change of the state machines at a time
	mu       sync.RWMutex
	machines map[string]catalog.StateMachine
}

// New answers a server that knows the state machines of the catalog. Nothing runs
// before Run.
func New(ctx context.Context, cfg Config) (*Server, error) {
	if cfg.Journal == nil || cfg.Catalog == nil || cfg.NewID == nil {
		return nil, errors.New("the Step Functions API needs a journal, a catalog and ids")
	}
	if cfg.Region == "" {
		cfg.Region = "us-east-1"
	}
	if cfg.Account == "" {
		cfg.Account = "123456789012"
	}
	if cfg.Clock == nil {
		cfg.Clock = local.SystemClock{}
	}
	if cfg.Rand == nil {
		cfg.Rand = local.CryptoRand
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{
		cfg: cfg, prefix: "arn:aws:states:" + cfg.Region + ":" + cfg.Account, log: cfg.Log,
		passing: memory.New(), machines: map[string]catalog.StateMachine{},
	}
	if err := s.openRunners(ctx); err != nil {
		return nil, err
	}
	return s, s.load(ctx)
}

func (s *Server) openRunners(ctx context.Context) (err error) {
	s.tasks = newTasks(s)
	standard := local.Config{
		Journal: s.cfg.Journal, Tasks: s.tasks, Identity: s.identity, Ended: s.ended,
		Clock: s.cfg.Clock, Rand: s.cfg.Rand, Log: s.log, ARNPrefix: s.prefix,
	}
	if s.runner, err = local.New(ctx, standard); err != nil {
		return err
	}
	express := standard
	express.Journal, express.Identity, express.Ended = s.passing, s.expressIdentity, s.expressEnded
	s.express, err = local.New(ctx, express)
	return err
}

// load takes up what the process before left.
func (s *Server) load(ctx context.Context) error {
	all, err := s.cfg.Catalog.StateMachines(ctx)
	if err != nil {
		return fmt.Errorf("read the state machines: %w", err)
	}
	for _, m := range all {
		if m.Deleting {
			if err := s.remove(ctx, m); err != nil {
				return err
			}
			continue
		}
		if err := s.define(ctx, m); err != nil {
			// Another release may have taken it. It is listed, and not started.
			s.log.Error("a state machine that was created before cannot be run", "machine", m.Name, "error", err)
		}
		s.machines[m.Name] = m
	}
	return s.nested.load(ctx, s)
}

// Run executes what is due until ctx is done, then lets finish what is under way.
func (s *Server) Run(ctx context.Context) error {
	var group errgroup.Group
	group.Go(func() error { return s.runner.Run(ctx) })
	group.Go(func() error { return s.express.Run(ctx) })
	group.Go(func() error { s.nested.run(ctx, s); return nil })
	return group.Wait()
}

// Healthy answers what is wrong with the runner, or nil.
func (s *Server) Healthy() error { return s.runner.Healthy() }

// define has new executions of a machine run its definition.
func (s *Server) define(ctx context.Context, m catalog.StateMachine) error {
	d := local.Definition{Source: []byte(m.Definition), Verbatim: true}
	if m.Type != expressType {
		return s.runner.Define(ctx, m.Name, d)
	}
	bounded, err := boundExpress(d.Source)
	if err != nil {
		return err
	}
	d.Source = bounded
	return s.express.Define(ctx, m.Name, d)
}

// machine answers a state machine that is not being deleted.
func (s *Server) machine(name, arn string) (catalog.StateMachine, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	m, ok := s.machines[name]
	switch {
	case !ok:
		return m, refuse(stateMachineDoesNotExist, "State Machine Does Not Exist: '%s'", arn)
	case m.Deleting:
		return m, refuse(stateMachineDeleting, "State Machine is being deleted: '%s'", arn)
	}
	return m, nil
}

func (s *Server) remember(m catalog.StateMachine) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.machines[m.Name] = m
}

func (s *Server) role(machine string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.machines[machine].RoleARN
}

func (s *Server) identity(id workflow.ExecutionID) local.Identity {
	return local.Identity{ARN: s.executionARN(id), Name: id.Name, RoleARN: s.role(id.Machine)}
}

// ended hears of each standard execution that has ended.
func (s *Server) ended(x workflow.Execution) {
	s.tasks.forget(x.ExecutionID)
	s.nested.ended(x)
}

func (s *Server) now() time.Time { return s.cfg.Clock.Now().UTC() }

// off is the default of a configuration that is not used here.
var (
	loggingOff = json.RawMessage(`{"level":"OFF","includeExecutionData":false}`)
	tracingOff = json.RawMessage(`{"enabled":false}`)
)
