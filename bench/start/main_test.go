package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func taking(durations ...time.Duration) (all []start) {
	for _, d := range durations {
		all = append(all, start{took: d, memory: 1e6})
	}
	return all
}

func TestMedian(t *testing.T) {
	took := func(s start) float64 { return float64(s.took) }
	if m := median(taking(9, 1, 4), took); m != 4 {
		t.Errorf("the median of 1, 4, 9 is %v", m)
	}
	if m := median(taking(8, 1, 4, 2), took); m != 3 {
		t.Errorf("the median of 1, 2, 4, 8 is %v", m)
	}
}

func TestCheckFailsAboveEitherTarget(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(binary, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	functions := []function{{Name: "nothing", Binary: binary}, {Name: "ours", Binary: binary}}
	const ms = time.Millisecond
	for _, c := range []struct {
		nothing, ours time.Duration
		missed        bool
	}{
		{10 * ms, 25 * ms, false},
		{10 * ms, 26 * ms, true},
		{100 * ms, 160 * ms, false},
		{100 * ms, 161 * ms, true}, // less than 2.5 times
	} {
		starts := [][]start{taking(c.nothing), taking(c.ours)}
		err := report(io.Discard, functions, starts, true)
		if missed := err != nil && strings.Contains(err.Error(), "ours"); missed != c.missed {
			t.Errorf("%s beside %s: %v", c.ours, c.nothing, err)
		}
		if err := report(io.Discard, functions, starts, false); err != nil {
			t.Errorf("without --check it fails: %v", err)
		}
	}
}
