package batch

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga"
)

// Service is the domain service of imports. It is safe for concurrent use.
type Service struct {
	store     Store
	format    Format
	workflow  booking.Workflow
	injection *saga.Injection
	now       func() time.Time
	newID     booking.NewID
	log       *slog.Logger
	chunkRows int
}

// NewService makes a service. now answers UTC.
func NewService(store Store, format Format, w booking.Workflow, injection *saga.Injection, now func() time.Time, newID booking.NewID, log *slog.Logger) *Service {
	return &Service{store: store, format: format, workflow: w, injection: injection, now: now, newID: newID, log: log, chunkRows: chunkRows}
}

// Input is the input of an import's execution, and of its steps but those of a chunk.
type Input struct {
	ImportID string   `json:"importId"`
	Failure  *Failure `json:"failure,omitempty"` // of the step that failed, for rollbacks
}

// Validate refuses an input that names no import.
func (in Input) Validate() error {
	if in.ImportID == "" {
		return booking.Invalid("importId", "it is missing")
	}
	return nil
}

// ChunkInput is the input of a step about one chunk.
type ChunkInput struct {
	Input
	Chunk int `json:"chunk"`
}

// Validate refuses an input that names no chunk.
func (in ChunkInput) Validate() error {
	if in.Chunk < 0 {
		return booking.Invalid("chunk", "it must be the number of a chunk, from 0; it is %d", in.Chunk)
	}
	return in.Input.Validate()
}

// startOf is the execution that belongs to the import, always the same one.
func (i Import) startOf() (booking.WorkflowStart, error) {
	input, err := json.Marshal(Input{ImportID: i.ID})
	return booking.WorkflowStart{Name: i.Execution.Name(i.ID), Input: input}, err
}

// start starts the import's execution. Failing is no error of the caller's: the import is
// stored and marked, and the sweeper starts what is still marked.
func (s *Service) start(ctx context.Context, i Import) Import {
	start, err := i.startOf()
	if err == nil {
		err = s.workflow.Start(ctx, start)
	}
	if err == nil {
		var marked Import
		if marked, err = s.store.Change(ctx, i.ID, MarkStarted{}); err == nil {
			return marked
		}
	}
	s.log.WarnContext(ctx, "execution not started yet; the sweeper will", "import", i.ID, "error", err)
	return i
}

// ApartmentID names the apartment of a record, always the same. It grows with the import
// and, within it, with the line.
func ApartmentID(importID string, line int) string {
	return fmt.Sprintf("%s_%s-%07d", booking.ApartmentKind, importID[min(len(importID), len(Kind)+1):], line)
}
