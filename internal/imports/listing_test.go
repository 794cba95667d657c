package imports_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/vacancy/vacancy/internal/booking"
)

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
