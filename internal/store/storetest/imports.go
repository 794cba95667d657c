package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga/batch"
	"github.com/vacancy/vacancy/internal/workflow"
)

// ImportFactory answers an empty store of imports, and the one that shows their
// apartments. It cleans up by t.Cleanup.
type ImportFactory func(t *testing.T) (batch.Store, booking.Store)

// RunImports runs the contract of [batch.Store], each test on a store of its own.
func RunImports(t *testing.T, open ImportFactory) {
	for _, group := range [][]importTest{importItemTests, importStagingTests, importBatchTests, importUndoTests, importRaceTests} {
		for _, c := range group {
			t.Run(c.name, func(t *testing.T) {
				imports, store := open(t)
				c.run(&importSuite{suite: &suite{T: t, store: store}, imports: imports})
			})
		}
	}
}

type importTest struct {
	name string
	run  func(*importSuite)
}

// importSuite is a store of imports under test.
type importSuite struct {
	*suite
	imports batch.Store
}

// begun makes an import that is PROCESSING.
func (s *importSuite) begun(change ...func(*batch.Import)) string {
	s.Helper()
	i := batch.Import{ID: s.id(batch.Kind), By: "mary", Status: batch.Receiving, CreatedAt: begin, Open: true}
	for _, c := range change {
		c(&i)
	}
	if err := s.imports.Create(s.Context(), i); err != nil {
		s.Fatalf("Create = %v", err)
	}
	s.change(i.ID, batch.Receive{Parts: 1, Bytes: 9})
	s.change(i.ID, batch.BeginProcess{})
	return i.ID
}

func (s *importSuite) change(id string, c batch.Change) batch.Import {
	s.Helper()
	i, err := s.imports.Change(s.Context(), id, c)
	if err != nil {
		s.Fatalf("%T = %v", c, err)
	}
	return i
}

// staged makes an import that is TRANSFORMING, of chunks of so many rows, whose sources
// are numbered from `source` on.
func (s *importSuite) staged(source, chunks, rows int, change ...func(*batch.Import)) string {
	s.Helper()
	id := s.begun(change...)
	for n := range chunks {
		s.stage(id, s.chunk(source, n, rows))
	}
	s.change(id, batch.Stage{Rows: chunks * rows, Chunks: chunks})
	return id
}

func (s *importSuite) chunk(source, number, rows int) batch.Chunk {
	c := batch.Chunk{Number: number, State: batch.Staged, Rows: rows, First: 2 + number*rows, Last: 1 + (number+1)*rows}
	for r := range rows {
		c.Records = append(c.Records, batch.Record{Line: c.First + r, Fields: map[string]string{"id": fmt.Sprint("source ", source+number*rows+r), "title": "naïve \"x\"\n"}})
	}
	return c
}

func (s *importSuite) stage(id string, c batch.Chunk) {
	s.Helper()
	if err := s.imports.StageChunk(s.Context(), id, c); err != nil {
		s.Fatalf("StageChunk(%d) = %v", c.Number, err)
	}
}

// transformation makes of a staged chunk what Transform would.
func (s *importSuite) transformation(id string, number int) batch.Transformation {
	s.Helper()
	c, err := s.imports.Chunk(s.Context(), id, number)
	if err != nil {
		s.Fatalf("Chunk(%d) = %v", number, err)
	}
	t := batch.Transformation{ImportID: id, Chunk: number}
	for n, r := range c.Records {
		a := booking.Apartment{ID: batch.ApartmentID(id, r.Line), SourceID: r.Fields["id"], Listing: listing(), Status: booking.Vacant, CreatedAt: begin, UpdatedAt: begin}
		a.Price.Amount += int64(n)
		t.Apartments = append(t.Apartments, a)
	}
	return t
}

// transform transforms all chunks, and answers the ids of the apartments.
func (s *importSuite) transform(id string, chunks int) (ids []string) {
	s.Helper()
	for n := range chunks {
		t := s.transformation(id, n)
		if _, err := s.imports.TransformChunk(s.Context(), t); err != nil {
			s.Fatalf("TransformChunk(%d) = %v", n, err)
		}
		for _, a := range t.Apartments {
			ids = append(ids, a.ID)
		}
	}
	return ids
}

// publish brings an import that is TRANSFORMING to its publication.
func (s *importSuite) publish(id string) {
	s.Helper()
	s.change(id, batch.BeginCommit{})
	s.eventually("the lists show every apartment of the import", func() error {
		listed, err := s.imports.Listed(s.Context(), id)
		if err == nil && !listed {
			err = errors.New("not yet")
		}
		return err
	})
	if i := s.change(id, batch.Publish{Now: begin.Add(time.Minute)}); i.Status != batch.Published {
		s.Fatalf("Publish leaves it %s", i.Status)
	}
}

// rollback ends the way forward.
func (s *importSuite) rollback(id string) {
	s.Helper()
	s.change(id, batch.BeginRollback{Failure: &batch.Failure{Error: "E", Cause: "c"}})
}

// tooLate checks that a step was refused since the import, or the chunk, is past it.
func (s *importSuite) tooLate(what string, err error) {
	s.Helper()
	s.named(what, err, batch.TooLate(batch.Import{}, ""))
}

// named checks that err has the name of the other.
func (s *importSuite) named(what string, err, like error) {
	s.Helper()
	var got workflow.Error
	if !errors.As(err, &got) || got.Name != workflow.AsError(like).Name {
		s.Errorf("%s = %v, want the error %s", what, err, workflow.AsError(like).Name)
	}
}

// left checks what is there of the import.
func (s *importSuite) left(id string, want batch.Left) {
	s.Helper()
	got, err := s.imports.Left(s.Context(), id)
	if err != nil || got != want {
		s.Errorf("Left = %+v, %v, want %+v", got, err, want)
	}
}

// seen counts how many of the apartments each way of asking shows.
func (s *importSuite) seen(ids []string) map[string]int {
	s.Helper()
	seen := map[string]int{}
	for _, id := range ids {
		_, err := s.store.Apartment(s.Context(), id)
		if err == nil {
			seen["Apartment"]++
		} else {
			s.refused("Apartment of a hidden row", err, booking.NotFound)
		}
	}
	found, err := s.store.ApartmentsByID(s.Context(), ids)
	if err != nil {
		s.Fatalf("ApartmentsByID = %v", err)
	}
	seen["ApartmentsByID"] = len(found)
	for name, q := range everyList {
		q.First = booking.MaxPageSize
		count := 0
		for {
			page, err := s.store.ListApartments(s.Context(), q)
			if err != nil {
				s.Fatalf("ListApartments = %v", err)
			}
			count += len(page.Items)
			if !page.HasNext {
				break
			}
			q.After = page.End
		}
		seen[name] = count
	}
	return seen
}

// everyList asks in each way for the apartments of listing().
var everyList = map[string]booking.ApartmentQuery{
	"newest":             {Order: booking.ByNewest},
	"newest of a state":  {Order: booking.ByNewest, State: "WA"},
	"newest of a city":   {Order: booking.ByNewest, State: "WA", City: "Seattle"},
	"by price":           {Order: booking.ByPrice},
	"by price, a range":  {Order: booking.ByPrice, MinPrice: 1, MaxPrice: 1_000_000},
	"by price, of state": {Order: booking.ByPrice, State: "WA"},
	"by price, of city":  {Order: booking.ByPrice, State: "WA", City: "Seattle"},
}

// all checks that every way of asking shows so many of the apartments. Lists may lag.
func (s *importSuite) all(ids []string, want int) {
	s.Helper()
	s.eventually(fmt.Sprintf("%d of the apartments are shown", want), func() error {
		for how, got := range s.seen(ids) {
			if got != want {
				return fmt.Errorf("%s shows %d of them", how, got)
			}
		}
		return nil
	})
}
