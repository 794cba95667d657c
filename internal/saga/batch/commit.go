package batch

import (
	"context"
	"fmt"

	"github.com/vacancy/vacancy/internal/workflow"
)

// Verdict is what a step says of the import as a whole.
type Verdict struct {
	ImportID string   `json:"importId"`
	Status   Status   `json:"status"`
	Rows     int      `json:"rows"`
	Failure  *Failure `json:"failure"`
	Left     *Left    `json:"left"` // nil: nothing
}

func verdict(i Import) Verdict {
	v := Verdict{ImportID: i.ID, Status: i.Status, Rows: i.Rows, Failure: i.Failure}
	if i.Left != (Left{}) {
		v.Left = &i.Left
	}
	return v
}

// Commit publishes the import, if every record of it became an apartment or is one
// already. Publishing is one write, and the last thing that can fail: an import that
// is published already is answered as such.
func (s *Service) Commit(ctx context.Context, in Input) (Verdict, error) {
	i, err := s.store.Change(ctx, in.ImportID, BeginCommit{})
	if err != nil {
		return Verdict{}, err
	}
	if i.Status == Published {
		return verdict(i), nil
	}
	if i.Status != Committing {
		return Verdict{}, TooLate(i, "Commit")
	}
	if err := s.complete(ctx, i); err != nil {
		return Verdict{}, err
	}
	if err := s.injection.Forward(string(i.RunType), string(FailCommit)); err != nil {
		return Verdict{}, err
	}
	listed, err := s.store.Listed(ctx, i.ID)
	if err != nil {
		return Verdict{}, err
	}
	if !listed {
		return Verdict{}, workflow.Error{Name: errNotListed, Cause: "the lists do not show every apartment of the import yet; they do in a moment"}
	}
	if i, err = s.store.Change(ctx, i.ID, Publish{Now: s.now()}); err != nil {
		return Verdict{}, err
	}
	if i.Status != Published {
		return Verdict{}, TooLate(i, "Commit")
	}
	return verdict(i), nil
}

// complete refuses an import of which a chunk is not transformed, or a row not taken.
func (s *Service) complete(ctx context.Context, i Import) error {
	chunks, err := s.store.Chunks(ctx, i.ID)
	if err != nil {
		return err
	}
	transformed, refused := 0, 0
	var first Refusal
	for _, c := range chunks {
		if c.State == Transformed {
			transformed++
		}
		if refused == 0 && c.Outcome.Refused > 0 {
			first = c.Outcome.Refusals[0]
		}
		refused += c.Outcome.Refused
	}
	if transformed != i.Chunks {
		return workflow.Error{Name: errNotComplete, Cause: fmt.Sprintf("%d of %d chunks are transformed; nothing is published before all are", transformed, i.Chunks)}
	}
	if refused > 0 {
		return workflow.Error{Name: errRowsRefused, Cause: fmt.Sprintf("%d of %d rows are refused, the first on line %d: %s", refused, i.Rows, first.Line, first.Reason)}
	}
	return nil
}
