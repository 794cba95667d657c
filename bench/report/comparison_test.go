package report_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/vacancy/vacancy/bench/report"
)

func river() report.River {
	return report.River{
		HoldsPerSecond: 4000, HoldP50: 12, HoldP99: 40,
		Sustained: report.Sustained{PerSecond: 3500},
		Spread:    report.Lateness{Holds: 10_000, P50: 8, P99: 120, Last: 140},
		Burst:     report.Lateness{Holds: 10_000, P99: 1890, Last: 1900},
	}
}

// atTheBounds meets every target and nothing more.
func atTheBounds() report.Vacancy {
	return report.Vacancy{
		Service: &report.Load{PerSecond: 20_000, P50: 3, P99: 9}, Sustained: &report.Sustained{PerSecond: 3500},
		Spread: &report.Lateness{Holds: 10_000, P50: 4, P99: 120}, Burst: &report.Lateness{Holds: 10_000, Last: 1900},
	}
}

func TestTargetsAreMetAtTheirBounds(t *testing.T) {
	all := report.Compare(river(), atTheBounds())
	if unmet := report.Unmet(all); len(unmet) != 0 {
		t.Errorf("unmet: %q", unmet)
	}
	if all[0].What != "holds" || all[0].Ratio != 5 {
		t.Errorf("holds: %+v", all[0])
	}
}

func TestEachTargetCanBeMissed(t *testing.T) {
	for what, worsen := range map[string]func(*report.Vacancy){
		"holds":                             func(v *report.Vacancy) { v.Service.PerSecond = 19_999 },
		"holds, sustained":                  func(v *report.Vacancy) { v.Sustained.PerSecond = 3499 },
		"late, 10000 ending over 10 s, p99": func(v *report.Vacancy) { v.Spread.P99 = 120.5 },
		"late, 10000 ending within 100 ms, the last": func(v *report.Vacancy) { v.Burst.Last = 1901 },
	} {
		v := atTheBounds()
		worsen(&v)
		unmet := report.Unmet(report.Compare(river(), v))
		if len(unmet) != 1 || !strings.HasPrefix(unmet[0], what+": ") {
			t.Errorf("%s: unmet are %q", what, unmet)
		}
	}
}

func TestWhatWasNotMeasuredIsNotMet(t *testing.T) {
	missing := report.Unmet(report.Compare(river(), report.Vacancy{Service: atTheBounds().Service}))
	if !slices.Equal(missing, []string{"3 of 4 targets were not measured"}) {
		t.Errorf("unmet: %q", missing)
	}
	if none := report.Compare(report.River{}, atTheBounds()); len(none) != 0 {
		t.Errorf("compared with nothing: %+v", none)
	}
	v := atTheBounds()
	v.Spread.P99 = 0 // would divide to the best of ratios
	if unmet := report.Unmet(report.Compare(river(), v)); len(unmet) != 1 {
		t.Errorf("a lateness of 0: unmet are %q", unmet)
	}
}

// TestNamesAreVacancys holds the names to those that `vacancy bench --json` prints, and
// to those it reads from River's report.
func TestNamesAreVacancys(t *testing.T) {
	var v report.Vacancy
	printed := `{"machine":{"os":"linux"},"service":{"calls":9,"perSecond":20000.5,"p50Ms":3,"p99Ms":9,"maxMs":20,"backlog":1},
		"sustained":{"perSecond":4000,"holds":4},"endingOver10s":{"holds":10000,"p50Ms":4,"p99Ms":25,"lastMs":30},
		"endingWithin100ms":{"holds":10000,"p50Ms":400,"p99Ms":900,"lastMs":950},"targets":[]}`
	if err := json.Unmarshal([]byte(printed), &v); err != nil {
		t.Fatal(err)
	}
	if v.Service == nil || v.Service.PerSecond != 20000.5 || v.Sustained == nil || v.Sustained.PerSecond != 4000 ||
		v.Spread == nil || v.Spread.P99 != 25 || v.Burst == nil || v.Burst.Last != 950 {
		t.Errorf("read as %+v", v)
	}
	var read struct {
		HoldsPerSecond float64
		EndingOver10s  struct{ P99Ms float64 }
		Within         struct{ LastMs float64 } `json:"endingWithin100ms"`
	}
	encoded, err := json.Marshal(river())
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(encoded, &read); err != nil || read.HoldsPerSecond != 4000 || read.EndingOver10s.P99Ms != 120 || read.Within.LastMs != 1900 {
		t.Errorf("%s is read as %+v, %v", encoded, read, err)
	}
}

func TestTableSaysWhatWasMissed(t *testing.T) {
	v := atTheBounds()
	v.Spread.P99 = 240
	var out bytes.Buffer
	if err := report.WriteTable(&out, report.Compare(river(), v)); err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(out.String(), "\n") {
		fields := strings.Join(strings.Fields(line), " ")
		switch {
		case strings.HasPrefix(fields, "holds 4000") && fields != "holds 4000 20000 /s 5.00 ≥ 5 met",
			strings.Contains(fields, "over 10 s, p99") && fields != "late, 10000 ending over 10 s, p99 120 240 ms 2.00 ≤ 1 MISSED":
			t.Errorf("%q", fields)
		}
	}
	if n := strings.Count(out.String(), "MISSED"); n != 1 {
		t.Errorf("%d missed:\n%s", n, out.String())
	}
}
