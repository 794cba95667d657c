package booking

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// Config is what a deployment decides about holds.
type Config struct {
	PaymentWindow time.Duration // how long a hold lasts where the apartment does not say
	MaxExtensions int           // how often a hold may be extended
	MaxWindows    int           // a hold never outlasts so many payment windows
	LateMoney     LateMoney     // where the apartment does not say; "": RefundLate
	Limits        HoldLimits    // of each tenant
}

// DefaultConfig is 15 minutes, extended at most twice and never past three windows, and
// no limit of a tenant's holds.
func DefaultConfig() Config {
	return Config{PaymentWindow: 15 * time.Minute, MaxExtensions: 2, MaxWindows: 3}
}

// Service is the domain service: what the API, the workflow steps and the sweeper
// call. It is safe for concurrent use.
type Service struct {
	store    Store
	gateway  Gateway
	workflow Workflow
	now      func() time.Time
	newID    NewID
	config   Config
	log      *slog.Logger
}

// NewID makes an id of a kind: the kind, "_" and the rest. Ids are unique and, so that
// stores may append, grow with time.
type NewID func(kind string) string

// Kinds of ids. They tell what an id names (GraphQL's node).
const (
	ApartmentKind   = "apt"
	ReservationKind = "res"
)

// NewService makes a service. now answers UTC.
func NewService(store Store, gateway Gateway, workflow Workflow, now func() time.Time, newID NewID, config Config, log *slog.Logger) *Service {
	return &Service{store: store, gateway: gateway, workflow: workflow, now: now, newID: newID, config: config, log: log}
}

// Config answers the deployment's configuration.
func (s *Service) Config() Config { return s.config }

// Now answers the service's clock, UTC.
func (s *Service) Now() time.Time { return s.now() }

// on is the moment, the author and the hold that an intention of this service is about.
func (s *Service) on(r Reservation, by string) On {
	return On{ReservationID: r.ID, Epoch: r.Epoch, Now: s.now(), By: by}
}

// apply applies an intention that no idempotency key belongs to.
func (s *Service) apply(ctx context.Context, i Intention) (Reservation, error) {
	b, err := s.store.Apply(ctx, i, nil)
	return b.Reservation, err
}

// startWorkflow starts the reservation's execution, unless the store did so in the
// transaction of the hold. Failing is no error of the caller's: the hold is placed
// and marked, and the sweeper starts what is still marked.
func (s *Service) startWorkflow(ctx context.Context, r Reservation) Reservation {
	if r.WorkflowStarted {
		return r
	}
	start, err := r.Start()
	if err == nil {
		err = s.workflow.Start(ctx, start)
	}
	if err == nil {
		var marked Reservation
		if marked, err = s.apply(ctx, MarkWorkflowStarted{On: s.on(r, BySystem)}); err == nil {
			return marked
		}
	}
	s.log.WarnContext(ctx, "execution not started yet; the sweeper will", "reservation", r.ID, "error", err)
	return r
}

// wake tells the reservation's execution to look at the store, and reports whether
// somebody waited. A wake that does not arrive costs time, not correctness: the
// execution's own timeout comes. An execution that has no token yet looks at the
// store before it waits.
func (s *Service) wake(ctx context.Context, r Reservation) bool {
	if r.TaskToken == "" {
		return true
	}
	err := s.workflow.Wake(ctx, r.TaskToken, nil)
	if err != nil && !errors.Is(err, ErrNobodyWaits) {
		s.log.WarnContext(ctx, "execution not woken; its timeout will", "reservation", r.ID, "error", err)
	}
	return err == nil
}
