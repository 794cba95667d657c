package main

import (
	"strings"
	"testing"
)

func apartmentsPage(next bool, cursor string, apartments ...string) string {
	more := "false"
	if next {
		more = "true"
	}
	return `{"apartments":{"edges":[{"node":` + strings.Join(apartments, `},{"node":`) + `}],"pageInfo":{"hasNextPage":` + more + `,"endCursor":"` + cursor + `"}}}`
}

func TestApartmentsAsATable(t *testing.T) {
	h := newHarness(t)
	h.on("Apartments", apartmentsPage(true, "c2", apartmentJSON, bareApartmentJSON))
	r := h.must(exitDone, h.run("apartments", "--first", "2"))
	golden(t, "apartments", r.out)
	if !strings.Contains(r.err, "--after c2") {
		t.Errorf("how to go on: %q", r.err)
	}
}

func TestApartmentsAsJSONAndAsIDs(t *testing.T) {
	h := newHarness(t)
	h.on("Apartments", apartmentsPage(false, "c2", apartmentJSON, bareApartmentJSON))
	golden(t, "apartments.json", h.must(exitDone, h.run("apartments", "--json")).out)
	if r := h.must(exitDone, h.run("apartments", "-q")); r.out != "apt_1\napt_2\n" {
		t.Errorf("ids: %q", r.out)
	}
}

func TestTheFiltersAreAskedFor(t *testing.T) {
	h := newHarness(t)
	h.env["VACANCY_STATUS"] = "vacant"
	h.on("Apartments", apartmentsPage(false, "", apartmentJSON))
	h.must(exitDone, h.run("apartments", "--state", "tx", "--city", "Austin", "--min-bedrooms", "1", "--min-price", "700", "--max-price", "850.5", "--order", "price"))
	v := h.asked[0].Variables
	filter, price := v["filter"].(map[string]any), v["filter"].(map[string]any)["price"].(map[string]any)
	if filter["state"] != "TX" || filter["city"] != "Austin" || filter["status"] != "VACANT" || filter["minBedrooms"] != 1.0 ||
		price["min"] != 70000.0 || price["max"] != 85050.0 || v["orderBy"] != "PRICE" || v["first"] != 20.0 {
		t.Errorf("asked for %v", v)
	}
}

// A page may hold fewer than were asked for and still have a next one.
func TestPagesAreReadUntilThereAreAsManyAsWereAskedFor(t *testing.T) {
	h := newHarness(t)
	h.on("Apartments", apartmentsPage(true, "c1", apartmentJSON), apartmentsPage(true, "c2", apartmentJSON, bareApartmentJSON))
	r := h.must(exitDone, h.run("apartments", "-q", "--first", "3"))
	if strings.Count(r.out, "\n") != 3 || len(h.asked) != 2 || h.asked[1].Variables["after"] != "c1" || h.asked[1].Variables["first"] != 2.0 {
		t.Errorf("%q after %+v", r.out, h.asked)
	}
}

func TestAllPages(t *testing.T) {
	h := newHarness(t)
	h.on("Apartments", apartmentsPage(true, "c1", apartmentJSON), apartmentsPage(true, "c2", apartmentJSON), apartmentsPage(false, "c3", bareApartmentJSON))
	if r := h.must(exitDone, h.run("apartments", "-q", "--all", "--first", "1")); r.out != "apt_1\napt_1\napt_2\n" {
		t.Errorf("%q", r.out)
	}
}
