package dynamo_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/imports"
	"github.com/vacancy/vacancy/internal/saga"
	"github.com/vacancy/vacancy/internal/saga/batch"
	"github.com/vacancy/vacancy/internal/store/dynamo"
	"github.com/vacancy/vacancy/internal/store/dynamo/dynamotest"
	"github.com/vacancy/vacancy/internal/store/storetest"
)

func TestImports(t *testing.T) { storetest.RunImports(t, openImports) }

func TestImportSagas(t *testing.T) { storetest.RunImportSagas(t, openImports, 200) }

func openImports(t *testing.T) (batch.Store, booking.Store) {
	s := dynamo.New(dynamotest.Table(t))
	return s.Imports(), s
}

// TestRealListings takes real listings through every step: the first thousand of them, as DynamoDB
// Local takes two minutes for all, and more than one chunk and transaction are enough.
func TestRealListings(t *testing.T) {
	file, err := os.ReadFile(filepath.FromSlash("../../../../shared/data/apartments-for-rent-10k.csv"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the 10,000 real listings are not beside this checkout (../shared/data)")
	}
	if err != nil {
		t.Fatal(err)
	}
	const listings = 1000
	file = bytes.Join(bytes.SplitAfterN(file, []byte("\n"), listings+2)[:listings+1], nil)
	store := dynamo.New(dynamotest.Table(t))
	injection, err := saga.NewInjection(saga.Development, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	ids := 0
	service := batch.NewService(store.Imports(), imports.Format{}, noWorkflow{}, injection, func() time.Time { return time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC) },
		func(kind string) string { ids++; return fmt.Sprintf("%s_%d", kind, ids) }, slog.New(slog.DiscardHandler))
	manager := booking.Principal{ID: "mary", Role: booking.Manager}
	i, err := service.Receive(t.Context(), manager, bytes.NewReader(file), batch.Order{})
	if err != nil {
		t.Fatal(err)
	}
	in := batch.Input{ImportID: i.ID}
	standing, err := service.Process(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	var group errgroup.Group
	group.SetLimit(4) // as in the definition
	for _, n := range standing.Chunks {
		group.Go(func() error {
			_, err := service.Transform(t.Context(), batch.ChunkInput{Input: in, Chunk: n})
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	if page, err := store.ListApartments(t.Context(), booking.ApartmentQuery{Order: booking.ByPrice, First: 100}); err != nil || len(page.Items) != 0 {
		t.Errorf("before it is published a list shows %d, %v", len(page.Items), err)
	}
	if v, err := service.Commit(t.Context(), in); err != nil || v.Status != batch.Published {
		t.Fatalf("Commit = %+v, %v", v, err)
	}
	if v, err := service.Conclude(t.Context(), in); err != nil || v.Status != batch.Published {
		t.Fatalf("Conclude = %+v, %v", v, err)
	}
	if left, err := store.Imports().Left(t.Context(), i.ID); err != nil || left != (batch.Left{Apartments: listings}) {
		t.Errorf("there is %+v, %v", left, err)
	}
	if page, err := store.ListApartments(t.Context(), booking.ApartmentQuery{Order: booking.ByPrice, First: 100}); err != nil || len(page.Items) != 100 {
		t.Errorf("a list shows %d, %v", len(page.Items), err)
	}
}

// noWorkflow starts nothing: the test calls the steps.
type noWorkflow struct{}

func (noWorkflow) Start(context.Context, booking.WorkflowStart) error { return nil }
func (noWorkflow) Wake(context.Context, string, json.RawMessage) error {
	return booking.ErrNobodyWaits
}
func (noWorkflow) Running(context.Context, string) (bool, error) { return true, nil }
