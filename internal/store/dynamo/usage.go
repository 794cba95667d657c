package dynamo

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/vacancy/vacancy/internal/booking"
)

// What a tenant takes of the limits of holds is an item of numbers: how many holds are live,
// and for each day the minutes of the reservations placed on it. An index would lag
// behind, so they cannot be added up from there: each change of a reservation adds to them
// in its own transaction. Only the reservations of one tenant share the item.
const (
	liveAttribute = "live"
	minutesPrefix = "minutes " // and the day, UTC
)

// usage is what changes of the usage of one tenant.
type usage struct {
	tenantID string
	live     int64
	minutes  map[string]int64 // by attribute
}

func usageBy(tenantID string) *usage { return &usage{tenantID: tenantID, minutes: map[string]int64{}} }

// became adds what a reservation has come to take; before is nil for a new one.
func (u *usage) became(before *booking.Reservation, after booking.Reservation) {
	live, minutes := taken(after)
	if before != nil {
		wasLive, wasMinutes := taken(*before)
		live, minutes = live-wasLive, minutes-wasMinutes
	}
	u.live += live
	if day := minutesOf(after.PlacedAt); minutes != 0 {
		u.minutes[day] += minutes
	}
}

// taken is what a reservation takes, whatever the time.
func taken(r booking.Reservation) (live, minutes int64) {
	if r.Status.Live() {
		live = 1
	}
	return live, r.HeldMinutes()
}

func minutesOf(t time.Time) string { return minutesPrefix + t.UTC().Format(time.DateOnly) }

// addition is what to write; ok is false if nothing changes.
func (u *usage) addition() (a Addition, ok bool) {
	a = Addition{Type: usageKind, Add: map[string]int64{}}
	if u.live != 0 {
		a.Add[liveAttribute] = u.live
	}
	for day, n := range u.minutes {
		if n != 0 {
			a.Add[day] = n
		}
	}
	return a, len(a.Add) > 0
}

// write adds to the tenant's item.
func (u *usage) write(tx *Transaction) {
	if a, ok := u.addition(); ok {
		tx.Add(usageKey(u.tenantID), a)
	}
}

// admit refuses a hold beyond the tenant's limits, given what was stored and what this
// transaction changes besides. Else it writes the hold's usage, on the condition that the
// tenant does not take more by then than was read: then it would have to be decided again.
// A hold that has lapsed counts as live until it is released.
func (u *usage) admit(tx *Transaction, p booking.PlaceHold, was Stored, placed booking.Reservation) error {
	day := minutesOf(p.Now)
	live, minutes := was.number(liveAttribute), was.number(day)
	if !p.Limits.None() {
		used := booking.HoldUsage{Live: int(live + u.live), Minutes: minutes + u.minutes[day]}
		if err := p.Admit(used); err != nil {
			return err
		}
	}
	u.became(nil, placed)
	a, _ := u.addition()
	if !p.Limits.None() {
		a.NotAbove = map[string]int64{liveAttribute: live, day: minutes}
	}
	for name := range was.attributes {
		if strings.HasPrefix(name, minutesPrefix) && name < minutesOf(p.Now.Add(-48*time.Hour)) {
			a.Remove = append(a.Remove, name)
		}
	}
	slices.Sort(a.Remove)
	tx.Add(usageKey(u.tenantID), a)
	return nil
}

// number answers an attribute that is one, else 0.
func (s Stored) number(name string) int64 {
	v, _ := s.attributes[name].(*types.AttributeValueMemberN)
	if v == nil {
		return 0
	}
	n, _ := strconv.ParseInt(v.Value, 10, 64) // we wrote it
	return n
}
