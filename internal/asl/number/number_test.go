package number

import (
	"encoding/json"
	"testing"
)

func TestCanonical(t *testing.T) {
	for in, want := range map[json.Number]string{
		"0": "0", "-0": "0", "12": "12", "-7": "-7", "123456789012345678901234567890": "123456789012345678901234567890",
		"1.10": "1.1", "1.0": "1.0", "-0.0": "-0.0", "0.001": "0.001", "0.0001": "1.0E-4", "1e2": "100.0",
		"9999999.5": "9999999.5", "1e7": "1.0E7", "1.25e10": "1.25E10", "1e-10": "1.0E-10", "1e100": "1.0E100", "1e999": "1e999",
	} {
		if got := Canonical(in); got != want {
			t.Errorf("Canonical(%s) = %s, want %s", in, got, want)
		}
	}
}
