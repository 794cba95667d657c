package booking

import (
	"fmt"
	"time"
)

// DisagreementKind names a way in which reservation, apartment, execution and gateway do
// not say the same.
type DisagreementKind string

const (
	HeldWithoutExecution DisagreementKind = "HELD_WITHOUT_EXECUTION"
	ExecutionWithoutHold DisagreementKind = "EXECUTION_WITHOUT_HOLD"
	HoldOverdue          DisagreementKind = "HOLD_OVERDUE"
	HoldWithoutApartment DisagreementKind = "HOLD_WITHOUT_APARTMENT"
	PaidButVacant        DisagreementKind = "PAID_BUT_VACANT"
	ApartmentOfNobody    DisagreementKind = "APARTMENT_OF_NOBODY"
	AuthorizedUnnoticed  DisagreementKind = "AUTHORIZED_UNNOTICED"
	MoneyOfNobody        DisagreementKind = "CAPTURED_BUT_RELEASED"
	PaidNotCaptured      DisagreementKind = "PAID_BUT_NOT_CAPTURED"
	AmountDiffers        DisagreementKind = "AMOUNT_DIFFERS"
	PaymentMissing       DisagreementKind = "PAYMENT_NOT_AT_GATEWAY"
)

// DisagreementKinds lists them.
func DisagreementKinds() []DisagreementKind {
	return []DisagreementKind{HeldWithoutExecution, ExecutionWithoutHold, HoldOverdue, HoldWithoutApartment, PaidButVacant, ApartmentOfNobody,
		AuthorizedUnnoticed, MoneyOfNobody, PaidNotCaptured, AmountDiffers, PaymentMissing}
}

// Disagreement is one, and what can be done about it.
type Disagreement struct {
	Kind          DisagreementKind `json:"kind"`
	ReservationID string           `json:"reservationId,omitempty"`
	ApartmentID   string           `json:"apartmentId,omitempty"`
	Execution     string           `json:"execution,omitempty"`
	// Found is what each says.
	Found string `json:"found"`
	// Remedy is what --repair does, or what a person has to.
	Remedy string `json:"remedy"`
	// ByHand: --repair cannot mend it.
	ByHand   bool   `json:"byHand,omitempty"`
	Repaired bool   `json:"repaired,omitempty"`
	Error    string `json:"error,omitempty"` // why the repair failed
}

// facts is what is known of one reservation, each from where it is kept.
type facts struct {
	r         Reservation
	apartment Apartment
	running   bool            // an execution speaks for it
	held      *GatewayPayment // what the gateway holds; nil: it was not asked, or has nothing to say
	missing   bool            // the gateway knows no such payment
	now       time.Time
}

// What is in motion is no disagreement yet: so long each has to settle by itself.
const (
	graceOfStart   = 30 * time.Second
	graceOfRelease = 10 * time.Second // a hold ends by its deadline plus 5 s
	graceOfPayment = time.Minute
	graceOfEnd     = time.Hour
)

// disagreements answers what does not agree: pure.
func (f facts) disagreements() (all []Disagreement) {
	r, a := f.r, f.apartment
	tell := func(kind DisagreementKind, byHand bool, remedy, found string, args ...any) {
		all = append(all, Disagreement{Kind: kind, ReservationID: r.ID, ApartmentID: r.ApartmentID, ByHand: byHand, Remedy: remedy, Found: fmt.Sprintf(found, args...)})
	}
	hasApartment := a.ReservationID == r.ID && a.Epoch == r.Epoch &&
		(r.Status.Live() && a.Status == Reserved || r.Status == ReservationPaid && (a.Status == ApartmentPaid || a.Status == Occupied))
	overdue := r.Lapsed(f.now) && f.now.Sub(r.HoldExpiresAt) > graceOfRelease
	switch {
	case r.Status.Live() && !hasApartment:
		tell(HoldWithoutApartment, true, "two holds may not stand on one apartment: cancel or refund this reservation, and look into where the data came from",
			"the reservation is %s, and its apartment is %s with %q", r.Status, a.Status, a.ReservationID)
	case overdue:
		tell(HoldOverdue, false, "asks the gateway, and releases the hold", "the hold ended %s ago and is not released", f.now.Sub(r.HoldExpiresAt).Round(time.Second))
	case r.Status.Live() && !f.running && f.now.Sub(r.PlacedAt) > graceOfStart:
		tell(HeldWithoutExecution, false, "starts an execution", "the reservation is %s, and no execution speaks for it", r.Status)
	case r.Status == ReservationPaid && !hasApartment && !r.has(MovedOut):
		vacant := a.Status == Vacant
		remedy := "gives the reservation its apartment back"
		if !vacant {
			remedy = "somebody else has the apartment: refund one of the two"
		}
		tell(PaidButVacant, !vacant, remedy, "the reservation is PAID, and its apartment is %s with %q", a.Status, a.ReservationID)
	case !r.Status.Live() && r.Status != ReservationPaid && a.ReservationID == r.ID:
		tell(ApartmentOfNobody, false, "makes the apartment VACANT", "the apartment is %s with a reservation that is %s", a.Status, r.Status)
	}
	f.money(tell)
	return all
}

// money compares what is stored of the payment with what the gateway holds.
func (f facts) money(tell func(kind DisagreementKind, byHand bool, remedy, found string, args ...any)) {
	r, p := f.r, f.r.Payment
	if p == nil {
		return
	}
	if f.missing {
		if p.Status == Captured || p.Status == Authorized {
			tell(PaymentMissing, true, "was the payment gateway exchanged, or its account? configure the one that took the money",
				"the payment is %s here, and the gateway knows no such payment", p.Status)
		}
		return
	}
	if f.held == nil {
		return
	}
	held := *f.held
	inHand := held.Status == Authorized || held.Status == Captured
	switch {
	case r.Status == Held && p.Status == Pending && inHand && f.now.Sub(held.AuthorizedAt) > graceOfPayment:
		tell(AuthorizedUnnoticed, false, "honours the authorization if it was in time, and otherwise gives it back", "the payment is PENDING here and %s at the gateway", held.Status)
	case !r.Status.Live() && r.Status != ReservationPaid && inHand && f.now.Sub(r.EndedAt) > graceOfPayment:
		tell(MoneyOfNobody, false, "gives the money back", "the reservation is %s, its payment %s here and %s at the gateway", r.Status, p.Status, held.Status)
	case r.Status == ReservationPaid && held.Status != Captured:
		switch held.Status {
		case Authorized:
			tell(PaidNotCaptured, false, "captures the money", "the reservation is PAID, and the gateway has only authorized the money")
		case Refunded:
			occupied := f.apartment.ReservationID == r.ID && f.apartment.Status == Occupied
			remedy := "makes the reservation REFUNDED and the apartment VACANT"
			if occupied {
				remedy = "somebody lives there: vacate the apartment, or have them pay again"
			}
			tell(PaidNotCaptured, occupied, remedy, "the reservation is PAID, and its money was refunded at the gateway")
		default:
			tell(PaidNotCaptured, true, "there is no money to be had: settle it with the tenant, or refund the reservation", "the reservation is PAID, and the payment is %s at the gateway", held.Status)
		}
	case r.Status == ReservationPaid && held.Captured-held.Refunded != r.Price.Amount:
		tell(AmountDiffers, true, "settle the difference at the gateway", "the price is %d, and the gateway holds %d", r.Price.Amount, held.Captured-held.Refunded)
	}
}
