package imports_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/imports"
	"github.com/vacancy/vacancy/internal/imports/demo"
	"github.com/vacancy/vacancy/internal/saga/batch"
)

// inTwoSteps reads a file as an atomic import does: parsed, staged as JSON, and then made
// apartments of.
func inTwoSteps(t *testing.T, text string) (map[string]booking.Apartment, []batch.Refusal, []string) {
	t.Helper()
	source, err := imports.Format{}.Open(iotest.HalfReader(strings.NewReader(text)))
	if err != nil {
		t.Fatal(err)
	}
	apartments, refused := map[string]booking.Apartment{}, []batch.Refusal{}
	for {
		r, key, err := source.Next()
		if errors.Is(err, io.EOF) {
			return apartments, refused, source.MissingColumns()
		}
		if err != nil {
			t.Fatal(err)
		}
		var staged batch.Record
		content, err := json.Marshal(r)
		if err := errors.Join(err, json.Unmarshal(content, &staged)); err != nil {
			t.Fatal(err)
		}
		a, refusal := imports.Format{}.Listing(staged)
		if refusal != nil {
			refused = append(refused, *refusal)
			continue
		}
		if key != a.SourceID {
			t.Errorf("line %d: the key is %q, the listing %q", r.Line, key, a.SourceID)
		}
		apartments[a.SourceID] = a
	}
}

// TestAnAtomicImportReadsAsTheOtherDoes: the same apartments, and the same reasons.
func TestAnAtomicImportReadsAsTheOtherDoes(t *testing.T) {
	listings, err := io.ReadAll(demo.Listings())
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"listings": string(listings),
		"dirty": "\ufeffTITLE,id,price,price_type,state,cityname,bedrooms,bathrooms,pets_allowed,currency,other\r\n" +
			"\"two\nlines, \"\"quoted\"\"\",a,100,Monthly,wa,Seattle,0,1.5,\"Cats,Dogs\",USD,x\r\n" +
			"\n,b,100,Weekly,null,null,null,null,None,,\n" +
			",c,free,Monthly,,,,,,,\n,d,1,Daily,,,,,,,\n,e,1,Monthly,,Nowhere,,,,,\n,f,1,Monthly,,,,,,EUR,\n" +
			",g,1,Monthly,,,1.5,,,,\n,,1,Monthly,,,,,,,\nshort,h\n\xff,i,1,Monthly,,,,,,,\n\"open,j,1\n,k,1,Monthly,,,,x,,,\n,l,1,Monthly,WASH,,,,,,\n",
	} {
		s := &shelf{}
		report, err := imports.Run(t.Context(), bytes.NewReader([]byte(text)), s.store)
		if err != nil {
			t.Fatal(err)
		}
		apartments, refused, missing := inTwoSteps(t, text)
		var wantRefused []batch.Refusal
		for _, r := range report.Refused {
			wantRefused = append(wantRefused, batch.Refusal{Line: r.Line, Column: r.Column, Reason: r.Reason})
		}
		for what, d := range map[string]string{
			"apartments": cmp.Diff(s.apartments, apartments, cmpopts.EquateEmpty()),
			"refusals":   cmp.Diff(wantRefused, refused, cmpopts.EquateEmpty()),
			"columns":    cmp.Diff(report.MissingColumns, missing, cmpopts.EquateEmpty()),
		} {
			if d != "" {
				t.Errorf("%s: the %s differ (-Run +in two steps):\n%s", name, what, d)
			}
		}
		if name == "dirty" && (len(refused) < 9 || len(apartments) != 2) {
			t.Errorf("the dirty file has %d apartments and %d refusals", len(apartments), len(refused))
		}
	}
}
