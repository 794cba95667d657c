package booking

import (
	"strings"
	"testing"
	"time"
)

// TestWhoHoldsItIsToldToThemAlone: a tenant who asks again for the apartment that they hold is sent to their
// reservation; nobody else hears whose it is.
func TestWhoHoldsItIsToldToThemAlone(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	a := Apartment{ID: "apt_1", Status: Reserved, ReservationID: "res_1", HoldExpiresAt: now.Add(time.Minute)}
	held := &Reservation{ID: "res_1", ApartmentID: a.ID, TenantID: "ann", Status: Held, HoldExpiresAt: a.HoldExpiresAt}
	for tenant, want := range map[string]string{
		"ann": "you hold the apartment already, by reservation res_1 until 2026-03-01T12:01:00Z",
		"bob": "the apartment is held for somebody else until 2026-03-01T12:01:00Z; ask again then, or choose another one",
	} {
		_, err := PlaceHold{ApartmentID: a.ID, TenantID: tenant, Now: now}.Decide(a, held)
		if CodeOf(err) != ApartmentNotVacant || !strings.Contains(err.Error(), want) {
			t.Errorf("%s is told %v, want APARTMENT_NOT_VACANT: %s", tenant, err, want)
		}
	}
}
