package storetest

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga"
	"github.com/vacancy/vacancy/internal/saga/batch"
)

var importItemTests = []importTest{
	{"Import/RoundTrip", func(s *importSuite) {
		i := batch.Import{ID: "imp_1", By: "mary", Status: batch.NeedsAttention, DryRun: true, RunType: batch.FailCommit, CreatedAt: begin,
			EndedAt: begin.Add(time.Hour), Parts: 3, Bytes: 4 << 20, Rows: 10_000, Chunks: 50, MissingColumns: []string{"state", "title"},
			Failure: &batch.Failure{Error: "RowsRefused", Cause: "line 3: “no”"}, Left: batch.Left{Apartments: 1, Chunks: 2, Parts: 3},
			Execution: saga.Execution{Started: true, Repairs: 2, RepairedAt: begin.Add(time.Minute)}, Open: true}
		if err := s.imports.Create(s.Context(), i); err != nil {
			s.Fatalf("Create = %v", err)
		}
		got, err := s.imports.Import(s.Context(), i.ID)
		if err != nil {
			s.Fatalf("Import = %v", err)
		}
		s.same("the stored import", got, i)
	}},
	{"Import/Unknown", func(s *importSuite) {
		_, err := s.imports.Import(s.Context(), "imp_none")
		s.refused("an unknown import", err, booking.NotFound)
		_, err = s.imports.Change(s.Context(), "imp_none", batch.BeginProcess{})
		s.refused("a change of it", err, booking.NotFound)
		s.refused("a part of it", s.imports.StorePart(s.Context(), "imp_none", 0, []byte("x")), booking.NotFound)
		s.refused("a chunk of it", s.imports.StageChunk(s.Context(), "imp_none", s.chunk(0, 0, 1)), booking.NotFound)
		s.refused("clearing it away", s.imports.Clear(s.Context(), "imp_none"), booking.NotFound)
		_, err = s.imports.TransformChunk(s.Context(), batch.Transformation{ImportID: "imp_none"})
		s.refused("transforming it", err, booking.NotFound)
	}},
	{"Import/ChangesOnlyWhatMayChange", func(s *importSuite) {
		id := s.begun()
		want, err := s.imports.Import(s.Context(), id)
		if err != nil || want.Status != batch.Processing {
			s.Fatalf("Import = %+v, %v", want, err)
		}
		for _, c := range []batch.Change{batch.Publish{Now: begin}, batch.BeginCommit{}, batch.Receive{Parts: 9}, batch.Conclude{Now: begin}} {
			s.same(fmt.Sprintf("the answer to %T of an import that is PROCESSING", c), s.change(id, c), want)
		}
		_, err = s.imports.Change(s.Context(), id, batch.Resume{Now: begin})
		s.refused("Resume of an import that goes on", err, booking.NothingToResume)
		got, err := s.imports.Import(s.Context(), id)
		if err != nil {
			s.Fatal(err)
		}
		s.same("the import", got, want)
	}},
	{"Import/OpenOnesOldestFirst", func(s *importSuite) {
		a, b, c := s.begun(), s.begun(), s.begun()
		s.rollback(b)
		s.change(b, batch.Conclude{Now: begin})
		open := func(limit int, want ...string) {
			s.Helper()
			s.eventually("the open imports", func() error {
				got, err := s.imports.Open(s.Context(), limit)
				if err != nil {
					return err
				}
				var ids []string
				for _, i := range got {
					ids = append(ids, i.ID)
				}
				if fmt.Sprint(ids) != fmt.Sprint(want) {
					return fmt.Errorf("%v, want %v", ids, want)
				}
				return nil
			})
		}
		open(10, a, c)
		open(1, a)
		s.rollback(a)
		s.change(a, batch.Conclude{Left: batch.Left{Parts: 1}, Now: begin})
		open(10, c)
		resumed := s.change(a, batch.Resume{Now: begin})
		s.same("the answer to Resume of an import that is resumed", s.change(a, batch.Resume{Now: begin.Add(time.Hour)}), resumed)
		open(10, a, c)
	}},
	{"Import/ThoseNeedingAttentionOldestFirst", func(s *importSuite) {
		attention := func(limit int, want ...string) {
			s.Helper()
			s.eventually("the imports that need attention", func() error {
				found, err := s.imports.NeedingAttention(s.Context(), limit)
				var got []string
				for _, i := range found {
					got = append(got, i.ID)
					if i.Left != (batch.Left{Parts: 1}) {
						return fmt.Errorf("%s has %+v left, want one part", i.ID, i.Left)
					}
				}
				if err == nil && !slices.Equal(got, want) {
					err = fmt.Errorf("listed are %v, want %v", got, want)
				}
				return err
			})
		}
		a, b, c := s.begun(), s.begun(), s.begun()
		attention(10)
		for _, id := range []string{c, a, b} {
			s.rollback(id)
			left := batch.Left{Parts: 1}
			if id == b {
				left = batch.Left{} // it is undone
			}
			s.change(id, batch.Conclude{Left: left, Now: begin})
		}
		attention(10, a, c)
		attention(1, a)
		s.change(a, batch.Resume{Now: begin})
		attention(10, c)
	}},
}

var importStagingTests = []importTest{
	{"Part/RoundTrip", func(s *importSuite) {
		i := batch.Import{ID: s.id(batch.Kind), Status: batch.Receiving, CreatedAt: begin, Open: true}
		if err := s.imports.Create(s.Context(), i); err != nil {
			s.Fatalf("Create = %v", err)
		}
		full := bytes.Repeat([]byte{0, 'x', 0xff, '\n'}, batch.MaxPart/4)
		for n, data := range [][]byte{full, []byte("rest"), full} {
			for range 2 { // again, it changes nothing
				if err := s.imports.StorePart(s.Context(), i.ID, n, data); err != nil {
					s.Fatalf("StorePart(%d) = %v", n, err)
				}
			}
			got, err := s.imports.Part(s.Context(), i.ID, n)
			if err != nil || !bytes.Equal(got, data) {
				s.Errorf("part %d comes back as %d bytes, %v", n, len(got), err)
			}
		}
		if _, err := s.imports.Part(s.Context(), i.ID, 3); err == nil {
			s.Error("there is a part that nobody stored")
		}
		s.left(i.ID, batch.Left{Parts: 3})
		s.change(i.ID, batch.Receive{Parts: 3, Bytes: 5})
		s.tooLate("a part after the last", s.imports.StorePart(s.Context(), i.ID, 3, full))
	}},
	{"Chunk/RoundTrip", func(s *importSuite) {
		id := s.begun()
		refused := batch.Record{Line: 9, Refusal: &batch.Refusal{Line: 9, Column: "price", Reason: "“free”"}}
		want := []batch.Chunk{s.chunk(0, 0, 3), s.chunk(0, 1, 3)}
		want[1].Records[2] = refused
		want[1].Records[1].Earlier, want[1].Records[1].Same = 3, true
		for _, n := range []int{1, 0, 1} {
			s.stage(id, want[n])
		}
		for n, c := range want {
			got, err := s.imports.Chunk(s.Context(), id, n)
			if err != nil {
				s.Fatalf("Chunk = %v", err)
			}
			s.same("the chunk", got, c)
			want[n].Records = nil
		}
		got, err := s.imports.Chunks(s.Context(), id)
		if err != nil {
			s.Fatalf("Chunks = %v", err)
		}
		s.same("the chunks, in order, without their records", got, want)
		if _, err := s.imports.Chunk(s.Context(), id, 2); err == nil {
			s.Error("there is a chunk that nobody staged")
		}
		s.left(id, batch.Left{Chunks: 2})
	}},
	{"Chunk/StagedOnlyWhileProcessing", func(s *importSuite) {
		id := s.staged(0, 1, 1)
		s.tooLate("staging when all is staged", s.imports.StageChunk(s.Context(), id, s.chunk(0, 1, 1)))
		s.rollback(id)
		s.tooLate("staging after a rollback began", s.imports.StageChunk(s.Context(), id, s.chunk(0, 1, 1)))
	}},
	{"Clear/LeavesTheOutcome", func(s *importSuite) {
		i := batch.Import{ID: s.id(batch.Kind), Status: batch.Receiving, CreatedAt: begin, Open: true}
		if err := s.imports.Create(s.Context(), i); err != nil {
			s.Fatal(err)
		}
		if err := s.imports.StorePart(s.Context(), i.ID, 0, []byte("x")); err != nil {
			s.Fatal(err)
		}
		s.change(i.ID, batch.Receive{Parts: 1, Bytes: 1})
		s.change(i.ID, batch.BeginProcess{})
		s.stage(i.ID, s.chunk(0, 0, 2))
		s.change(i.ID, batch.Stage{Rows: 2, Chunks: 1})
		s.tooLate("clearing away while it is transformed", s.imports.Clear(s.Context(), i.ID))
		t := s.transformation(i.ID, 0)
		t.Outcome = batch.Outcome{Refused: 1, Refusals: []batch.Refusal{{Line: 7, Reason: "r"}}}
		want, err := s.imports.TransformChunk(s.Context(), t)
		if err != nil {
			s.Fatal(err)
		}
		s.publish(i.ID)
		for range 2 {
			if err := s.imports.Clear(s.Context(), i.ID); err != nil {
				s.Errorf("Clear = %v", err)
			}
		}
		s.left(i.ID, batch.Left{Apartments: 2})
		got, err := s.imports.Chunks(s.Context(), i.ID)
		if err != nil || len(got) != 1 {
			s.Fatalf("Chunks = %+v, %v", got, err)
		}
		s.same("what the chunk says", got[0].Outcome, want.Outcome)
		s.change(i.ID, batch.Conclude{Now: begin})
	}},
}
