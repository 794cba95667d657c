package imports_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/imports"
	"github.com/vacancy/vacancy/internal/imports/demo"
)

// dataset is the whole data set, beside the repository; demo.Listings is an excerpt of it.
var dataset = filepath.Join("..", "..", "..", "shared", "data", "apartments-for-rent-10k.csv")

// facts counts what is not known of apartments, and what is seldom.
type facts struct {
	noCity, noState, noBathrooms, noBedrooms, noPets, halfBaths, studios, weekly, either int
	cents                                                                                int64
}

func factsOf(all map[string]booking.Apartment) (f facts) {
	count := func(n *int, yes bool) {
		if yes {
			*n++
		}
	}
	for _, a := range all {
		count(&f.noCity, a.City == "")
		count(&f.noState, a.State == "")
		count(&f.noBathrooms, a.Bathrooms == nil)
		count(&f.noBedrooms, a.Bedrooms == nil)
		count(&f.noPets, len(a.Pets) == 0)
		count(&f.halfBaths, a.Bathrooms != nil && *a.Bathrooms != float64(int(*a.Bathrooms)))
		count(&f.studios, a.Bedrooms != nil && *a.Bedrooms == 0)
		count(&f.weekly, a.RentPeriod == booking.Weekly)
		count(&f.either, a.RentPeriod == booking.MonthlyOrWeekly)
		f.cents += a.Price.Amount
	}
	return f
}

func TestAllRealListings(t *testing.T) {
	text, err := os.ReadFile(dataset)
	if err != nil {
		t.Skipf("the data set (UCI 555, see demo/README.md) is not beside the repository, and the excerpt has a test of its own: %v", err)
	}
	s := &shelf{}
	report, err := imports.Run(t.Context(), bytes.NewReader(text), s.store)
	if err != nil {
		t.Fatal(err)
	}
	wantRefusals(t, report) // every one of them can be taken
	if report.Rows != 10_000 || report.Created != 10_000 {
		t.Errorf("%+v", report)
	}
	want := facts{noCity: 77, noState: 77, noBathrooms: 34, noBedrooms: 7, noPets: 1748 + 2415, halfBaths: 677, studios: 198, weekly: 1, either: 1, cents: 1_486_277_500}
	if got := factsOf(s.apartments); got != want {
		t.Errorf("the apartments come to\n%+v\nwant\n%+v", got, want)
	}
	again, err := imports.Run(t.Context(), bytes.NewReader(text), s.store)
	if err != nil || again.Created != 0 || again.Unchanged != 10_000 {
		t.Errorf("run again: %+v, %v", again, err)
	}
}

func TestDemoListings(t *testing.T) {
	s := &shelf{}
	report, err := imports.Run(t.Context(), demo.Listings(), s.store)
	if err != nil {
		t.Fatal(err)
	}
	wantRefusals(t, report)
	if report.Created != report.Rows || report.Rows < 200 {
		t.Errorf("%+v", report)
	}
	f := factsOf(s.apartments)
	if f.noCity == 0 || f.noBathrooms == 0 || f.noBedrooms == 0 || f.studios == 0 || f.halfBaths == 0 || f.weekly == 0 || f.either == 0 {
		t.Errorf("the excerpt shows too little of what there is: %+v", f)
	}
	cities := map[string]int{}
	for _, a := range s.apartments {
		cities[a.City+", "+a.State]++
	}
	if len(cities) < 100 || cities["Seattle, WA"] < 5 {
		t.Errorf("%d cities, %d listings in Seattle", len(cities), cities["Seattle, WA"])
	}
}

func BenchmarkRun(b *testing.B) {
	var text bytes.Buffer
	if _, err := text.ReadFrom(demo.Listings()); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	rows := 0
	for b.Loop() {
		report, err := imports.Run(b.Context(), bytes.NewReader(text.Bytes()), nil)
		if err != nil {
			b.Fatal(err)
		}
		rows += report.Rows
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}
