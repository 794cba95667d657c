package asl_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// conformanceDir holds the cases with AWS's own answers, beside the repository.
const conformanceDir = "../../../shared/asl-conformance/cases"

// conformanceCase is one file of the conformance cases; their README tells the fields.
type conformanceCase struct {
	file       string
	Kind       string
	Type       string // EXPRESS, or empty
	Definition json.RawMessage
	Input      json.RawMessage
	Mocks      map[string][]mockedAttempt
	Name       string
	Takes      *float64 // seconds of the virtual clock; only in our own cases

	// of test_state
	StateName       string
	InspectionLevel string
	Context         *string
	Variables       *string
	Mock            struct {
		Result      *string
		ErrorOutput *struct{ Error, Cause string }
	}
	StateConfiguration struct {
		RetrierRetryCount        int
		MapIterationFailureCount *int
	}

	Expect struct {
		NextState      string
		InspectionData map[string]json.RawMessage
		Status         string
		Output         json.RawMessage
		Error          *string
		Cause          json.RawMessage
		Events         []expectedEvent
		EventsOrdered  bool `json:"events_ordered"`
		Wildcards      []string
		Result         string // of validate
		Diagnostics    []struct{ Severity, Location, Message string }
	}
}

// mockedAttempt is what the service behind a Task state answered once.
type mockedAttempt struct {
	Input     json.RawMessage
	Result    json.RawMessage
	Submitted json.RawMessage
	Error     *string
	Cause     json.RawMessage
	Kind      string // the event that AWS recorded for an error
}

// expectedEvent is an event of the history as far as it was recorded.
type expectedEvent struct {
	Type              string          `json:"type"`
	Name              string          `json:"name,omitempty"`
	Index             *int64          `json:"index,omitempty"`
	Output            json.RawMessage `json:"output,omitempty"`
	AssignedVariables json.RawMessage `json:"assignedVariables,omitempty"`
}

func readConformance(t *testing.T) []*conformanceCase {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(conformanceDir, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skipf("no conformance cases in %s: they are given beside the repository, not in it", conformanceDir)
	}
	slices.Sort(files)
	cases := make([]*conformanceCase, len(files))
	for i, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		cases[i] = &conformanceCase{file: strings.TrimSuffix(filepath.Base(f), ".json")}
		if err := json.Unmarshal(text, cases[i]); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		var source string
		if json.Unmarshal(cases[i].Definition, &source) == nil { // what is no JSON is given as text
			cases[i].Definition = json.RawMessage(source)
		}
	}
	return cases
}

// text answers a cause or another value that is a string in the case, or the JSON it is.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}
