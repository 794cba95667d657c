package booking

import (
	"encoding/json"
	"time"
)

// PlaceHold is the intention that makes a reservation. The store reads the
// apartment, and the reservation that has it where there is one, calls Decide and,
// unless Limits.None(), Admit with what the tenant uses, and writes in the same
// transaction: the apartment, the new reservation, on takeover the old reservation, and
// the idempotency record.
type PlaceHold struct {
	ApartmentID   string
	ReservationID string // the new one's id
	TenantID      string
	TripID        string // the trip whose lodging it is; "": none
	Now           time.Time
	// Window is the deployment's payment window; the apartment's own wins.
	Window time.Duration
	// Limits are what the tenant may hold; see Admit.
	Limits HoldLimits
	// Idempotency.ResultID is ReservationID.
	Idempotency Idempotency
}

// Placed is what placing a hold writes.
type Placed struct {
	Apartment   Apartment
	Reservation Reservation
	Expired     *Reservation // the lapsed reservation that was taken over, now EXPIRED; or nil
	Start       WorkflowStart
}

// Decide decides for the apartment a and the reservation that has it (nil if none has).
// The apartment must be VACANT; or RESERVED by a HELD reservation that has lapsed
// (design, 10.3). Refused with APARTMENT_NOT_VACANT, saying until when it is held.
//
// The first attempt to pay for it is PENDING from the start: so the execution asks the gateway
// for it without a write before, and whatever the gateway comes to hold is on record.
func (p PlaceHold) Decide(a Apartment, current *Reservation) (Placed, error) {
	var expired *Reservation
	switch {
	case a.Status == Vacant:
	case a.Status == Reserved && current != nil && current.ID == a.ReservationID && current.Lapsed(p.Now):
		old := *current
		old.Status, old.EndedAt = Expired, p.Now
		old.record(HoldLapsed, p.Now, BySystem, 0, "taken over by another hold")
		expired = &old
	default:
		refusal := notVacant(a)
		if current != nil && current.ID == a.ReservationID && current.TenantID == p.TenantID {
			refusal.Message = "you hold the apartment already, by reservation " + current.ID + " until " + a.HoldExpiresAt.Format(time.RFC3339)
		}
		return Placed{}, refusal
	}

	window := p.Window
	if a.PaymentWindow > 0 {
		window = a.PaymentWindow
	}
	r := Reservation{
		ID: p.ReservationID, ApartmentID: a.ID, TenantID: p.TenantID, TripID: p.TripID,
		Status: Held, Epoch: a.Epoch + 1, Price: a.Price, Window: window,
		PlacedAt: p.Now, HoldExpiresAt: p.Now.Add(window),
		WorkflowStarted: p.TripID != "", // there is none to start
	}
	r = r.AsPlaced()
	a.Status, a.Epoch, a.ReservationID = Reserved, r.Epoch, r.ID
	a.HoldExpiresAt, a.UpdatedAt = r.HoldExpiresAt, p.Now

	start, err := startOf(r)
	return Placed{Apartment: a, Reservation: r, Expired: expired, Start: start}, err
}

func notVacant(a Apartment) *Error {
	e := Refuse(ApartmentNotVacant, "the apartment is %s; choose another one", a.Status)
	if a.Status == Reserved {
		e.HeldUntil = a.HoldExpiresAt
		e.Message = "the apartment is held for somebody else until " + a.HoldExpiresAt.Format(time.RFC3339) +
			"; ask again then, or choose another one"
	}
	return e
}

// ExecutionInput is the input of a reservation's execution.
type ExecutionInput struct {
	ReservationID string `json:"reservationId"`
	ApartmentID   string `json:"apartmentId"`
	TenantID      string `json:"tenantId"`
	Epoch         int64  `json:"epoch"`
}

// Validate refuses an input that names no hold. Without an epoch a step would act on
// whichever hold there is.
func (in ExecutionInput) Validate() error {
	if in.ReservationID == "" {
		return Invalid("reservationId", "it is missing")
	}
	if in.Epoch < 1 {
		return Invalid("epoch", "it must be that of the hold, from 1; it is %d", in.Epoch)
	}
	return nil
}

func startOf(r Reservation) (WorkflowStart, error) {
	input, err := json.Marshal(ExecutionInput{ReservationID: r.ID, ApartmentID: r.ApartmentID, TenantID: r.TenantID, Epoch: r.Epoch})
	return WorkflowStart{Name: r.ID, Input: input}, err
}

// Start answers the execution that belongs to the reservation, always the same one.
func (r Reservation) Start() (WorkflowStart, error) { return startOf(r) }
