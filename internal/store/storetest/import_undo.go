package storetest

import (
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga/batch"
	"github.com/vacancy/vacancy/internal/workflow"
)

var importUndoTests = []importTest{
	{"Undo/LeavesNothing", func(s *importSuite) {
		id := s.staged(0, 3, 5)
		ids := s.transform(id, 2) // the third never happens
		s.tooLate("undoing before a rollback began", s.imports.UndoChunk(s.Context(), id, 0))
		late := s.transformation(id, 2)
		s.rollback(id)
		for range 2 { // again, it changes nothing
			for n := range 3 {
				if err := s.imports.UndoChunk(s.Context(), id, n); err != nil {
					s.Fatalf("UndoChunk(%d) = %v", n, err)
				}
			}
		}
		s.left(id, batch.Left{Chunks: 3})
		_, err := s.imports.TransformChunk(s.Context(), late)
		s.tooLate("transforming a chunk after it was undone", err)
		if err := s.imports.Clear(s.Context(), id); err != nil {
			s.Fatal(err)
		}
		s.left(id, batch.Left{})
		s.all(ids, 0)
		chunks, err := s.imports.Chunks(s.Context(), id)
		if err != nil || len(chunks) != 3 || chunks[0].State != batch.Undone || chunks[0].Outcome.Created != 5 {
			s.Errorf("Chunks = %+v, %v, want them undone, with their outcome", chunks, err)
		}
		again := s.staged(0, 3, 5) // the listings are as free as before
		s.all(s.transform(again, 3), 0)
		s.publish(again)
	}},
	{"Undo/OfOneChunkOnly", func(s *importSuite) {
		id, other := s.staged(0, 3, 4), s.staged(100, 1, 4)
		s.transform(id, 3)
		s.transform(other, 1)
		s.rollback(id)
		if err := s.imports.UndoChunk(s.Context(), id, 1); err != nil {
			s.Fatal(err)
		}
		s.left(id, batch.Left{Apartments: 8, Chunks: 3})
		s.left(other, batch.Left{Apartments: 4, Chunks: 1})
	}},
	{"Undo/OfAPublishedOneIsTooLate", func(s *importSuite) {
		id := s.staged(0, 1, 3)
		ids := s.transform(id, 1)
		s.publish(id)
		s.rollback(id) // is answered, and changes nothing
		s.tooLate("undoing what is published", s.imports.UndoChunk(s.Context(), id, 0))
		s.all(ids, 3)
	}},
}

var importRaceTests = []importTest{
	{"Race/OneChunkManyTimes", func(s *importSuite) {
		id := s.staged(0, 1, 9)
		t := s.transformation(id, 0)
		var group errgroup.Group
		for range 6 {
			group.Go(func() error {
				c, err := s.imports.TransformChunk(s.Context(), t)
				if err == nil && c.Outcome.Created != 9 {
					err = fmt.Errorf("the outcome is %+v", c.Outcome)
				}
				return err
			})
		}
		if err := group.Wait(); err != nil {
			s.Error(err)
		}
		s.left(id, batch.Left{Apartments: 9, Chunks: 1})
	}},
	{"Race/TransformAgainstItsRollback", func(s *importSuite) {
		for round := range 8 {
			id := s.staged(100*round, 1, 40)
			t := s.transformation(id, 0)
			var group errgroup.Group
			group.Go(func() error {
				_, err := s.imports.TransformChunk(s.Context(), t)
				if _, named := errors.AsType[workflow.Error](err); named {
					return nil // it came too late
				}
				return err
			})
			group.Go(func() error {
				if _, err := s.imports.Change(s.Context(), id, batch.BeginRollback{}); err != nil {
					return err
				}
				return s.imports.UndoChunk(s.Context(), id, 0)
			})
			if err := group.Wait(); err != nil {
				s.Fatal(err)
			}
			s.left(id, batch.Left{Chunks: 1})
		}
	}},
	{"Race/TheSameListingsTwice", func(s *importSuite) {
		a, b := s.staged(0, 1, 20), s.staged(10, 1, 20)
		ta, tb := s.transformation(a, 0), s.transformation(b, 0)
		var mu sync.Mutex
		done := 0
		var group errgroup.Group
		for _, t := range []batch.Transformation{ta, tb} {
			group.Go(func() error {
				c, err := s.imports.TransformChunk(s.Context(), t)
				if e, named := errors.AsType[workflow.Error](err); named && e.Name == workflow.AsError(batch.Busy("")).Name {
					return nil
				}
				if err == nil && c.Outcome.Created != 20 {
					err = fmt.Errorf("the outcome is %+v", c.Outcome)
				}
				mu.Lock()
				defer mu.Unlock()
				done++
				return err
			})
		}
		if err := group.Wait(); err != nil {
			s.Fatal(err)
		}
		if done > 1 {
			s.Error("both imports have the listings that they share")
		}
	}},
	{"Race/AReaderSeesAllOrNone", func(s *importSuite) {
		const rows = 60
		id := s.staged(0, 3, rows/3)
		published := make(chan struct{})
		var group errgroup.Group
		for _, q := range everyList {
			q.First = booking.MaxPageSize
			group.Go(func() error {
				for last := false; ; {
					select {
					case <-published:
						last = true
					default:
					}
					page, err := s.store.ListApartments(s.Context(), q)
					if err != nil {
						return err
					}
					if n := len(page.Items); n != 0 && n != rows {
						return fmt.Errorf("an answer shows %d of %d", n, rows)
					}
					if last {
						return nil
					}
				}
			})
		}
		ids := s.transform(id, 3)
		group.Go(func() error {
			for {
				found, err := s.store.ApartmentsByID(s.Context(), ids)
				if err != nil {
					return err
				}
				switch len(found) {
				case 0:
				case rows:
					return nil
				default:
					return fmt.Errorf("ApartmentsByID shows %d of %d", len(found), rows)
				}
			}
		})
		s.publish(id)
		close(published)
		if err := group.Wait(); err != nil {
			s.Error(err)
		}
		s.all(ids, rows)
	}},
}
