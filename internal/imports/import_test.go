package imports_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/imports"
)

// shelf is a Store that keeps apartments by their SourceID, as a real one does.
type shelf struct {
	apartments map[string]booking.Apartment
	batches    []int
	fail       error
}

func (s *shelf) store(_ context.Context, as []booking.Apartment) ([]booking.ImportOutcome, error) {
	if s.fail != nil {
		return nil, s.fail
	}
	if s.apartments == nil {
		s.apartments = map[string]booking.Apartment{}
	}
	s.batches = append(s.batches, len(as))
	outcomes := make([]booking.ImportOutcome, len(as))
	for i, a := range as {
		if _, known := s.apartments[a.SourceID]; !known {
			s.apartments[a.SourceID] = a
			outcomes[i] = booking.ImportOutcome{ID: "apt_" + a.SourceID, Created: true}
		}
	}
	return outcomes, nil
}

// load imports a text that must be readable to its end.
func load(t *testing.T, text string) (imports.Report, map[string]booking.Apartment) {
	t.Helper()
	s := &shelf{}
	report, err := imports.Run(t.Context(), strings.NewReader(text), s.store)
	if err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	if report.Rows != report.Created+report.Unchanged+report.RefusedRows {
		t.Errorf("the counts do not add up: %+v", report)
	}
	return report, s.apartments
}

// wantRefusals fails the test unless the report has exactly these, each as "line:column: part of the reason".
func wantRefusals(t *testing.T, report imports.Report, want ...string) {
	t.Helper()
	if report.RefusedRows != len(want) || len(report.Refused) != len(want) {
		t.Fatalf("%d refusals, want %d: %+v", report.RefusedRows, len(want), report.Refused)
	}
	for i, w := range want {
		place, reason, _ := strings.Cut(w, ": ")
		got := report.Refused[i]
		if fmt.Sprintf("%d:%s", got.Line, got.Column) != place || !strings.Contains(got.Reason, reason) {
			t.Errorf("refusal %d is %+v, want %q", i, got, w)
		}
	}
}

func TestFilesAsTheyCome(t *testing.T) {
	const row = "1,Monthly,100\n"
	tests := map[string]string{
		"plain":                          "id,price_type,price\n" + row,
		"no line end at the end":         "id,price_type,price\n1,Monthly,100",
		"byte order mark":                "\ufeffid,price_type,price\n" + row,
		"byte order mark before a quote": "\ufeff\"id\",price_type,price\n" + row,
		"CRLF":                           "id,price_type,price\r\n1,Monthly,100\r\n",
		"blank lines":                    "\n\r\nid,price_type,price\n\n\n" + row + "\r\n\n",
		"another order":                  "price,id,price_type\n100,1,Monthly\n",
		"unknown columns":                "x,id,x,price_type,,price,\na,1,b,Monthly,\xff,100,\x00\n",
		"names in capitals and spaces":   " ID ,Price_Type,PRICE\n" + row,
		"quotes":                         `"id","price_type","price"` + "\n" + `"1","Monthly","100"`,
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			report, stored := load(t, text)
			wantRefusals(t, report)
			if report.Rows != 1 || report.Created != 1 || stored["1"].Price.Amount != 10_000 {
				t.Errorf("%+v, stored %+v", report, stored)
			}
			if !slices.Contains(report.MissingColumns, "cityname") || slices.Contains(report.MissingColumns, "price") {
				t.Errorf("missing columns %v", report.MissingColumns)
			}
		})
	}
}

func TestAFieldMayGoOnOverLines(t *testing.T) {
	report, stored := load(t, "id,price_type,price,title\n1,Monthly,100,\"Bright\r\nand  quiet\"\n2,Monthly,x,\n")
	wantRefusals(t, report, "4:price: whole US dollars")
	if stored["1"].Title != "Bright and quiet" {
		t.Errorf("title %q", stored["1"].Title)
	}
}

// A quote that never closes costs its own row, not the rest of the file.
func TestAnOpenQuoteCostsOneRow(t *testing.T) {
	var text strings.Builder
	text.WriteString("id,price_type,price,title\n")
	for i := range 3000 {
		title := fmt.Sprintf("Flat %d", i)
		switch i {
		case 10, 20, 2999:
			title = `"Flat`
		case 30: // closes inside the row behind it
			title = `"Flat`
		case 31:
			title = `"Flat" 31`
		}
		fmt.Fprintf(&text, "%d,Monthly,100,%s\n", i, title)
	}
	report, stored := load(t, text.String())
	wantRefusals(t, report, "12:: does not end", "22:: does not end", "32:: does not end", "33:: does not end", "3001:: does not end")
	if report.Rows != 3000 || len(stored) != 2995 {
		t.Errorf("%d rows, %d stored", report.Rows, len(stored))
	}
}

func TestAnOverlongLineInsideAnOpenQuote(t *testing.T) {
	report, stored := load(t, "id,price_type,price,title\n1,Monthly,100,\"open\n"+strings.Repeat("x", 70<<10)+"\n2,Monthly,100,b\n")
	wantRefusals(t, report, "2:: does not end", "3:: longer than")
	if len(stored) != 1 || stored["2"].Title != "b" {
		t.Errorf("stored %+v", stored)
	}
}

func TestDuplicatesInAFile(t *testing.T) {
	report, stored := load(t, "id,price_type,price\n1,Monthly,100\n2,Monthly,100\n1,Monthly,200\n")
	wantRefusals(t, report, "4:id: on line 2 already")
	if stored["1"].Price.Amount != 10_000 {
		t.Errorf("the later one was taken: %+v", stored["1"])
	}
}

func TestHeaders(t *testing.T) {
	tests := []struct{ text, field, want string }{
		{"", "", "empty"},
		{"\n\r\n", "", "empty"},
		{"id,price\n1,100\n", "price_type", "lacks price_type"},
		{"1,Monthly,100\n2,Monthly,100\n", "id", "lacks id, price, price_type"},
		{"id,price,price_type,state,state,id\n", "id", "twice: state, id"},
		{"id,price,\"price_type\n", "", "cannot be read"},
		{strings.Repeat("x", 70<<10) + "\n", "", "cannot be read"},
		{"\xff\xfei\x00d\x00,\x00", "id", "lacks id"},
	}
	for _, test := range tests {
		s := &shelf{}
		_, err := imports.Run(t.Context(), strings.NewReader(test.text), s.store)
		var refused *booking.Error
		if !errors.As(err, &refused) || refused.Code != booking.InvalidInput || !strings.Contains(refused.Message, test.want) ||
			test.field != "" && refused.Field != test.field && !strings.Contains(refused.Message, test.field) {
			t.Errorf("%.40q: %v, want INVALID_INPUT with %q", test.text, err, test.want)
		}
		if len(s.batches) != 0 {
			t.Errorf("%.40q: something was stored", test.text)
		}
	}
}

func rows(n int) string {
	var text strings.Builder
	text.WriteString("id,price_type,price\n")
	for i := range n {
		fmt.Fprintf(&text, "%d,Monthly,100\n", i)
	}
	return text.String()
}

func TestBatches(t *testing.T) {
	for n, want := range map[int][]int{0: nil, 1: {1}, 500: {500}, 501: {500, 1}, 1250: {500, 500, 250}} {
		s := &shelf{}
		report, err := imports.Run(t.Context(), strings.NewReader(rows(n)), s.store)
		if err != nil || report.Created != n || !slices.Equal(s.batches, want) {
			t.Errorf("%d rows: %d created in batches of %v, %v; want %v", n, report.Created, s.batches, err, want)
		}
	}
}

func TestRunningAgainChangesNothing(t *testing.T) {
	s := &shelf{}
	first, err := imports.Run(t.Context(), strings.NewReader(rows(700)), s.store)
	if err != nil || first.Created != 700 || first.Unchanged != 0 {
		t.Fatalf("%+v, %v", first, err)
	}
	again, err := imports.Run(t.Context(), strings.NewReader(rows(710)), s.store)
	if err != nil || again.Created != 10 || again.Unchanged != 700 {
		t.Errorf("%+v, %v", again, err)
	}
}

func TestDryRun(t *testing.T) {
	report, err := imports.Run(t.Context(), strings.NewReader(rows(700)+"x,Monthly,free\n"), nil)
	if err != nil || !report.DryRun || report.Rows != 701 || report.Created != 0 || report.Unchanged != 0 || report.RefusedRows != 1 {
		t.Errorf("%+v, %v", report, err)
	}
}

func TestRefusalsAreCountedAndListedUpToABound(t *testing.T) {
	report, _ := load(t, "id,price_type,price\n"+strings.Repeat("x\n", 5000))
	if report.RefusedRows != 5000 || len(report.Refused) != imports.MaxRefusals {
		t.Errorf("%d refused, %d listed", report.RefusedRows, len(report.Refused))
	}
}

func TestAFailingStoreEndsTheImport(t *testing.T) {
	broken := errors.New("disk full")
	s := &shelf{}
	calls := 0
	report, err := imports.Run(t.Context(), strings.NewReader(rows(1200)), func(ctx context.Context, as []booking.Apartment) ([]booking.ImportOutcome, error) {
		if calls++; calls == 2 {
			return nil, broken
		}
		return s.store(ctx, as)
	})
	if !errors.Is(err, broken) || report.Created != 500 || calls != 2 {
		t.Errorf("%d calls, %+v, %v", calls, report, err)
	}
}

func TestAnEndedContextEndsTheImport(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := &shelf{}
	report, err := imports.Run(ctx, strings.NewReader(rows(1200)), func(ctx context.Context, as []booking.Apartment) ([]booking.ImportOutcome, error) {
		cancel()
		return s.store(ctx, as)
	})
	if !errors.Is(err, context.Canceled) || report.Created != 500 {
		t.Errorf("%+v, %v", report, err)
	}
}
