package trip

import (
	"math"

	"github.com/vacancy/vacancy/internal/booking"
)

// BeginCharge: BOOKING, not undone, everything that is wanted reserved → payment pending,
// before the gateway hears of it. Its lines are fixed here.
type BeginCharge struct{ On }

func (i BeginCharge) Decide(t Trip) (Trip, bool, error) {
	if t.Charge != nil && t.Payment != nil {
		return t, false, nil
	}
	if err := goesOn(t, TakePayment); err != nil {
		return t, false, err
	}
	switch {
	case t.Flight == nil:
		return t, false, wanting(t, TakePayment, "the flight to be reserved")
	case t.Lodging != nil && t.Hotel == nil:
		return t, false, wanting(t, TakePayment, "the hotel to be reserved")
	case t.Car != nil && t.CarRental == nil:
		return t, false, wanting(t, TakePayment, "the car rental to be reserved")
	}
	lines, total, err := t.lines()
	if err != nil {
		return t, false, err
	}
	t.Payment = &Payment{ID: t.paymentID(), Status: Pending, Amount: total, Lines: lines}
	t.Charge = &booking.Payment{ID: t.paymentID(), Attempt: 1, Status: booking.Pending, Amount: total, Method: t.PaymentMethod, CreatedAt: i.Now}
	t.record(PaymentRequested, i.On, total.Amount, "")
	return t, true, nil
}

// lines are what the trip costs.
func (t Trip) lines() ([]Line, booking.Money, error) {
	lines, total := []Line{{What: "trip", Amount: t.Amount}}, t.Amount
	if t.Hotel != nil && t.Hotel.ReservationID != "" {
		price := t.Hotel.Price
		if price.Currency != total.Currency {
			return nil, total, booking.Invalid("currency", "the trip is paid in %s and the apartment in %s; book the trip in %s", total.Currency, price.Currency, price.Currency)
		}
		if price.Amount > math.MaxInt32-total.Amount {
			return nil, total, booking.Invalid("amount", "the trip and its apartment together cost more than %d minor units", booking.MaxAmount)
		}
		lines = append(lines, Line{What: "apartment", Amount: price, ReservationID: t.Hotel.ReservationID})
		total.Amount += price.Amount
	}
	return lines, total, nil
}

// RecordRef: BOOKING, not undone, charge PENDING → the gateway's id of it. The first that
// is recorded stays.
type RecordRef struct {
	On
	Ref string
}

func (i RecordRef) Decide(t Trip) (Trip, bool, error) {
	if t.Charge != nil && t.Charge.GatewayRef != "" {
		return t, false, nil
	}
	if err := t.chargeable(); err != nil {
		return t, false, err
	}
	t.withCharge().GatewayRef = i.Ref
	return t, true, nil
}

// RecordAuthorization: BOOKING, not undone, charge PENDING → AUTHORIZED.
type RecordAuthorization struct {
	On
	Authorization booking.GatewayPayment
}

func (i RecordAuthorization) Decide(t Trip) (Trip, bool, error) {
	if t.Charge != nil && (t.Charge.Status == booking.Authorized || t.captured()) {
		return t, false, nil
	}
	if err := t.chargeable(); err != nil {
		return t, false, err
	}
	charge := t.withCharge()
	charge.Status, charge.AuthorizedAt = booking.Authorized, i.Authorization.AuthorizedAt
	if charge.AuthorizedAt.IsZero() {
		charge.AuthorizedAt = i.Now
	}
	t.record(PaymentAuthorized, i.On, charge.Amount.Amount, "")
	return t, true, nil
}

// RecordCapture: BOOKING, not undone, charge AUTHORIZED → CAPTURED, payment confirmed.
type RecordCapture struct{ On }

func (i RecordCapture) Decide(t Trip) (Trip, bool, error) {
	if t.captured() {
		return t, false, nil
	}
	if err := t.chargeable(); err != nil {
		return t, false, err
	}
	if t.Charge.Status != booking.Authorized {
		return t, false, wanting(t, TakePayment, "the payment to be authorized")
	}
	charge := t.withCharge()
	charge.Status, charge.CapturedAt = booking.Captured, i.Now
	payment := *t.Payment
	payment.Status = Confirmed
	t.Payment = &payment
	t.record(PaymentCaptured, i.On, charge.Amount.Amount, "")
	return t, true, nil
}

// chargeable refuses to take money for what is being undone.
func (t Trip) chargeable() error {
	if err := goesOn(t, TakePayment); err != nil {
		return err
	}
	if t.Charge == nil || t.Payment == nil || t.settled() {
		return wanting(t, TakePayment, "a payment that is asked for")
	}
	return nil
}

// withCharge answers a copy of the charge to change.
func (t *Trip) withCharge() *booking.Payment {
	charge := *t.Charge
	t.Charge = &charge
	return t.Charge
}
