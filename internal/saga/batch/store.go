package batch

import (
	"context"

	"github.com/vacancy/vacancy/internal/booking"
)

// Store keeps imports. Methods that write return only when what they wrote survives a
// crash of the machine, and doing one again changes nothing. All are safe for concurrent
// use. Refusals are *booking.Error, and workflow.Error where a method says so; any other
// error is a fault of the store, after which the effect may or may not be there.
//
// The apartments of an import that is not PUBLISHED are in the store and in no answer of
// its booking.Store: not in lists, not by id, and no hold is placed on one. What one
// answer shows of an import is all of it or nothing.
//
// internal/store/storetest holds every store to this.
type Store interface {
	// Create stores a new import.
	Create(ctx context.Context, i Import) error
	// Import answers the import, or NotFound. Consistent.
	Import(ctx context.Context, id string) (Import, error)
	// Change applies one change and answers the import as it then is. Refused with
	// NotFound, or as the change says.
	Change(ctx context.Context, id string, c Change) (Import, error)
	// Open lists imports that are Open, oldest first, at most limit. It may lag.
	Open(ctx context.Context, limit int) ([]Import, error)
	// NeedingAttention lists imports that need attention, oldest first, at most limit. It
	// may lag.
	NeedingAttention(ctx context.Context, limit int) ([]Import, error)

	// StorePart stores a part of the file, of at most MaxPart bytes, while the import is
	// RECEIVING, else TooLate. Parts count from 0.
	StorePart(ctx context.Context, id string, part int, data []byte) error
	// Part answers a part of the file. Consistent.
	Part(ctx context.Context, id string, part int) ([]byte, error)

	// StageChunk stores a chunk with its records while the import is PROCESSING, else TooLate.
	StageChunk(ctx context.Context, id string, c Chunk) error
	// Chunk answers a chunk with its records. Consistent.
	Chunk(ctx context.Context, id string, number int) (Chunk, error)
	// Chunks answers all chunks, in order, without their records. Consistent.
	Chunks(ctx context.Context, id string) ([]Chunk, error)
	// TransformChunk stores the apartments of a STAGED chunk and its outcome, all or none,
	// while the import is TRANSFORMING, else TooLate. One whose SourceID is known is not
	// stored and counted as unchanged, the others as created; one whose SourceID another
	// unpublished import has is Busy. In a dry run it counts and stores no apartment. A
	// chunk that is TRANSFORMED already is answered as it is.
	TransformChunk(ctx context.Context, t Transformation) (Chunk, error)
	// Listed reports whether every list shows, to whoever may see unpublished rows, all
	// apartments of the import.
	Listed(ctx context.Context, id string) (bool, error)

	// UndoChunk removes the apartments of a chunk and makes it UNDONE, while the import is
	// ROLLING_BACK, else TooLate.
	UndoChunk(ctx context.Context, id string, number int) error
	// Clear removes what is staged, parts and records, of an import that is ROLLING_BACK
	// or PUBLISHED, else TooLate. What the chunks say of their outcome stays.
	Clear(ctx context.Context, id string) error
	// Left counts what is there of the import, published or not.
	Left(ctx context.Context, id string) (Left, error)
}

// MaxPart is the most bytes in a part of a file: with its attributes it fits into an
// item of DynamoDB (400 KB).
const MaxPart = 256 << 10

// Transformation is what becomes of a chunk.
type Transformation struct {
	ImportID   string
	Chunk      int
	Apartments []booking.Apartment // with their ids; SourceID tells which are known
	// Outcome without Created and Unchanged, which the store counts.
	Outcome Outcome
}
