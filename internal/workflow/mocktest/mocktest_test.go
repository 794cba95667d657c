package mocktest_test

import (
	"bytes"
	"encoding/xml"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/mock"
	"github.com/vacancy/vacancy/internal/workflow/mocktest"
)

const order = `{"StartAt":"Pay","States":{
	"Pay":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","OutputPath":"$.Payload",
		"Retry":[{"ErrorEquals":["Busy"],"IntervalSeconds":10,"MaxAttempts":1}],
		"Catch":[{"ErrorEquals":["Declined"],"Next":"Refused"},{"ErrorEquals":["Stolen"],"Next":"Refused"}],"Next":"Big?"},
	"Big?":{"Type":"Choice","Choices":[{"Variable":"$.total","NumericGreaterThan":100,"Next":"Check"},{"Variable":"$.total","NumericLessThan":0,"Next":"Refused"}],"Default":"Done"},
	"Check":{"Type":"Parallel","Branches":[{"StartAt":"Ask","States":{"Ask":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","End":true}}}],"Next":"Done"},
	"Refused":{"Type":"Fail","Error":"OrderRefused"},
	"Done":{"Type":"Succeed"}}}`

const mocks = `{"StateMachines":{"order":{"TestCases":{
	"Small":{"Pay":"Five"},"Retried":{"Pay":"BusyOnce"},"Declined":{"Pay":"No"},"Lost":{"Pay":"TwiceBusy"},
	"NotMocked":{"Ask":"Five"},"Typo":{"Pays":"Five"}}}},
	"MockedResponses":{
	"Five":{"0":{"Return":{"Payload":{"total":5}}}},
	"BusyOnce":{"0":{"Throw":{"Error":"Busy"}},"1":{"Return":{"Payload":{"total":7}}}},
	"TwiceBusy":{"0-9":{"Throw":{"Error":"Busy","Cause":"later"}}},
	"No":{"0":{"Throw":{"Error":"Declined"}}}}}`

var start = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

func run(t *testing.T, expect string) mocktest.Report {
	t.Helper()
	definition, err := asl.Parse([]byte(order))
	if err != nil {
		t.Fatal(err)
	}
	config, err := mock.Parse([]byte(mocks))
	if err != nil {
		t.Fatal(err)
	}
	cfg := mocktest.Config{Mocks: config, Now: start, Rand: func() uint64 { return 4 }}
	if expect != "" {
		if cfg.Expectations, err = mocktest.ParseExpectations([]byte(expect), config); err != nil {
			t.Fatal(err)
		}
	}
	report, err := mocktest.Run(t.Context(), mocktest.Machine{Name: "order", Definition: definition}, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func cases(r mocktest.Report) map[string]mocktest.Case {
	all := map[string]mocktest.Case{}
	for _, c := range r.Cases {
		all[c.Name] = c
	}
	return all
}

func TestWithoutExpectations(t *testing.T) {
	r := run(t, "")
	all := cases(r)
	for name, failure := range map[string]string{
		"Small": "", "Retried": "", "Declined": "",
		"Lost":      "it ended FAILED with an error that nothing caught, Busy: later",
		"NotMocked": `state "Pay" cannot be run`,
		"Typo":      `it mocks the state "Pays"`,
	} {
		if got := all[name].Failure; !strings.HasPrefix(got, failure) || (failure == "") != (got == "") {
			t.Errorf("%s: %q, want %q", name, got, failure)
		}
	}
	if c := all["Declined"]; c.Status != workflow.Failed || c.Error != "OrderRefused" {
		t.Errorf("%+v", c)
	}
	if c := all["Retried"]; c.Took != 10*time.Second || string(c.Output) != `{"total":7}` {
		t.Errorf("%+v", c)
	}
	if r.Failed() != 3 || len(r.Cases) != 6 {
		t.Errorf("%d of %d failed", r.Failed(), len(r.Cases))
	}
}

func TestCoverage(t *testing.T) {
	c := run(t, "").Coverage
	want := []string{"Pay.Catch[1] → Refused", "Big?.Choices[0] → Check", "Big?.Choices[1] → Refused", "state Check", "state Ask"}
	if !slices.Equal(c.Missed, want) {
		t.Errorf("%q", c.Missed)
	}
	if c.States != 6 || c.StatesReached != 4 || c.Branches != 5 || c.BranchesReached != 2 || int(c.Percent()) != 54 {
		t.Errorf("%+v, %v", c, c.Percent())
	}
}

func TestExpectations(t *testing.T) {
	r := run(t, `{"StateMachines":{"order":{"TestCases":{
		"Small":{"Status":"SUCCEEDED","Output":{"total":5.0}},
		"Retried":{"Output":{"total":8}},
		"Declined":{"Status":"SUCCEEDED"},
		"Lost":{"Status":"FAILED","Error":"Busy","Cause":"later"}}}}}`)
	all := cases(r)
	for name, failure := range map[string]string{
		"Small": "", "Lost": "",
		"Retried":  `its output is {"total":7}, expected {"total":8}`,
		"Declined": "it ended FAILED (OrderRefused: ), expected SUCCEEDED",
	} {
		if got := all[name].Failure; got != failure {
			t.Errorf("%s: %q, want %q", name, got, failure)
		}
	}
}

func TestExpectationsThatNothingWouldLookAt(t *testing.T) {
	config, err := mock.Parse([]byte(mocks))
	if err != nil {
		t.Fatal(err)
	}
	for source, want := range map[string]string{
		`{"StateMachines":{"order":{"TestCases":{"Tiny":{}}}}}`:                  "Tiny: the mock file has no such test case",
		`{"StateMachines":{"trip":{"TestCases":{"Small":{}}}}}`:                  "trip.TestCases.Small: the mock file has no such",
		`{"StateMachines":{"order":{"TestCases":{"Small":{"Status":"GOOD"}}}}}`:  `"GOOD" is not SUCCEEDED`,
		`{"StateMachines":{"order":{"TestCases":{"Small":{"Outputs":"GOOD"}}}}}`: "Outputs",
		`{"StateMachines":{"order":{"TestCases":{"Small":{"Status":"FAILED"}}}}`: "unexpected EOF",
	} {
		if _, err := mocktest.ParseExpectations([]byte(source), config); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", source, err)
		}
	}
}

func TestJUnit(t *testing.T) {
	var out bytes.Buffer
	if err := mocktest.WriteJUnit(&out, []mocktest.Report{run(t, "")}); err != nil {
		t.Fatal(err)
	}
	var read struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Suites   []struct {
			Name  string `xml:"name,attr"`
			Cases []struct {
				Name    string `xml:"name,attr"`
				Time    string `xml:"time,attr"`
				Failure *struct {
					Message string `xml:"message,attr"`
				} `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(out.Bytes(), &read); err != nil {
		t.Fatal(err)
	}
	if read.Tests != 6 || read.Failures != 3 || len(read.Suites) != 1 || read.Suites[0].Name != "order" {
		t.Errorf("%s", out.String())
	}
	for _, c := range read.Suites[0].Cases {
		if c.Name == "Retried" && (c.Time != "10.000" || c.Failure != nil) || c.Name == "Typo" && (c.Failure == nil || c.Failure.Message == "") {
			t.Errorf("%+v", c)
		}
	}
}
