package batch

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/vacancy/vacancy/internal/workflow"
)

const (
	// chunkRows is how many records are staged together. A chunk is one iteration of the
	// definition's Map, some 7 events of its history.
	chunkRows = 200
	// chunkBytes bounds a chunk, so that it fits into an item of DynamoDB (400 KB) with what
	// JSON adds to it.
	chunkBytes = 128 << 10
	// MaxRows bounds the records of a file, and so the chunks: transforming them all, each
	// with retries, and undoing them all again stays within 25,000 events.
	MaxRows = 50_000
)

// Standing is what an execution learns from Process: where the import stands.
type Standing struct {
	ImportID string `json:"importId"`
	Status   Status `json:"status"`
	DryRun   bool   `json:"dryRun"`
	Rows     int    `json:"rows"`
	// Chunks are the numbers of those that are not undone.
	Chunks []int `json:"chunks"`
	// Failure is nil as long as nothing has failed; the definition's Catch writes to it.
	Failure *Failure `json:"failure"`
}

// Process parses the file and stages its records, chunk by chunk. For an import that is
// past that it only reads: a repair goes on from where it stands.
func (s *Service) Process(ctx context.Context, in Input) (Standing, error) {
	i, err := s.store.Change(ctx, in.ImportID, BeginProcess{})
	if err != nil {
		return Standing{}, err
	}
	if i.Status == Processing {
		if i, err = s.stage(ctx, i); err != nil {
			return Standing{}, err
		}
	}
	standing := Standing{ImportID: i.ID, Status: i.Status, DryRun: i.DryRun, Rows: i.Rows, Chunks: []int{}, Failure: i.Failure}
	if i.Status.Ended() {
		return standing, nil
	}
	chunks, err := s.store.Chunks(ctx, i.ID)
	for _, c := range chunks {
		if c.State != Undone {
			standing.Chunks = append(standing.Chunks, c.Number)
		}
	}
	return standing, err
}

// stage reads the file from its beginning. Staging a chunk again changes nothing.
func (s *Service) stage(ctx context.Context, i Import) (Import, error) {
	source, err := s.format.Open(&file{ctx: ctx, store: s.store, i: i})
	if err != nil {
		return i, err
	}
	st := stager{service: s, id: i.ID, seen: map[string]sighting{}}
	for err == nil {
		if err = ctx.Err(); err == nil {
			err = st.next(ctx, source)
		}
	}
	if !errors.Is(err, io.EOF) {
		return i, err
	}
	if err := st.flush(ctx); err != nil {
		return i, err
	}
	if err := s.injection.Forward(string(i.RunType), string(FailProcess)); err != nil {
		return i, err
	}
	return s.store.Change(ctx, i.ID, Stage{Rows: st.rows, Chunks: st.chunk.Number, MissingColumns: source.MissingColumns()})
}

// sighting is where a listing was seen first, and how it read.
type sighting struct {
	line   int
	digest [sha256.Size]byte
}

// stager puts records into chunks.
type stager struct {
	service *Service
	id      string
	seen    map[string]sighting
	rows    int
	chunk   Chunk
	bytes   int
}

func (st *stager) next(ctx context.Context, source Source) error {
	r, key, err := source.Next()
	if err != nil {
		return err
	}
	if st.rows++; st.rows > MaxRows {
		return workflow.Error{Name: "TooManyRows", Cause: fmt.Sprintf("the file has more than %d rows; send it in parts, each with its header", MaxRows)}
	}
	size := 64 // of line, names and punctuation
	for name, text := range r.Fields {
		size += len(name) + len(text) + 8
	}
	if key != "" {
		digest := digestOf(r.Fields)
		if first, again := st.seen[key]; again {
			r.Earlier, r.Same = first.line, first.digest == digest
		} else {
			st.seen[key] = sighting{r.Line, digest}
		}
	}
	if st.chunk.Rows == st.service.chunkRows || st.chunk.Rows > 0 && st.bytes+size > chunkBytes {
		if err := st.flush(ctx); err != nil {
			return err
		}
	}
	if st.chunk.Rows == 0 {
		st.chunk.First = r.Line
	}
	st.chunk.Records, st.chunk.Rows, st.chunk.Last, st.bytes = append(st.chunk.Records, r), st.chunk.Rows+1, r.Line, st.bytes+size
	return nil
}

func (st *stager) flush(ctx context.Context) error {
	if st.chunk.Rows == 0 {
		return nil
	}
	st.chunk.State = Staged
	if err := st.service.store.StageChunk(ctx, st.id, st.chunk); err != nil {
		return err
	}
	st.chunk, st.bytes = Chunk{Number: st.chunk.Number + 1}, 0
	return nil
}

// digestOf tells whether two records read the same.
func digestOf(fields map[string]string) [sha256.Size]byte {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		_, _ = fmt.Fprintf(h, "%d:%s=%d:%s;", len(name), name, len(fields[name]), fields[name]) // a hash takes all
	}
	return [sha256.Size]byte(h.Sum(nil))
}
