package booking

import (
	"testing"
	"time"
)

func TestHeldMinutes(t *testing.T) {
	placed := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		what   string
		status ReservationStatus
		until  time.Duration // the deadline
		ended  time.Duration
		want   int64
	}{
		{"live, to its deadline", Held, 15 * time.Minute, 0, 15},
		{"a minute begun", Held, 15*time.Minute + 1, 0, 16},
		{"being captured", Confirming, 15 * time.Minute, 0, 15},
		{"cancelled at once", Cancelled, 15 * time.Minute, 0, 1},
		{"cancelled after a while", Cancelled, 15 * time.Minute, 61 * time.Second, 2},
		{"released late: to its deadline", Expired, 15 * time.Minute, time.Hour, 15},
		{"failed", ReservationFailed, 15 * time.Minute, 5 * time.Minute, 5},
		{"paid", ReservationPaid, 15 * time.Minute, 5 * time.Minute, 0},
		{"refunded", ReservationRefunded, 15 * time.Minute, time.Hour, 0},
	} {
		r := Reservation{Status: c.status, PlacedAt: placed, HoldExpiresAt: placed.Add(c.until), EndedAt: placed.Add(c.ended)}
		if got := r.HeldMinutes(); got != c.want {
			t.Errorf("%s: %d minutes, want %d", c.what, got, c.want)
		}
	}
}

func TestUsageIsOfTheDayOfPlacing(t *testing.T) {
	placed := time.Date(2026, 3, 1, 23, 50, 0, 0, time.UTC)
	r := Reservation{Status: Held, PlacedAt: placed, HoldExpiresAt: placed.Add(15 * time.Minute)}
	for _, c := range []struct {
		at   time.Duration
		want HoldUsage
	}{
		{0, HoldUsage{Live: 1, Minutes: 15}},
		{10*time.Minute - 1, HoldUsage{Live: 1, Minutes: 15}},
		{10 * time.Minute, HoldUsage{Live: 1}},
		{15 * time.Minute, HoldUsage{}},
	} {
		if got := r.UsageAt(placed.Add(c.at)); got != c.want {
			t.Errorf("%s after it was placed: %+v, want %+v", c.at, got, c.want)
		}
	}
	r.Payment = &Payment{Status: Authorized}
	if got := r.UsageAt(placed.Add(time.Hour)); got.Live != 1 {
		t.Errorf("one that is paid for and not yet captured: %+v, want it live", got)
	}
}

func TestAdmit(t *testing.T) {
	for _, c := range []struct {
		limits HoldLimits
		used   HoldUsage
		want   Code
	}{
		{HoldLimits{}, HoldUsage{Live: 1000, Minutes: 1e6}, ""},
		{HoldLimits{Live: 2}, HoldUsage{Live: 1, Minutes: 1e6}, ""},
		{HoldLimits{Live: 2}, HoldUsage{Live: 2}, HoldLimitReached},
		{HoldLimits{Budget: time.Hour}, HoldUsage{Live: 9, Minutes: 59}, ""},
		{HoldLimits{Budget: time.Hour}, HoldUsage{Minutes: 60}, HoldLimitReached},
	} {
		if got := CodeOf(PlaceHold{Limits: c.limits}.Admit(c.used)); got != c.want {
			t.Errorf("%+v of %+v: %q, want %q", c.used, c.limits, got, c.want)
		}
	}
}
