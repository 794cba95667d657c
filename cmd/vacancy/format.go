package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/vacancy/vacancy/internal/client"
)

// minorDigits says how many digits of a currency are its minor unit, where that is
// not two (ISO 4217).
var minorDigits = map[string]int{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0,
	"UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
	"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
}

// formatMoney writes an amount as people do: "790.00 USD", "79000 JPY".
func formatMoney(m client.Money) string {
	digits, odd := minorDigits[m.Currency]
	if !odd {
		digits = 2
	}
	if digits == 0 {
		return fmt.Sprintf("%d %s", m.Amount, m.Currency)
	}
	unit := int64(math.Pow10(digits))
	return fmt.Sprintf("%d.%0*d %s", m.Amount/unit, digits, m.Amount%unit, m.Currency)
}

// parsePrice reads "850" or "850.50" into minor units of a currency with two digits
// after the point; "" is 0.
func parsePrice(flag, s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	whole, fraction, _ := strings.Cut(s, ".")
	fraction += "00"[:max(0, 2-len(fraction))]
	amount, err := strconv.ParseUint(whole+fraction, 10, 31)
	if err != nil || len(fraction) != 2 || whole == "" {
		return 0, usagef("%s must be an amount such as 850 or 850.50, it is %q", flag, s)
	}
	return int64(amount), nil
}

// formatTime writes a moment to the second, in UTC.
func formatTime(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// formatLeft writes how long until a moment, rounded up to the second, as a clock
// counting down shows it: "4:59", "1:02:03".
func formatLeft(d time.Duration) string {
	seconds := int64(math.Ceil(max(0, d.Seconds())))
	if h := seconds / 3600; h > 0 {
		return fmt.Sprintf("%d:%02d:%02d", h, seconds/60%60, seconds%60)
	}
	return fmt.Sprintf("%d:%02d", seconds/60, seconds%60)
}

func formatOptional[T any](v *T) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(*v)
}

// plural writes a count of things.
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}
