package booking

import "time"

// ReservationStatus: HELD → CONFIRMING → PAID → REFUNDED; or EXPIRED, CANCELLED, FAILED.
type ReservationStatus string

const (
	Held                ReservationStatus = "HELD"
	Confirming          ReservationStatus = "CONFIRMING"
	ReservationPaid     ReservationStatus = "PAID"
	Expired             ReservationStatus = "EXPIRED"
	Cancelled           ReservationStatus = "CANCELLED"
	ReservationFailed   ReservationStatus = "FAILED"
	ReservationRefunded ReservationStatus = "REFUNDED"
)

// Live reports whether the reservation has its apartment's hold.
func (s ReservationStatus) Live() bool { return s == Held || s == Confirming }

// Reservation is the record of one tenant's hold and what became of it.
type Reservation struct {
	ID          string
	ApartmentID string
	TenantID    string
	// TripID is the trip whose lodging this is, "" for a reservation by itself. Its hold
	// belongs to the trip's execution and is paid for with the trip: it has no execution and
	// no Payment of its own.
	TripID        string
	Status        ReservationStatus
	Epoch         int64
	Price         Money         // fixed when the hold was placed
	Window        time.Duration // the payment window it was placed with
	PlacedAt      time.Time
	HoldExpiresAt time.Time
	EndedAt       time.Time // when it left HELD and CONFIRMING; zero while live
	Extensions    int
	// WorkflowStarted is false while the execution is still to be started.
	WorkflowStarted bool
	// Repairs counts the repair executions started; the next is <id>-repair-<Repairs+1>.
	Repairs   int
	TaskToken string   // of the execution's AwaitPayment; "" before it waits
	Payment   *Payment // the latest attempt; nil before there is one
	Timeline  []TimelineEvent
}

// Lapsed reports whether the hold has passed its deadline with nothing paid:
// it counts as vacant from that moment, whether or not anything released it yet.
func (r Reservation) Lapsed(now time.Time) bool {
	return r.Status == Held && !now.Before(r.HoldExpiresAt) && !r.Payment.authorized()
}

// paid reports whether its payment was authorized in time and keeps it.
func (r Reservation) paid() bool {
	return (r.Status.Live() || r.Status == ReservationPaid) && r.Payment != nil &&
		(r.Payment.Status == Authorized || r.Payment.Status == Captured)
}

// reacquired reports whether late money got it its apartment back.
func (r Reservation) reacquired() bool { return r.has(HoldReacquired) }

func (r Reservation) has(kind TimelineKind) bool {
	for _, e := range r.Timeline {
		if e.Kind == kind {
			return true
		}
	}
	return false
}

// AsOf answers the reservation as it counts at now: one that has lapsed unpaid is
// EXPIRED since its deadline, whether or not anything released it yet.
func (r Reservation) AsOf(now time.Time) Reservation {
	if r.Lapsed(now) {
		r.Status, r.EndedAt = Expired, r.HoldExpiresAt
	}
	return r
}

// AsPlaced answers the reservation with the payment and the timeline that it was placed with.
// Stores need not keep what they find in them again.
func (r Reservation) AsPlaced() Reservation {
	placed := TimelineEvent{Kind: HoldPlaced, At: r.PlacedAt, By: r.TenantID}
	if r.TripID != "" { // a lodging is paid for with its trip
		r.Payment, r.Timeline = nil, []TimelineEvent{placed}
		return r
	}
	first := r.attempt(1, "", r.PlacedAt)
	r.Payment, r.Timeline = &first, []TimelineEvent{placed, requested(first, BySystem)}
	return r
}

// IsAsPlaced reports whether the timeline, and the payment, are those it was placed with.
func (r Reservation) IsAsPlaced() (payment, timeline bool) {
	events := 2
	if r.TripID != "" {
		payment, events = r.Payment == nil, 1
	} else {
		payment = r.Payment != nil && *r.Payment == r.attempt(1, "", r.PlacedAt)
	}
	if len(r.Timeline) != events || r.Timeline[0] != (TimelineEvent{Kind: HoldPlaced, At: r.PlacedAt, By: r.TenantID}) {
		return payment, false
	}
	return payment, events == 1 || r.Timeline[1] == requested(r.attempt(1, "", r.PlacedAt), BySystem)
}

// TimelineKind says what happened.
type TimelineKind string

const (
	HoldPlaced           TimelineKind = "HOLD_PLACED"
	PaymentRequested     TimelineKind = "PAYMENT_REQUESTED"
	PaymentWasDeclined   TimelineKind = "PAYMENT_DECLINED"
	PaymentWasAuthorized TimelineKind = "PAYMENT_AUTHORIZED"
	HoldExtended         TimelineKind = "HOLD_EXTENDED"
	CaptureClaimed       TimelineKind = "CAPTURE_CLAIMED"
	PaymentWasCaptured   TimelineKind = "PAYMENT_CAPTURED"
	ReservationConfirmed TimelineKind = "RESERVATION_PAID"
	HoldLapsed           TimelineKind = "HOLD_EXPIRED"
	HoldCancelled        TimelineKind = "RESERVATION_CANCELLED"
	HoldFailed           TimelineKind = "RESERVATION_FAILED"
	PaymentWasVoided     TimelineKind = "PAYMENT_VOIDED"
	PaymentWasRefunded   TimelineKind = "PAYMENT_REFUNDED"
	RefundOrdered        TimelineKind = "REFUND_ORDERED"
	MovedIn              TimelineKind = "APARTMENT_OCCUPIED"
	MovedOut             TimelineKind = "APARTMENT_VACATED"
	RepairStarted        TimelineKind = "REPAIR_STARTED"
	PaymentArrivedLate   TimelineKind = "PAYMENT_ARRIVED_LATE"
	HoldReacquired       TimelineKind = "HOLD_REACQUIRED" // by money that came late
	ApartmentReclaimed   TimelineKind = "APARTMENT_RECLAIMED"
	ApartmentFreed       TimelineKind = "APARTMENT_FREED"
)

// TimelineEvent is one thing that happened to a reservation, written in the
// transaction that made it happen.
type TimelineEvent struct {
	Kind   TimelineKind `json:"kind"`
	At     time.Time    `json:"at"`
	By     string       `json:"by,omitempty"`     // the principal, or "system"
	Amount int64        `json:"amount,omitempty"` // minor units of the reservation's currency, where money moved
	Note   string       `json:"note,omitempty"`
}

// BySystem is TimelineEvent.By of what no person asked for.
const BySystem = "system"
