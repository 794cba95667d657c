// Package number writes numbers as AWS Step Functions writes them, which is as
// the Java virtual machine does.
package number

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// Double writes a finite floating-point number as Java does: 1.5, 1.0E10, 1.0E-4.
func Double(f float64) string {
	if abs := math.Abs(f); f == 0 || abs >= 1e-3 && abs < 1e7 {
		text := strconv.FormatFloat(f, 'f', -1, 64)
		if !strings.Contains(text, ".") {
			text += ".0"
		}
		return text
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	sign := ""
	if exponent[0] == '-' {
		sign = "-"
	}
	return mantissa + "E" + sign + strings.TrimLeft(exponent, "+-0")
}

// Canonical writes a number of JSON as Step Functions does after it has read it:
// an integer in full, any other as [Double] does. What is beyond the range of a
// double stays as it is.
func Canonical(n json.Number) string {
	text := string(n)
	if !strings.ContainsAny(text, ".eE") {
		if text == "-0" {
			return "0"
		}
		return text
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return text
	}
	return Double(f)
}
