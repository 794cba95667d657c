package mock_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/vacancy/vacancy/internal/workflow/mock"
)

const file = `{
	"StateMachines": {
		"Order": {"TestCases": {
			"HappyPath": {"Pay": "Paid"},
			"Retried": {"Pay": "PaidAtLast", "Ship": "Sent"}}},
		"Trip": {"TestCases": {"HappyPath": {"Reserve": "Paid"}, "OnlyTrip": {"Reserve": "Sent"}}}
	},
	"MockedResponses": {
		"Paid": {"0": {"Return": {"StatusCode": 200, "Payload": {"ok": true}}}},
		"PaidAtLast": {"3": {"Return": null}, "0": {"Throw": {"Error": "Transient", "Cause": "busy"}}, "1-2": {"Throw": {"Error": "Lambda.TooManyRequestsException"}}},
		"Sent": {"0-99": {"Return": "sent"}}
	}
}`

func parse(t *testing.T) *mock.Config {
	t.Helper()
	c, err := mock.Parse([]byte(file))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAnswersByInvocation(t *testing.T) {
	tc, err := parse(t).TestCase("Order", "Retried")
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []mock.Answer{
		{Error: "Transient", Cause: "busy"},
		{Error: "Lambda.TooManyRequestsException"},
		{Error: "Lambda.TooManyRequestsException"},
		{Return: []byte("null")},
	} {
		got, err := tc.Next("Pay")
		if err != nil || string(got.Return) != string(want.Return) || (got.Return == nil) != (want.Return == nil) || got.Error != want.Error || got.Cause != want.Cause {
			t.Errorf("invocation %d = %+v, %v; want %+v", i, got, err, want)
		}
	}
	_, err = tc.Next("Pay")
	var u *mock.Unanswered
	if !errors.As(err, &u) || u.State != "Pay" || u.Invocation != 4 {
		t.Errorf("the fifth invocation = %v, want Unanswered", err)
	}
	if got, err := tc.Next("Ship"); err != nil || string(got.Return) != `"sent"` {
		t.Errorf("Ship's first invocation = %+v, %v: states are counted apart", got, err)
	}
	if !tc.Mocks("Ship") || tc.Mocks("Notify") {
		t.Error("Mocks does not say what is mocked")
	}
}

func TestEachTestCaseCountsForItself(t *testing.T) {
	c := parse(t)
	for range 2 {
		tc, err := c.TestCase("Order", "HappyPath")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tc.Next("Pay"); err != nil {
			t.Errorf("first invocation = %v", err)
		}
	}
}

func TestFindingATestCase(t *testing.T) {
	c := parse(t)
	for _, x := range []struct{ machine, name, wantErr string }{
		{"Order", "HappyPath", ""},
		{"file", "OnlyTrip", ""},
		{"file", "HappyPath", "Order, Trip"},
		{"file", "Nothing", `"Nothing"`},
		{"Order", "OnlyTrip", "HappyPath, Retried"},
	} {
		_, err := c.TestCase(x.machine, x.name)
		if x.wantErr == "" && err != nil || x.wantErr != "" && (err == nil || !strings.Contains(err.Error(), x.wantErr)) {
			t.Errorf("TestCase(%s, %s) = %v, want %q", x.machine, x.name, err, x.wantErr)
		}
	}
}

func TestRefusals(t *testing.T) {
	one := func(responses string) string {
		return `{"StateMachines":{"M":{"TestCases":{"C":{"S":"R"}}}},"MockedResponses":{"R":` + responses + `}}`
	}
	for name, x := range map[string]struct{ file, want string }{
		"no JSON":           {`{`, "mock file"},
		"unknown field":     {`{"StateMachine":{}}`, "StateMachine"},
		"no machine":        {`{"StateMachines":{},"MockedResponses":{}}`, "StateMachines"},
		"dangling response": {`{"StateMachines":{"M":{"TestCases":{"C":{"S":"Nope"}}}}}`, `StateMachines.M.TestCases.C.S: there is no mocked response "Nope"`},
		"empty response":    {one(`{}`), "MockedResponses.R"},
		"bad key":           {one(`{"first":{"Return":1}}`), `"first"`},
		"reversed range":    {one(`{"2-1":{"Return":1}}`), `"2-1"`},
		"negative":          {one(`{"-1":{"Return":1}}`), `"-1"`},
		"overlap":           {one(`{"0-2":{"Return":1},"2":{"Return":2}}`), "invocation 2 is answered twice"},
		"both":              {one(`{"0":{"Return":1,"Throw":{"Error":"E"}}}`), "either Return or Throw"},
		"neither":           {one(`{"0":{}}`), "either Return or Throw"},
		"no error name":     {one(`{"0":{"Throw":{"Cause":"c"}}}`), "needs an Error"},
		"unknown answer":    {one(`{"0":{"Returns":1}}`), "Returns"},
	} {
		if _, err := mock.Parse([]byte(x.file)); err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: %v, want an error with %q", name, err, x.want)
		}
	}
}
