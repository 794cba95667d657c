package sqlite

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vacancy/vacancy/internal/workflow"
)

// TestRowsOfHistory: events are kept to the byte, packed where that makes them smaller, and
// rows of releases that did not pack are read.
func TestRowsOfHistory(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 1, time.UTC)
	for name, events := range map[string][]workflow.HistoryEvent{
		"few":   {{ID: 1, Timestamp: at, Type: "A"}},
		"many":  {{ID: 1, Timestamp: at, Type: "A", Details: []byte(strings.Repeat("state ", 50))}, {ID: 2, PreviousID: 1, Timestamp: at, Type: "B", Details: []byte(strings.Repeat("state ", 50))}},
		"large": {{ID: 1, Timestamp: at, Type: "A", Details: []byte(strings.Repeat("state ", maxScratch))}},
	} {
		plain, row := appendPlain(nil, events), encodeEvents(events)
		if name == "few" && row[0] != eventsPlain || name != "few" && (row[0] != eventsPacked || len(row) > len(plain)/2) {
			t.Errorf("%s: %d bytes are a row of %d, format %d", name, len(plain), len(row), row[0])
		}
		for _, b := range [][]byte{plain, row} {
			got, err := decodeEvents(b)
			if diff := cmp.Diff(events, got); err != nil || diff != "" {
				t.Errorf("%s, format %d: %v %s", name, b[0], err, diff)
			}
		}
		for cut := range min(len(row), 40) {
			if got, err := decodeEvents(row[:cut]); !errors.Is(err, errEvents) && !(cut == 1 && row[0] == eventsPlain) {
				t.Errorf("%s: %d bytes of %d = %d events, %v", name, cut, len(row), len(got), err)
			}
		}
	}
}
