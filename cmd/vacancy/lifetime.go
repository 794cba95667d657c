package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// lifetime is a flag's value: a duration that may also be said in days, as 30d.
type lifetime time.Duration

// Set implements pflag.Value.
func (l *lifetime) Set(text string) error {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.ParseFloat(days, 64)
		if err != nil || n != n || n < 0 || n > 36_500 {
			return fmt.Errorf("%q is no number of days", text)
		}
		*l = lifetime(n * float64(24*time.Hour))
		return nil
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return fmt.Errorf("%q is no time such as 8h or 30d", text)
	}
	*l = lifetime(d)
	return nil
}

// String implements pflag.Value.
func (l *lifetime) String() string { return time.Duration(*l).String() }

// Type implements pflag.Value.
func (*lifetime) Type() string { return "duration" }
