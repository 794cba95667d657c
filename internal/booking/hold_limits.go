package booking

import "time"

// HoldLimits are how much one tenant may hold. A zero field is no limit.
type HoldLimits struct {
	Live int // live holds at once
	// Budget is how long apartments may be held for the tenant in one day (UTC) without
	// being paid for, in whole minutes. Once it is used up no further hold is placed; the one
	// that uses it up may last longer.
	Budget time.Duration
}

// None reports whether there is nothing to check, and so no usage to read.
func (l HoldLimits) None() bool { return l.Live <= 0 && l.Budget <= 0 }

// HoldUsage is what one or more reservations of a tenant take of the limits.
type HoldUsage struct {
	Live    int
	Minutes int64 // of the budget of the day
}

// Plus adds what another reservation takes.
func (u HoldUsage) Plus(o HoldUsage) HoldUsage {
	return HoldUsage{Live: u.Live + o.Live, Minutes: u.Minutes + o.Minutes}
}

// UsageAt answers what the reservation takes of its tenant's limits at now. It is live
// while it is HELD, not lapsed, or CONFIRMING. Its minutes are of the day on which it was
// placed, see HeldMinutes.
//
// A store that keeps counts instead of adding up changes them by the difference of two
// usages, in the transaction of the change; one that has lapsed may count as live there
// until it is released.
func (r Reservation) UsageAt(now time.Time) HoldUsage {
	var u HoldUsage
	if r.Status.Live() && !r.Lapsed(now) {
		u.Live = 1
	}
	if sameDay(r.PlacedAt, now) {
		u.Minutes = r.HeldMinutes()
	}
	return u
}

// HeldMinutes is what the reservation takes of the budget of its day: while it is live all
// the time to its deadline, once it has ended the time it lasted, in minutes begun and at
// least one. One that is paid for takes nothing.
func (r Reservation) HeldMinutes() int64 {
	until := r.HoldExpiresAt
	switch r.Status {
	case ReservationPaid, ReservationRefunded:
		return 0
	case Expired, Cancelled, ReservationFailed:
		if r.EndedAt.Before(until) {
			until = r.EndedAt
		}
	}
	minutes := int64((until.Sub(r.PlacedAt) + time.Minute - 1) / time.Minute)
	return max(minutes, 1)
}

// UsageSince is how long ago the oldest reservation may have been placed that can still
// be live or of today: no hold lasts longer.
const UsageSince = MaxPaymentWindow * MaxWindowsEver

// MaxWindowsEver bounds Config.MaxWindows.
const MaxWindowsEver = 10

func sameDay(a, b time.Time) bool {
	const day = 24 * time.Hour
	return a.Truncate(day).Equal(b.Truncate(day))
}

// Admit decides whether the tenant, who uses so much, may hold one more. A store asks
// it in the transaction of the hold unless Limits.None(). A takeover of the tenant's own
// lapsed hold does not count it. Refused with HOLD_LIMIT_REACHED.
func (p PlaceHold) Admit(used HoldUsage) error {
	switch l := p.Limits; {
	case l.Live > 0 && used.Live >= l.Live:
		return Refuse(HoldLimitReached, "you hold %d apartments already and may hold %d at once; pay for one or cancel one first", used.Live, l.Live)
	case l.Budget > 0 && used.Minutes >= int64(l.Budget/time.Minute):
		return Refuse(HoldLimitReached, "apartments were held for you for %d minutes today without being paid for, of %d; pay for one that you hold, or ask again tomorrow (UTC)",
			used.Minutes, int64(l.Budget/time.Minute))
	}
	return nil
}

// TooManyToCount refuses a tenant who has more than n reservations since UsageSince, for
// stores that add up: reading all of them for every hold would be a load.
func TooManyToCount(n int) *Error {
	return Refuse(HoldLimitReached, "you made more than %d reservations in the last months, more than can be looked through for each new one", n)
}
