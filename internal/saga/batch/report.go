package batch

import (
	"context"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// MaxRefusals is how many refusals a Report holds.
const MaxRefusals = 1000

// Report is an import and what became of its rows so far.
type Report struct {
	Import
	Outcome      // sums; at most MaxRefusals refusals, in the order of the file
	RowsDone int // transformed, of Rows
}

// Report answers an import, to whoever manages. Refused with NOT_FOUND.
func (s *Service) Report(ctx context.Context, who booking.Principal, id string) (Report, error) {
	if !who.Manages() {
		return Report{}, NotFound(id)
	}
	i, err := s.store.Import(ctx, id)
	if err != nil {
		return Report{}, err
	}
	chunks, err := s.store.Chunks(ctx, id)
	if err != nil {
		return Report{}, err
	}
	return report(i, chunks), nil
}

// NeedingAttention lists the imports that need attention, oldest first and at most limit,
// for who manages.
func (s *Service) NeedingAttention(ctx context.Context, limit int) ([]Report, error) {
	found, err := s.store.NeedingAttention(ctx, limit)
	if err != nil {
		return nil, err
	}
	reports := make([]Report, len(found))
	for n, i := range found {
		chunks, err := s.store.Chunks(ctx, i.ID)
		if err != nil {
			return nil, err
		}
		reports[n] = report(i, chunks)
	}
	return reports, nil
}

// report adds up the chunks.
func report(i Import, chunks []Chunk) Report {
	r := Report{Import: i}
	staged := 0
	for _, c := range chunks {
		staged += c.Rows
		if c.State == Staged || c.State == Undone && c.Outcome.rows() == 0 {
			continue
		}
		r.RowsDone += c.Rows
		r.Created += c.Outcome.Created
		r.Unchanged += c.Outcome.Unchanged
		r.Duplicates += c.Outcome.Duplicates
		r.Refused += c.Outcome.Refused
		more := c.Outcome.Refusals
		r.Refusals = append(r.Refusals, more[:min(len(more), MaxRefusals-len(r.Refusals))]...)
	}
	r.Rows = max(r.Rows, staged)
	return r
}

func (o Outcome) rows() int { return o.Created + o.Unchanged + o.Duplicates + o.Refused }

// PollAfter is how long a client should wait before it asks for the import again, and 0
// once it has ended.
func PollAfter(i Import) time.Duration {
	if i.Status.Ended() {
		return 0
	}
	return 500 * time.Millisecond
}
