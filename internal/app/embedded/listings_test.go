package embedded_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/app/embedded"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/imports"
)

// realListings is beside the repository, not in it.
const realListings = "../../../../shared/data/apartments-for-rent-10k.csv"

// TestAllRealListings imports all 10,000 real listings, twice, and has 64 tenants
// reserve every one of them: each is had once.
func TestAllRealListings(t *testing.T) {
	file, err := os.Open(filepath.FromSlash(realListings))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the 10,000 real listings are not beside this checkout (../shared/data); internal/imports/demo has an excerpt that other tests use")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	a, err := embedded.Open(t.Context(), embedded.Config{DataDir: t.TempDir(), Config: app.Config{Limits: app.NoLimits()}})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()

	const listings = 10_000
	for _, want := range []struct{ created, unchanged int }{{listings, 0}, {0, listings}} {
		if _, err := file.Seek(0, 0); err != nil {
			t.Fatal(err)
		}
		report, err := imports.Run(t.Context(), file, a.Reservations.ImportApartments)
		if err != nil {
			t.Fatal(err)
		}
		if report.Created != want.created || report.Unchanged != want.unchanged || report.RefusedRows != 0 {
			t.Fatalf("created %d, unchanged %d, refused %d; want %d, %d, 0", report.Created, report.Unchanged, report.RefusedRows, want.created, want.unchanged)
		}
	}

	ids := vacantIDs(t, a.Reservations)
	if len(ids) != listings {
		t.Fatalf("%d apartments are listed VACANT, want %d", len(ids), listings)
	}
	const tenants = 64
	var held, refused atomic.Int64
	var all sync.WaitGroup
	for tenant := range tenants {
		all.Go(func() {
			who := booking.Principal{ID: "tenant-" + string(rune('A'+tenant%26)) + string(rune('a'+tenant/26)), Role: booking.Tenant}
			// Two tenants want each apartment.
			for i := tenant / 2; i < len(ids); i += tenants / 2 {
				_, err := a.Reservations.ReserveApartment(context.Background(), who, ids[i], ids[i])
				switch {
				case err == nil:
					held.Add(1)
				case booking.CodeOf(err) == booking.ApartmentNotVacant:
					refused.Add(1)
				default:
					t.Errorf("reserve %s: %v", ids[i], err)
				}
			}
		})
	}
	all.Wait()
	if held.Load() != listings || refused.Load() != listings {
		t.Errorf("%d held and %d refused, want %d of each", held.Load(), refused.Load(), listings)
	}
	if left := vacantIDs(t, a.Reservations); len(left) != 0 {
		t.Errorf("%d apartments are still VACANT", len(left))
	}
}

// vacantIDs pages through everything that is VACANT.
func vacantIDs(t *testing.T, s *booking.Service) (ids []string) {
	t.Helper()
	q := booking.ApartmentQuery{Status: booking.Vacant, Order: booking.ByPrice, First: booking.MaxPageSize}
	for {
		page, err := s.Apartments(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range page.Items {
			ids = append(ids, a.ID)
		}
		if !page.HasNext {
			return ids
		}
		q.After = page.End
	}
}
