package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/imports"
	"github.com/vacancy/vacancy/internal/notification"
	"github.com/vacancy/vacancy/internal/saga"
	"github.com/vacancy/vacancy/internal/saga/batch"
	"github.com/vacancy/vacancy/internal/step"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/integration"
	"github.com/vacancy/vacancy/internal/workflow/trial"
)

// importRows are the rows of each import of RunImportSagas.
const importRows = 7

// RunImportSagas runs so many imports on one store, many at once, by the real definition and
// steps in virtual time. Tasks fail at random, before or after their effect, or run twice;
// rollbacks more often. Each import is whole or empty, or listed with what is left, and what
// is left goes when it is resumed.
func RunImportSagas(t *testing.T, open ImportFactory, count int) {
	store, apartments := open(t)
	machine := definition(t, "import")
	var mu sync.Mutex
	ends := map[batch.Status]int{}
	var group errgroup.Group
	group.SetLimit(16)
	for n := range count {
		group.Go(func() error {
			s := newImportSaga(store, apartments, machine, n)
			if err := s.run(t.Context()); err != nil {
				return fmt.Errorf("import %d: %w", n, err)
			}
			mu.Lock()
			defer mu.Unlock()
			ends[s.firstEnd]++
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Error(err)
	}
	if ends[batch.Published] == 0 || ends[batch.Failed] == 0 || ends[batch.NeedsAttention] == 0 {
		t.Errorf("not every end was come to: %v", ends)
	}
}

// importSaga is one import and its executions.
type importSaga struct {
	number     int
	store      batch.Store
	apartments booking.Store
	machine    *asl.Machine
	service    *batch.Service
	tasks      trial.Task
	outbox     *notification.Memory
	random     *rand.Rand
	faultless  bool
	began      booking.WorkflowStart
	firstEnd   batch.Status
}

func newImportSaga(store batch.Store, apartments booking.Store, machine *asl.Machine, number int) *importSaga {
	s := &importSaga{number: number, store: store, apartments: apartments, machine: machine, outbox: notification.NewMemory(),
		random: rand.New(rand.NewPCG(uint64(number), 1))} // #nosec G404 -- a test that can be repeated
	silent := slog.New(slog.DiscardHandler)
	injection, err := saga.NewInjection(saga.Production, 0, nil)
	if err != nil {
		panic(err) // nothing is asked for
	}
	s.service = batch.NewService(store, imports.Format{}, s, injection, s.now, func(kind string) string { return fmt.Sprintf("%s_saga%04d", kind, number) }, silent)
	s.tasks = trial.Steps(integration.New(step.New(step.Services{Imports: s.service}),
		map[string]workflow.Handler{"arn:aws:states:::sns:publish": notification.Publisher(s.outbox, s.now)}, silent))
	return s
}

func (s *importSaga) now() time.Time { return begin }

// Start, Wake and Running are booking.Workflow's.
func (s *importSaga) Start(_ context.Context, start booking.WorkflowStart) error {
	s.began = start
	return nil
}
func (s *importSaga) Wake(context.Context, string, json.RawMessage) error {
	return booking.ErrNobodyWaits
}
func (s *importSaga) Running(context.Context, string) (bool, error) { return true, nil }

// run imports a file, and sees how that ends.
func (s *importSaga) run(ctx context.Context) error {
	var file strings.Builder
	file.WriteString("id,price,price_type\n")
	for row := range importRows {
		fmt.Fprintf(&file, "saga-%d-%d,100,Monthly\n", s.number, row)
	}
	i, err := s.service.Receive(ctx, booking.Principal{ID: "mary", Role: booking.Manager}, strings.NewReader(file.String()), batch.Order{})
	if err != nil {
		return err
	}
	for range 2 {
		if err := s.execute(ctx); err != nil {
			return err
		}
		if i, err = s.store.Import(ctx, i.ID); err != nil {
			return err
		}
		if err := s.wholeOrEmpty(ctx, i); err != nil {
			return err
		}
		if s.firstEnd == "" {
			s.firstEnd = i.Status
		}
		switch {
		case i.Status == batch.NeedsAttention:
			s.faultless = true // what made it fail is mended
			if _, err := s.service.Resume(ctx, booking.Principal{ID: "otto", Role: booking.Operator}, i.ID); err != nil {
				return err
			}
		case i.Open: // nothing concluded it: the sweeper has it repaired
			s.faultless = true
		default:
			return nil
		}
	}
	return fmt.Errorf("with nothing failing any more it is %s, with %+v left", i.Status, i.Left)
}

func (s *importSaga) execute(ctx context.Context) error {
	_, err := trial.Run(ctx, trial.Config{
		ID: workflow.ExecutionID{Machine: "import", Name: s.began.Name}, Definition: s.machine, Input: s.began.Input, Now: begin,
		Rand: s.random.Uint64,
		Run: func(ctx context.Context, x *trial.Execution, c asl.Command) (json.RawMessage, error) {
			return s.disturbed(c.State, func() (json.RawMessage, error) { return s.tasks(ctx, x, c) })
		},
	})
	return err
}

// disturbed runs a task, or makes it fail, or has it run twice.
func (s *importSaga) disturbed(state string, task func() (json.RawMessage, error)) (json.RawMessage, error) {
	before, failing := 0.3, 0.6 // more than one try, and often all
	if strings.HasPrefix(state, "Rollback") {
		before, failing = 0.7, 0.85
	}
	unavailable := workflow.Error{Name: "ServiceUnavailable", Cause: "made to fail by the test"}
	switch r := s.random.Float64(); {
	case s.faultless:
	case r < before:
		return nil, unavailable
	case r < failing:
		_, _ = task()
		return nil, unavailable
	case r < failing+0.1:
		_, _ = task() // a crash: what it answered is lost
	}
	return task()
}

// wholeOrEmpty checks an import by what is in the store.
func (s *importSaga) wholeOrEmpty(ctx context.Context, i batch.Import) error {
	var ids []string
	for row := range importRows {
		ids = append(ids, batch.ApartmentID(i.ID, row+2))
	}
	found, err := s.apartments.ApartmentsByID(ctx, ids)
	left, leftErr := s.store.Left(ctx, i.ID)
	if err := errors.Join(err, leftErr); err != nil {
		return err
	}
	told, err := s.outbox.List(ctx, 10)
	if err != nil {
		return err
	}
	good := false
	switch i.Status {
	case batch.Published:
		good = len(found) == importRows && left.Apartments == importRows
	case batch.Failed:
		good = len(found) == 0 && left == batch.Left{}
	case batch.NeedsAttention:
		good = len(found) == 0 && left == i.Left && left != batch.Left{} && len(told) > 0
	case batch.RollingBack: // Conclude gave up: it is open still
		good = len(found) == 0 && i.Open && len(told) > 0
	}
	if !good {
		return fmt.Errorf("it is %s: %d of %d are shown, %+v is there, it says %+v is left, %d were told", i.Status, len(found), importRows, left, i.Left, len(told))
	}
	return nil
}
