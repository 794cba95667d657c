package diagram_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vacancy/vacancy/statemachine"
)

// tabled is the place of a table of retries in docs/sagas.md: a comment that names the state
// machine, and the table, if it has been written.
var tabled = regexp.MustCompile(`(?s)<!-- retries of compensations: ([a-z]+) -->\n(\n(\|[^\n]*\n)+)?`)

// TestRetriesOfTheDocumentation holds what docs/sagas.md says of the retries of compensations
// to the definitions.
func TestRetriesOfTheDocumentation(t *testing.T) {
	const page = "../../docs/sagas.md"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	now := tabled.ReplaceAllFunc(text, func(old []byte) []byte {
		found++
		name := string(tabled.FindSubmatch(old)[1])
		return []byte("<!-- retries of compensations: " + name + " -->\n\n" + retriesOf(t, name))
	})
	switch {
	case found != 3:
		t.Errorf("%d sagas have a table of retries, want trip, order and import", found)
	case *update:
		if err := os.WriteFile(page, now, 0o644); err != nil {
			t.Fatal(err)
		}
	case string(now) != string(text):
		t.Errorf("a table of retries in %s is not of its definition; run go test ./internal/diagram -run Documentation -update", page)
	}
}

// state is what is read of a state.
type state struct {
	Retry []struct {
		ErrorEquals     []string
		IntervalSeconds float64
		BackoffRate     float64
		MaxAttempts     int
		MaxDelaySeconds float64
		JitterStrategy  string
	}
	Iterator, ItemProcessor *struct{ States map[string]state }
}

var compensation = regexp.MustCompile(`^(Cancel|Refund|Delete|Rollback)`)

// retriesOf is the table of a state machine: its compensations with the same retries in one row.
func retriesOf(t *testing.T, machine string) string {
	t.Helper()
	var definition struct{ States map[string]state }
	if err := json.Unmarshal(statemachine.Definitions()[machine], &definition); err != nil {
		t.Fatalf("%s: %v", machine, err)
	}
	rows := map[string][]string{}
	var walk func(map[string]state)
	walk = func(states map[string]state) {
		for name, s := range states {
			for _, r := range s.Retry {
				if compensation.MatchString(name) && r.MaxAttempts > 0 {
					pauses := pausesOf(r.MaxAttempts, r.IntervalSeconds, r.BackoffRate, r.MaxDelaySeconds)
					if r.JitterStrategy == "FULL" {
						pauses = "at random up to " + pauses
					}
					row := fmt.Sprintf("%s | %d times | after %s s", strings.Join(r.ErrorEquals, ", "), r.MaxAttempts, pauses)
					rows[row] = append(rows[row], name)
				}
			}
			for _, inner := range []*struct{ States map[string]state }{s.Iterator, s.ItemProcessor} {
				if inner != nil {
					walk(inner.States)
				}
			}
		}
	}
	walk(definition.States)
	var table strings.Builder
	table.WriteString("| compensation | fails with | is retried | |\n|---|---|---|---|\n")
	for _, row := range slices.Sorted(maps.Keys(rows)) {
		slices.Sort(rows[row])
		fmt.Fprintf(&table, "| %s | %s |\n", strings.Join(rows[row], ", "), row)
	}
	return table.String()
}

// pausesOf lists the pauses before the retries, in seconds; of many the first and the last.
func pausesOf(times int, interval, rate, most float64) string {
	var pauses []string
	for n := range times {
		pause := interval * math.Pow(rate, float64(n))
		if most > 0 {
			pause = min(pause, most)
		}
		pauses = append(pauses, strconv.FormatFloat(pause, 'f', -1, 64))
	}
	if len(pauses) > 4 {
		pauses = slices.Concat(pauses[:3], []string{"…"}, pauses[len(pauses)-1:])
	}
	return strings.Join(pauses, ", ")
}
