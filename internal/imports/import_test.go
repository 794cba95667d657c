package imports_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
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

const columns = "id,bathrooms,bedrooms,currency,pets_allowed,price,price_type,square_feet,cityname,state\n"

func p[T any](v T) *T { return &v }

func TestRowsAreNormalised(t *testing.T) {
	usd := func(cents int64) booking.Money { return booking.Money{Amount: cents, Currency: "USD"} }
	tests := []struct {
		row  string
		want booking.Listing
	}{
		{`a,1.5,2,USD,"Cats,Dogs",1390,Monthly,640,Seattle,WA`, booking.Listing{Title: "2-bedroom apartment in Seattle, WA", City: "Seattle", State: "WA",
			Bedrooms: p(2), Bathrooms: p(1.5), SquareFeet: p(640), Pets: []string{"Cats", "Dogs"}, Price: usd(139_000), RentPeriod: booking.Monthly}},
		{`a,null,0,null,None,275,Monthly|Weekly,null,null,null`, booking.Listing{Title: "Studio", Bedrooms: p(0), Price: usd(27_500), RentPeriod: booking.MonthlyOrWeekly}},
		{`a,,,,"Dogs, Cats ,None,Dogs",1,Weekly,,,tx`, booking.Listing{Title: "Apartment in TX", State: "TX", Pets: []string{"Cats", "Dogs"}, Price: usd(100), RentPeriod: booking.Weekly}},
		{` a , 2 , 1 ,USD,null, 21474836 ,Monthly, 900 ,"  St.  Louis ", mo `, booking.Listing{Title: "1-bedroom apartment in St. Louis, MO", City: "St. Louis", State: "MO",
			Bedrooms: p(1), Bathrooms: p(2.0), SquareFeet: p(900), Price: usd(2_147_483_600), RentPeriod: booking.Monthly}},
		{`a,1,1,USD,null,5,Monthly,1,"He said ""hi"", twice",CA`, booking.Listing{Title: `1-bedroom apartment in He said "hi", twice, CA`, City: `He said "hi", twice`, State: "CA",
			Bedrooms: p(1), Bathrooms: p(1.0), SquareFeet: p(1), Price: usd(500), RentPeriod: booking.Monthly}},
	}
	for _, test := range tests {
		report, stored := load(t, columns+test.row)
		wantRefusals(t, report)
		a, ok := stored["a"]
		if !ok || !reflect.DeepEqual(a.Listing, test.want) {
			t.Errorf("%s\n got %+v\nwant %+v", test.row, a.Listing, test.want)
		}
	}
}

func TestRowsAreRefused(t *testing.T) {
	tests := []struct{ row, want string }{
		{`,1,1,USD,None,100,Monthly,500,Reno,NV`, "id: the id is missing"},
		{`null,1,1,USD,None,100,Monthly,500,Reno,NV`, "id: the id is missing"},
		{`a b,1,1,USD,None,100,Monthly,500,Reno,NV`, `id: it is "a b"`},
		{strings.Repeat("9", 65) + `,1,1,USD,None,100,Monthly,500,Reno,NV`, "id: 1 to 64 letters"},
		{`a,1,1,EUR,None,100,Monthly,500,Reno,NV`, `currency: "EUR"`},
		{`a,1,1,USD,None,,Monthly,500,Reno,NV`, "price: whole US dollars"},
		{`a,1,1,USD,None,0,Monthly,500,Reno,NV`, "price: from 1 to"},
		{`a,1,1,USD,None,-5,Monthly,500,Reno,NV`, "price: whole US dollars"},
		{`a,1,1,USD,None,10.50,Monthly,500,Reno,NV`, "price: whole US dollars"},
		{`a,1,1,USD,None,"$1,390",Monthly,500,Reno,NV`, `price: it is "$1,390"`},
		{`a,1,1,USD,None,21474837,Monthly,500,Reno,NV`, "price: to 21474836"},
		{`a,1,1,USD,None,99999999999999999999,Monthly,500,Reno,NV`, "price: whole US dollars"},
		{`a,1,1,USD,None,100,Daily,500,Reno,NV`, `price_type: it is "Daily"`},
		{`a,1,1,USD,None,100,,500,Reno,NV`, "price_type: Monthly, Weekly"},
		{`a,1,1.5,USD,None,100,Monthly,500,Reno,NV`, "bedrooms: whole number"},
		{`a,1,101,USD,None,100,Monthly,500,Reno,NV`, "bedrooms: from 0 to 100"},
		{`a,NaN,1,USD,None,100,Monthly,500,Reno,NV`, "bathrooms: such as 1.5"},
		{`a,1e1,1,USD,None,100,Monthly,500,Reno,NV`, "bathrooms: such as 1.5"},
		{`a,-1,1,USD,None,100,Monthly,500,Reno,NV`, "bathrooms: such as 1.5"},
		{`a,.5,1,USD,None,100,Monthly,500,Reno,NV`, "bathrooms: such as 1.5"},
		{`a,1000,1,USD,None,100,Monthly,500,Reno,NV`, "bathrooms: from 0 to 100"},
		{`a,1,1,USD,None,100,Monthly,0,Reno,NV`, "square_feet: from 1 to"},
		{`a,1,1,USD,None,100,Monthly,many,Reno,NV`, `square_feet: it is "many"`},
		{`a,1,1,USD,Snakes,100,Monthly,500,Reno,NV`, `pets_allowed: it is "Snakes"`},
		{`a,1,1,USD,None,100,Monthly,500,Reno,null`, "state: a city needs its state"},
		{`a,1,1,USD,None,100,Monthly,500,Reno,Nevada`, "state: two capital letters"},
		{`a,1,1,USD,None,100,Monthly,500,` + strings.Repeat("x", 201) + `,NV`, "cityname: 201 bytes"},
		{"a,1,1,USD,None,100,Monthly,500,R\xffno,NV", "cityname: not in UTF-8"},
		{"a,1,1,USD,None,100,Monthly,500,Re\x00no,NV", "cityname: U+0000"},
		{"a\x1b[2J,1,1,USD,None,100,Monthly,500,Reno,NV", "id: U+001B"},
		{`a,1,1,USD,None,100,Monthly,500,Reno`, ": 9 fields, the header has 10"},
		{`a,1,1,USD,None,100,Monthly,500,Reno,NV,`, ": 11 fields, the header has 10"},
		{`a,1,1,USD,None,100,Monthly,500,R"eno,NV`, `: inside a field that does not begin with one`},
		{`a,1,1,USD,None,100,Monthly,500,"R"eno,NV`, `: does not end as it should`},
		{`a,1,1,USD,None,100,Monthly,500,"Reno,NV`, `: does not end as it should`},
		{`a,1,1,USD,None,100,Monthly,500,` + strings.Repeat("x", 65<<10) + `,NV`, ": longer than 65536 bytes"},
	}
	for _, test := range tests {
		report, stored := load(t, columns+test.row+"\n"+`good,1,1,USD,None,100,Monthly,500,Reno,NV`)
		wantRefusals(t, report, "2:"+test.want)
		if _, ok := stored["good"]; !ok || len(stored) != 1 {
			t.Errorf("%.60s: stored %d, the good row behind it: %v", test.row, len(stored), ok)
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
