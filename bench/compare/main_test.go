package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t *testing.T, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.json")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

const (
	river   = `{"holdsPerSecond":4000,"sustained":{"perSecond":3500},"endingOver10s":{"holds":10000,"p99Ms":120},"endingWithin100ms":{"holds":10000,"lastMs":1900}}`
	vacancy = `{"service":{"perSecond":24000},"sustained":{"perSecond":5000},"endingOver10s":{"holds":10000,"p99Ms":20},"endingWithin100ms":{"holds":10000,"lastMs":2000},"targets":[{"what":"x"}]}`
)

func TestCompareReadsBothReports(t *testing.T) {
	var out bytes.Buffer
	unmet, err := compare(&out, write(t, river), write(t, vacancy), false)
	if err != nil || len(unmet) != 1 || !strings.Contains(unmet[0], "the last: 1.05 times River's, wanted ≤ 1") {
		t.Errorf("unmet %q, %v", unmet, err)
	}
	if !strings.Contains(out.String(), "6.00") {
		t.Errorf("no ratio of holds in:\n%s", out.String())
	}
}

func TestJSONKeepsWhatBothPrinted(t *testing.T) {
	var out bytes.Buffer
	if _, err := compare(&out, write(t, river), write(t, vacancy), true); err != nil {
		t.Fatal(err)
	}
	var got both
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || string(got.River) != river || string(got.Vacancy) != vacancy || len(got.Comparisons) != 4 {
		t.Errorf("%v:\n%s", err, out.String())
	}
}

func TestWhatIsNoReportIsRefused(t *testing.T) {
	for _, file := range []string{filepath.Join(t.TempDir(), "missing"), write(t, ""), write(t, "no JSON")} {
		if _, err := compare(&bytes.Buffer{}, write(t, river), file, false); err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: %v", file, err)
		}
	}
}
