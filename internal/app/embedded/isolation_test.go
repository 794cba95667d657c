package embedded_test

import (
	"testing"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/store/sqlite"
)

// Whatever a tenant asks for, the service lists their own: the API's roles are a second
// wall, not the only one.
func TestATenantListsTheirOwnReservations(t *testing.T) {
	store, err := sqlite.OpenMemory(t.Context(), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	first, second := newRace(t, store, "alice's"), newRace(t, store, "bob's")
	first.hold(t.Context())
	second.hold(t.Context())
	if _, err := second.service.CancelReservation(t.Context(), alice, second.held.ID); err != nil {
		t.Fatal(err)
	}
	bobs, err := second.service.ReserveApartment(t.Context(), bob, second.held.ApartmentID, "k")
	if err != nil {
		t.Fatal(err)
	}

	for _, query := range []booking.ReservationQuery{
		{First: 10}, {First: 10, TenantID: "alice"}, {First: 10, TenantID: "nobody"}, {First: 10, ApartmentID: second.held.ApartmentID},
	} {
		page, err := first.service.Reservations(t.Context(), bob, query)
		if err != nil || len(page.Items) != 1 || page.Items[0].ID != bobs.ID {
			t.Errorf("bob asks for %+v and gets %+v, %v", query, page.Items, err)
		}
	}
	seen, err := first.service.ReservationsByID(t.Context(), bob, []string{first.held.ID, bobs.ID})
	if err != nil || len(seen) != 1 || seen[0].ID != bobs.ID {
		t.Errorf("bob asks for two by id and gets %+v, %v", seen, err)
	}
	all, err := first.service.Reservations(t.Context(), booking.Principal{ID: "m", Role: booking.Manager}, booking.ReservationQuery{First: 10})
	if err != nil || len(all.Items) != 3 {
		t.Errorf("a manager gets %d of 3, %v", len(all.Items), err)
	}
}
