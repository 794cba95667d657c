package dynamo_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga/batch"
	"github.com/vacancy/vacancy/internal/store/dynamo"
	"github.com/vacancy/vacancy/internal/store/dynamo/dynamotest"
)

// TestARequestBegunBeforePublishing: between reading rows, when half of an import is there,
// and asking whether the import is published, the other half comes and it is published. What
// is answered is all of it, not the half that was read.
func TestARequestBegunBeforePublishing(t *testing.T) {
	const rows = 6
	reads := map[string]func(context.Context, *dynamo.Store, []string) (int, error){
		"list": func(ctx context.Context, s *dynamo.Store, _ []string) (int, error) {
			page, err := s.ListApartments(ctx, booking.ApartmentQuery{Order: booking.ByPrice, First: 50})
			return len(page.Items), err
		},
		"by id": func(ctx context.Context, s *dynamo.Store, ids []string) (int, error) {
			found, err := s.ApartmentsByID(ctx, ids)
			return len(found), err
		},
	}
	for name, read := range reads {
		t.Run(name, func(t *testing.T) {
			var gets atomic.Int64
			var meanwhile func()
			table := dynamotest.Table(t, dynamotest.OverWire(1, func(operation string) (f dynamotest.Fate) {
				// The first reads the rows, the second asks for their import.
				if operation == "BatchGetItem" && gets.Add(1) == 2 {
					f.Before = meanwhile
				}
				return f
			}))
			writer := dynamo.New(dynamo.NewTable(dynamotest.Local(t).Client(), table.Name(), dynamo.Options{})).Imports()
			ids := halfImported(t, writer, rows)
			meanwhile = func() {
				if err := finish(t.Context(), writer); err != nil {
					t.Errorf("the import is not published: %v", err)
				}
			}
			if got, err := read(t.Context(), dynamo.New(table), ids); err != nil || got != rows {
				t.Errorf("%d of %d apartments are answered, %v", got, rows, err)
			}
		})
	}
}

const viewed = "imp_viewed"

// halfImported stores an import of two chunks, the first of which is transformed.
func halfImported(t *testing.T, s *dynamo.Imports, rows int) (ids []string) {
	t.Helper()
	ctx := t.Context()
	i := batch.Import{ID: viewed, Status: batch.Processing, Parts: 1, CreatedAt: time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC), Open: true}
	err := s.Create(ctx, i)
	for n := range 2 {
		c := batch.Chunk{Number: n, State: batch.Staged, Rows: rows / 2, First: 2 + n*rows/2, Last: 1 + (n+1)*rows/2}
		err = errors.Join(err, s.StageChunk(ctx, viewed, c))
		for line := c.First; line <= c.Last; line++ {
			ids = append(ids, batch.ApartmentID(viewed, line))
		}
	}
	_, changeErr := s.Change(ctx, viewed, batch.Stage{Rows: rows, Chunks: 2})
	if err := errors.Join(err, changeErr, transformChunk(ctx, s, 0)); err != nil {
		t.Fatal(err)
	}
	return ids
}

func transformChunk(ctx context.Context, s *dynamo.Imports, number int) error {
	c, err := s.Chunk(ctx, viewed, number)
	if err != nil {
		return err
	}
	t := batch.Transformation{ImportID: viewed, Chunk: number}
	for line := c.First; line <= c.Last; line++ {
		t.Apartments = append(t.Apartments, booking.Apartment{ID: batch.ApartmentID(viewed, line), SourceID: fmt.Sprint("s", line), Status: booking.Vacant,
			Listing: booking.Listing{Price: booking.Money{Amount: int64(line), Currency: "USD"}, RentPeriod: booking.Monthly}})
	}
	_, err = s.TransformChunk(ctx, t)
	return err
}

// finish transforms the other half and publishes.
func finish(ctx context.Context, s *dynamo.Imports) error {
	err := transformChunk(ctx, s, 1)
	for _, c := range []batch.Change{batch.BeginCommit{}, batch.Publish{}} {
		_, changeErr := s.Change(ctx, viewed, c)
		err = errors.Join(err, changeErr)
	}
	return err
}
