package trip

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga"
)

// Ports are what the service stands on. All are needed.
type Ports struct {
	Store    Store
	Lodging  *booking.Service // holds on our own apartments
	Gateway  booking.Gateway
	Workflow booking.Workflow
	// Injection makes steps fail on purpose, in development stages.
	Injection *saga.Injection
	Now       func() time.Time // UTC
	NewID     booking.NewID
	Log       *slog.Logger
}

// Service is the domain service of trips: what the API, the workflow steps and the
// sweeper call. It is safe for concurrent use.
type Service struct {
	Ports
	cashier *saga.Cashier
}

// NewService makes a service.
func NewService(p Ports) *Service {
	return &Service{Ports: p, cashier: saga.NewCashier(p.Gateway, p.Now)}
}

// DefaultMethod is the payment method where nobody says one, if the gateway accepts it:
// the simulated one does.
const DefaultMethod = "pm_ok"

// Book books a trip under an id of the caller's: it stores the trip and starts its
// execution, which reserves, pays for and confirms everything, or undoes it. The trip is
// durable when it returns; created is false for an id that is known with the same request,
// whose trip is answered in its present state. With "" it makes an id.
//
// Refused with INVALID_INPUT (also for a failure that is asked for in production),
// NOT_FOUND for an apartment, or IDEMPOTENCY_KEY_REUSED for an id that is known with another
// request; that trip is then answered too, if it is the caller's.
func (s *Service) Book(ctx context.Context, who booking.Principal, id string, r Request) (t Trip, created bool, err error) {
	if id == "" {
		id = s.NewID(Kind)
	}
	t, err = s.newTrip(ctx, who.ID, id, r)
	if err != nil {
		return Trip{}, false, err
	}
	stored, created, err := s.Store.CreateTrip(ctx, t)
	if err != nil {
		return Trip{}, false, err
	}
	if !created {
		if err := reused(stored, t); err != nil {
			if stored.TenantID != who.ID {
				stored = Trip{}
			}
			return stored, false, err
		}
	}
	return s.start(ctx, stored), created, nil
}

// BookOnce books a trip under an idempotency key of the principal's: the same key with the
// same request answers the same trip, in its present state. Refused as Book is.
func (s *Service) BookOnce(ctx context.Context, who booking.Principal, key string, r Request) (Trip, error) {
	if key == "" || len(key) > booking.MaxKeyLength {
		return Trip{}, booking.Invalid("idempotencyKey", "the idempotency key must have 1 to %d bytes, it has %d; make one per trip, a UUID for instance, and send it again when you repeat the order", booking.MaxKeyLength, len(key))
	}
	// The trip's id is its record: made of whose key it is, so nobody comes upon another's.
	digest := sha256.Sum256([]byte(strconv.Itoa(len(who.ID)) + ":" + who.ID + key))
	t, _, err := s.Book(ctx, who, Kind+"_"+hex.EncodeToString(digest[:16]), r)
	return t, err
}

// newTrip makes a trip of a request that makes sense.
func (s *Service) newTrip(ctx context.Context, tenantID, id string, r Request) (Trip, error) {
	if err := checkID(id); err != nil {
		return Trip{}, err
	}
	if r.PaymentMethod == "" && s.cashier.HasDefaultMethod() && s.Gateway.Accepts(DefaultMethod) {
		r.PaymentMethod = DefaultMethod
	}
	if err := r.Validate(); err != nil {
		return Trip{}, err
	}
	if err := r.allowed(s.Injection); err != nil {
		return Trip{}, err
	}
	if err := s.cashier.CheckMethod("payment_method", r.PaymentMethod); err != nil {
		return Trip{}, err
	}
	if r.Lodging != nil && r.Lodging.ApartmentID != "" {
		if _, err := s.Lodging.Apartment(ctx, r.Lodging.ApartmentID); err != nil {
			return Trip{}, err
		}
	}
	on := On{TripID: id, Now: s.Now(), By: tenantID}
	t := Trip{ID: id, TenantID: tenantID, Request: r, Status: Booking, ExecutionName: id, CreatedAt: on.Now}
	t.record(TripRequested, on, 0, "")
	return t, nil
}

// checkID refuses an id that is none, or that names something else: node(id) tells by its
// beginning what an id names.
func checkID(id string) error {
	if err := saga.CheckID("trip_id", id); err != nil {
		return err
	}
	for _, kind := range []string{booking.ApartmentKind, booking.ReservationKind, "imp"} {
		if strings.HasPrefix(id, kind+"_") {
			return booking.Invalid("trip_id", "an id that begins with %s_ names something else; choose another one", kind)
		}
	}
	return nil
}

// reused refuses an id that is known with another request, or as somebody else's.
func reused(stored, asked Trip) error {
	if stored.TenantID == asked.TenantID && stored.Request.same(asked.Request) {
		return nil
	}
	return &booking.Error{Code: booking.IdempotencyKeyReused, Field: "trip_id",
		Message: "the trip id " + stored.ID + " was used for another trip; choose another id"}
}

// Start answers the execution that belongs to the trip, always the same one.
func (t Trip) Start() (booking.WorkflowStart, error) {
	input, err := json.Marshal(inputOf(t.ID, t.TenantID, t.Request))
	return booking.WorkflowStart{Name: t.ID, Input: input}, err
}

// start starts the trip's execution. Failing is no error of the caller's: the trip is
// stored and marked, and the sweeper starts what is still marked.
func (s *Service) start(ctx context.Context, t Trip) Trip {
	if t.Execution.Started {
		return t
	}
	start, err := t.Start()
	if err == nil {
		err = s.Workflow.Start(ctx, start)
	}
	if err == nil {
		var marked Trip
		if marked, err = s.Store.ApplyToTrip(ctx, MarkStarted{s.on(t.ID)}); err == nil {
			return marked
		}
	}
	s.Log.WarnContext(ctx, "execution of a trip not started yet; the sweeper will", "trip", t.ID, "error", err)
	return t
}

func (s *Service) on(id string) On { return On{TripID: id, Now: s.Now()} }

// Trip answers a trip of the principal's, or any to who manages. Somebody else's is refused
// with NOT_FOUND, exactly as a missing one.
func (s *Service) Trip(ctx context.Context, who booking.Principal, id string) (Trip, error) {
	t, err := s.Store.Trip(ctx, id)
	if err != nil {
		return Trip{}, err
	}
	if t.TenantID != who.ID && !who.Manages() {
		return Trip{}, NotFound(id)
	}
	return t, nil
}

// NeedingAttention lists the trips that need attention, oldest first and at most limit,
// for who manages.
func (s *Service) NeedingAttention(ctx context.Context, limit int) ([]Trip, error) {
	return s.Store.TripsNeedingAttention(ctx, limit)
}

// Resume runs the compensations of a trip that NEEDS_ATTENTION again. It is for who manages.
// One that is being undone, or was, is answered as it is. Refused with NOT_FOUND, and with
// NOTHING_TO_RESUME for one that is booked or being booked.
func (s *Service) Resume(ctx context.Context, who booking.Principal, id string) (Trip, error) {
	before, err := s.Store.Trip(ctx, id)
	if err != nil {
		return Trip{}, err
	}
	t, err := s.Store.ApplyToTrip(ctx, Resume{On{TripID: id, Now: s.Now(), By: who.ID}})
	if err != nil || t.Status != Compensating || before.Status != NeedsAttention {
		return t, err
	}
	if err := s.startRepair(ctx, t); err != nil {
		s.Log.WarnContext(ctx, "resumed trip not started yet; the sweeper will", "trip", id, "error", err)
	}
	return t, nil
}

// startRepair starts the same definition again, under the name of the repair last counted.
func (s *Service) startRepair(ctx context.Context, t Trip) error {
	start, err := t.Start()
	if err != nil {
		return err
	}
	start.Name = t.Execution.Name(t.ID)
	return s.Workflow.Start(ctx, start)
}
