package rehearsal

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/imports"
	"github.com/vacancy/vacancy/internal/notification"
	"github.com/vacancy/vacancy/internal/saga"
	"github.com/vacancy/vacancy/internal/saga/batch"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/trial"
)

// sampleListings is what an import is rehearsed with that names no file.
const sampleListings = `id,cityname,state,price,price_type,currency,bedrooms,bathrooms,square_feet,pets_allowed,title
rehearsal-1,Austin,TX,1390,Monthly,USD,2,1.5,640,"Cats,Dogs",Two rooms near the park
rehearsal-2,Seattle,WA,2070,Monthly,USD,1,1,500,None,
rehearsal-3,null,null,350,Weekly,,0,1,220,,Studio
rehearsal-2,Seattle,WA,2070,Monthly,USD,1,1,500,None,
`

// manager is who imports in a rehearsal.
var manager = booking.Principal{ID: "manager", Role: booking.Manager}

// ImportScript says what is imported, and how.
type ImportScript struct {
	File    io.Reader // nil: a few listings
	DryRun  bool
	RunType batch.RunType // the failure asked for
	// FailureRate is how often rollbacks fail at random, from 0 to 1.
	FailureRate float64

	Now     time.Time // when it begins
	Rand    func() uint64
	Sleep   func(context.Context, time.Duration) // as trial.Config
	Observe func(trial.Observation)
	// Mock, if any, answers tasks in place of our steps.
	Mock func(next trial.Task) trial.Task
}

// ImportResult is how the execution ended, and what is in the store then.
type ImportResult struct {
	trial.Result
	Import        batch.Report
	Left          batch.Left
	Visible       int // apartments that a list shows, at most a page of them
	Notifications []notification.Notification
}

// Import rehearses the workflow of atomic imports.
func Import(ctx context.Context, definition []byte, s ImportScript) (ImportResult, error) {
	stage, err := newStage(ctx, s.Now, 0)
	if err != nil {
		return ImportResult{}, err
	}
	defer func() { _ = stage.store.Close() }()
	injection, err := failing(s.FailureRate, s.Rand)
	if err != nil {
		return ImportResult{}, err
	}
	stage.imports = stage.newImports(injection)
	stage.wire()
	if s.File == nil {
		s.File = strings.NewReader(sampleListings)
	}
	i, err := stage.imports.Receive(ctx, manager, s.File, batch.Order{DryRun: s.DryRun, RunType: s.RunType})
	if err != nil {
		return ImportResult{}, err
	}
	var out ImportResult
	out.Result, err = stage.execute(ctx, definition, s.Mock, stage.entered, trial.Config{
		ID: workflow.ExecutionID{Machine: "import"}, Observe: s.Observe, Now: s.Now, Rand: s.Rand, Sleep: s.Sleep,
	})
	if err != nil {
		return out, err
	}
	return out, stage.imported(ctx, i.ID, &out)
}

func (s *stage) newImports(injection *saga.Injection) *batch.Service {
	return batch.NewService(s.ports.Batches, imports.Format{}, s, injection, s.now, s.newID, slog.New(slog.DiscardHandler))
}

// imported reads what the store holds of an import in the end.
func (s *stage) imported(ctx context.Context, id string, out *ImportResult) (err error) {
	if out.Import, err = s.imports.Report(ctx, manager, id); err != nil {
		return err
	}
	if out.Left, err = s.store.Imports().Left(ctx, id); err != nil {
		return err
	}
	if out.Import.Status == batch.Published {
		out.Left.Apartments = 0 // they are where they belong
	}
	page, err := s.reservations.Apartments(ctx, booking.ApartmentQuery{First: booking.MaxPageSize})
	if err != nil {
		return err
	}
	out.Visible = len(page.Items)
	const all = 1000
	out.Notifications, err = s.outbox.List(ctx, all)
	return err
}

// importBefore sets the stage for one step of an import: imp_1 stands where it does
// before that step.
func (s *stage) importBefore(ctx context.Context, step string) error {
	if !strings.HasPrefix(step, "Import") {
		return nil
	}
	i, err := s.imports.Receive(ctx, manager, strings.NewReader(sampleListings), batch.Order{})
	if err != nil || step == "ImportProcess" {
		return err
	}
	in := batch.Input{ImportID: i.ID}
	standing, err := s.imports.Process(ctx, in)
	if err != nil || step == "ImportTransform" {
		return err
	}
	for _, chunk := range standing.Chunks {
		if _, err := s.imports.Transform(ctx, batch.ChunkInput{Input: in, Chunk: chunk}); err != nil {
			return err
		}
	}
	return nil
}
