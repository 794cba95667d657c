package booking

import (
	"testing"
	"time"
)

// well is what is known of a reservation with which nothing is wrong, and its parts to change.
func well(t *testing.T, status ReservationStatus, payment PaymentStatus) facts {
	t.Helper()
	b := placedBooking(t)
	f := facts{r: b.Reservation, apartment: b.Apartment, running: true, now: placedAt.Add(40 * time.Second)}
	f.r.Status = status
	f.r.Payment = &Payment{ID: "r-p1", Attempt: 1, Status: payment, Amount: f.r.Price}
	held := GatewayPayment{Ref: "g", Status: payment, AuthorizedAt: placedAt}
	switch status {
	case ReservationPaid:
		f.apartment.Status, held.Captured = ApartmentPaid, f.r.Price.Amount
	case Expired, Cancelled:
		f.r.EndedAt = placedAt
		f.apartment.Status, f.apartment.ReservationID = Vacant, ""
	}
	f.held = &held
	return f
}

func TestDiagnosis(t *testing.T) {
	for name, c := range map[string]struct {
		status  ReservationStatus
		payment PaymentStatus
		change  func(*facts)
		want    DisagreementKind // "": none
		byHand  bool
	}{
		"held, and all is well":                {Held, Pending, func(*facts) {}, "", false},
		"just placed, not started yet":         {Held, Pending, func(f *facts) { f.running, f.now = false, placedAt.Add(time.Second) }, "", false},
		"no execution":                         {Held, Pending, func(f *facts) { f.running = false }, HeldWithoutExecution, false},
		"no execution captures":                {Confirming, Authorized, func(f *facts) { f.running = false }, HeldWithoutExecution, false},
		"at the deadline":                      {Held, Pending, func(f *facts) { f.now = deadline.Add(5 * time.Second) }, "", false},
		"long after the deadline":              {Held, Pending, func(f *facts) { f.now = deadline.Add(time.Minute) }, HoldOverdue, false},
		"held, and the apartment with another": {Held, Pending, func(f *facts) { f.apartment.ReservationID = "r2" }, HoldWithoutApartment, true},
		"held, by an older epoch":              {Held, Pending, func(f *facts) { f.apartment.Epoch++ }, HoldWithoutApartment, true},
		"held, and the apartment vacant":       {Held, Pending, func(f *facts) { f.apartment.Status = Vacant }, HoldWithoutApartment, true},
		"paid, and all is well":                {ReservationPaid, Captured, func(*facts) {}, "", false},
		"paid, and lived in":                   {ReservationPaid, Captured, func(f *facts) { f.apartment.Status = Occupied }, "", false},
		"paid, and moved out": {ReservationPaid, Captured, func(f *facts) {
			f.r.record(MovedOut, f.now, "", 0, "")
			f.apartment.Status, f.apartment.ReservationID = Vacant, ""
		}, "", false},
		"paid but vacant":                          {ReservationPaid, Captured, func(f *facts) { f.apartment.Status, f.apartment.ReservationID = Vacant, "" }, PaidButVacant, false},
		"paid, and the apartment with another":     {ReservationPaid, Captured, func(f *facts) { f.apartment.ReservationID = "r2" }, PaidButVacant, true},
		"paid, and only authorized":                {ReservationPaid, Captured, func(f *facts) { f.held.Status = Authorized }, PaidNotCaptured, false},
		"paid, and refunded":                       {ReservationPaid, Captured, func(f *facts) { f.held.Status = Refunded }, PaidNotCaptured, false},
		"lived in, and refunded":                   {ReservationPaid, Captured, func(f *facts) { f.held.Status, f.apartment.Status = Refunded, Occupied }, PaidNotCaptured, true},
		"paid, and cancelled at the gateway":       {ReservationPaid, Captured, func(f *facts) { f.held.Status = Voided }, PaidNotCaptured, true},
		"paid, and partly refunded":                {ReservationPaid, Captured, func(f *facts) { f.held.Refunded = 1 }, AmountDiffers, true},
		"paid, and unknown to the gateway":         {ReservationPaid, Captured, func(f *facts) { f.held, f.missing = nil, true }, PaymentMissing, true},
		"pending, and not made yet at the gateway": {Held, Pending, func(f *facts) { f.held, f.missing = nil, true }, "", false},
		"expired, and all is well":                 {Expired, Voided, func(*facts) {}, "", false},
		"expired, and the apartment still with it": {Expired, Voided, func(f *facts) { f.apartment.Status, f.apartment.ReservationID = Reserved, "r" }, ApartmentOfNobody, false},
		"just ended, money on its way":             {Cancelled, Authorized, func(*facts) {}, "", false},
		"captured but released":                    {Cancelled, Voided, func(f *facts) { f.held.Status, f.now = Captured, placedAt.Add(time.Hour) }, MoneyOfNobody, false},
		"just authorized":                          {Held, Pending, func(f *facts) { f.held.Status = Authorized }, "", false},
		"authorized for long":                      {Held, Pending, func(f *facts) { f.held.Status, f.held.AuthorizedAt = Authorized, placedAt.Add(-time.Hour) }, AuthorizedUnnoticed, false},
	} {
		f := well(t, c.status, c.payment)
		c.change(&f)
		found := f.disagreements()
		switch {
		case c.want == "" && len(found) > 0, c.want != "" && len(found) != 1:
			t.Errorf("%s: found %+v, want %q", name, found, c.want)
		case c.want != "" && (found[0].Kind != c.want || found[0].ByHand != c.byHand || found[0].Remedy == "" || found[0].Found == ""):
			t.Errorf("%s: found %+v, want %s, by hand %t", name, found[0], c.want, c.byHand)
		}
	}
}

// An execution tells by its name whose it is.
func TestReservationOf(t *testing.T) {
	for execution, want := range map[string]string{"res_1": "res_1", "res_1-repair-12": "res_1", "res_1-late": "res_1"} {
		if got := reservationOf(execution); got != want {
			t.Errorf("reservationOf(%s) = %s, want %s", execution, got, want)
		}
	}
}
