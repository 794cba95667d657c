package storetest

import (
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga/batch"
)

var importBatchTests = []importTest{
	{"Batch/NobodySeesItBeforeItIsPublished", func(s *importSuite) {
		id := s.staged(0, 3, 7)
		ids := s.transform(id, 3)
		if len(ids) != 21 {
			s.Fatalf("%d apartments", len(ids))
		}
		s.left(id, batch.Left{Apartments: 21, Chunks: 3})
		s.all(ids, 0)
		for _, status := range []batch.Change{nil, batch.BeginCommit{}} {
			if status != nil {
				s.change(id, status)
			}
			_, err := s.store.PlaceHold(s.Context(), s.hold(ids[0], begin))
			s.refused("a hold on an apartment that nobody sees", err, booking.NotFound)
			_, err = s.store.ChangeApartment(s.Context(), booking.Withdraw{ApartmentID: ids[0], Now: begin})
			s.refused("withdrawing one", err, booking.NotFound)
			s.all(ids, 0)
		}
		s.publish(id)
		s.all(ids, 21)
		s.same("a published apartment", s.apartment(ids[0]), booking.Apartment{ID: ids[0], SourceID: "source 0", Listing: listing(),
			Status: booking.Vacant, CreatedAt: begin, UpdatedAt: begin})
		r := s.place(s.hold(ids[20], begin))
		if s.apartment(ids[20]).ReservationID != r.ID {
			s.Error("a published apartment is not held")
		}
	}},
	{"Batch/OtherApartmentsStayVisible", func(s *importSuite) {
		other := s.offer()
		id := s.staged(0, 1, 30)
		hidden := s.transform(id, 1)
		s.eventually("the list", func() error {
			page, err := s.store.ListApartments(s.Context(), booking.ApartmentQuery{Order: booking.ByNewest, First: 10})
			if err == nil && !page.HasNext {
				s.same("the apartments", page.Items, []booking.Apartment{other})
			}
			return err
		})
		got, err := s.store.ApartmentsByID(s.Context(), append(hidden, other.ID))
		if err != nil {
			s.Fatal(err)
		}
		s.same("ApartmentsByID", got, []booking.Apartment{other})
	}},
	{"Batch/KnownListingsStay", func(s *importSuite) {
		known := s.imported(0, 5)
		if _, err := s.store.ImportApartments(s.Context(), known); err != nil {
			s.Fatal(err)
		}
		id := s.staged(3, 1, 6)
		t := s.transformation(id, 0)
		t.Outcome = batch.Outcome{Duplicates: 2, Refused: 1, Refusals: []batch.Refusal{{Line: 4, Column: "id", Reason: "why"}}}
		want := batch.Outcome{Created: 4, Unchanged: 2, Duplicates: 2, Refused: 1, Refusals: t.Outcome.Refusals}
		for range 2 { // again, it changes nothing
			c, err := s.imports.TransformChunk(s.Context(), t)
			if err != nil || c.State != batch.Transformed {
				s.Fatalf("TransformChunk = %+v, %v", c, err)
			}
			s.same("the outcome", c.Outcome, want)
		}
		s.left(id, batch.Left{Apartments: 4, Chunks: 1})
		s.publish(id)
		s.same("a known apartment", s.apartment(known[4].ID), known[4])
		_, err := s.store.Apartment(s.Context(), t.Apartments[0].ID)
		s.refused("a second apartment of a known listing", err, booking.NotFound)

		again := s.staged(3, 1, 6)
		c, err := s.imports.TransformChunk(s.Context(), s.transformation(again, 0))
		if err != nil || c.Outcome.Created != 0 || c.Outcome.Unchanged != 6 {
			s.Errorf("the same listings again: %+v, %v", c.Outcome, err)
		}
	}},
	{"Batch/ADryRunStoresNone", func(s *importSuite) {
		if _, err := s.store.ImportApartments(s.Context(), s.imported(0, 2)); err != nil {
			s.Fatal(err)
		}
		id := s.staged(0, 1, 5, func(i *batch.Import) { i.DryRun = true })
		c, err := s.imports.TransformChunk(s.Context(), s.transformation(id, 0))
		if err != nil || c.Outcome.Created != 3 || c.Outcome.Unchanged != 2 {
			s.Errorf("TransformChunk = %+v, %v", c.Outcome, err)
		}
		s.left(id, batch.Left{Chunks: 1})
	}},
	{"Batch/ListingsOfAnotherUnpublishedOneAreBusy", func(s *importSuite) {
		first := s.staged(0, 1, 4)
		s.transform(first, 1)
		second := s.staged(3, 1, 4)
		t := s.transformation(second, 0)
		_, err := s.imports.TransformChunk(s.Context(), t)
		s.named("transforming a listing that another import has", err, batch.Busy(""))
		s.left(second, batch.Left{Chunks: 1}) // all or none of the chunk

		outcomes, err := s.store.ImportApartments(s.Context(), s.imported(0, 1))
		if err != nil || len(outcomes) != 1 || outcomes[0].Created || !outcomes[0].Pending {
			s.Errorf("importing one of them otherwise = %+v, %v, want it pending", outcomes, err)
		}
		s.rollback(first)
		if err := s.imports.UndoChunk(s.Context(), first, 0); err != nil {
			s.Fatal(err)
		}
		c, err := s.imports.TransformChunk(s.Context(), t)
		if err != nil || c.Outcome.Created != 4 {
			s.Errorf("once the other is undone: %+v, %v", c.Outcome, err)
		}
	}},
	{"Batch/TransformedOnlyInItsTurn", func(s *importSuite) {
		id := s.begun()
		s.stage(id, s.chunk(0, 0, 2))
		t := s.transformation(id, 0)
		_, err := s.imports.TransformChunk(s.Context(), t)
		s.tooLate("transforming before all is staged", err)
		s.change(id, batch.Stage{Rows: 2, Chunks: 1})
		s.change(id, batch.BeginCommit{})
		_, err = s.imports.TransformChunk(s.Context(), t)
		s.tooLate("transforming while it is committed", err)
		s.left(id, batch.Left{Chunks: 1})
	}},
}
