package batch

import (
	"context"
	"fmt"

	"github.com/vacancy/vacancy/internal/booking"
)

// Progress is what a step says of one chunk.
type Progress struct {
	Chunk   int `json:"chunk"`
	Of      int `json:"of"`      // chunks of the import
	Rows    int `json:"rows"`    // records in it
	Refused int `json:"refused"` // of them
}

// Transform makes apartments of the records of one chunk, unpublished. Rows that are no
// apartment are noted with their reasons; what follows from them is Commit's to say, when
// all are known.
func (s *Service) Transform(ctx context.Context, in ChunkInput) (Progress, error) {
	i, err := s.store.Import(ctx, in.ImportID)
	if err != nil {
		return Progress{}, err
	}
	if i.Status != Transforming {
		return Progress{}, TooLate(i, fmt.Sprintf("Transform of chunk %d", in.Chunk))
	}
	c, err := s.store.Chunk(ctx, in.ImportID, in.Chunk)
	if err != nil {
		return Progress{}, err
	}
	if c.State == Staged {
		// The last chunk: then there is something to undo.
		if in.Chunk == i.Chunks-1 {
			if err := s.injection.Forward(string(i.RunType), string(FailTransform)); err != nil {
				return Progress{}, err
			}
		}
		t := Transformation{ImportID: i.ID, Chunk: in.Chunk}
		t.Apartments, t.Outcome = s.normalise(i, c.Records)
		if c, err = s.store.TransformChunk(ctx, t); err != nil {
			return Progress{}, err
		}
	}
	return Progress{Chunk: in.Chunk, Of: i.Chunks, Rows: c.Rows, Refused: c.Outcome.Refused}, nil
}

// normalise makes apartments of records, and says of the others why not.
func (s *Service) normalise(i Import, records []Record) (apartments []booking.Apartment, o Outcome) {
	for _, r := range records {
		a, refusal := s.format.Listing(r)
		switch {
		case refusal == nil && r.Same:
			o.Duplicates++
			continue
		case refusal == nil && r.Earlier != 0:
			refusal = &Refusal{Column: "id", Reason: fmt.Sprintf("the listing was on line %d already, with other facts; leave one of the two", r.Earlier)}
		}
		if refusal != nil {
			refusal.Line = r.Line
			o.Refused++
			o.Refusals = append(o.Refusals, *refusal)
			continue
		}
		a.ID, a.Status, a.CreatedAt, a.UpdatedAt = ApartmentID(i.ID, r.Line), booking.Vacant, i.CreatedAt, i.CreatedAt
		apartments = append(apartments, a)
	}
	return apartments, o
}
