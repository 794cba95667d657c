package storetest

import (
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// model is a store in a few maps, written from the design's tables and from nothing
// else. It knows what is decided, not what is recorded beside it.
type model struct {
	apartments   map[string]*modelApartment
	reservations map[string]*modelReservation
	keys         map[string]modelKey
}

type modelApartment struct {
	status      booking.ApartmentStatus
	epoch       int64
	reservation string
	until       time.Time
}

type modelReservation struct {
	apartment  string
	status     booking.ReservationStatus
	epoch      int64
	placed     time.Time
	until      time.Time
	extensions int
	payment    booking.PaymentStatus
	attempt    int
	repairs    int
}

type modelKey struct{ arguments, result string }

func newModel() *model {
	return &model{map[string]*modelApartment{}, map[string]*modelReservation{}, map[string]modelKey{}}
}

// place answers the id of the reservation that the key stands for, or a refusal.
func (m *model) place(apartment, reservation, key string, now time.Time) (string, booking.Code) {
	if k, used := m.keys[key]; used {
		if k.arguments != apartment {
			return "", booking.IdempotencyKeyReused
		}
		return k.result, ""
	}
	a := m.apartments[apartment]
	switch {
	case a == nil:
		return "", booking.NotFound
	case a.status == booking.Vacant:
	case a.status == booking.Reserved && m.lapsed(m.reservations[a.reservation], now):
		m.reservations[a.reservation].status = booking.Expired
	default:
		return "", booking.ApartmentNotVacant
	}
	*a = modelApartment{booking.Reserved, a.epoch + 1, reservation, now.Add(window)}
	m.reservations[reservation] = &modelReservation{apartment: apartment, status: booking.Held, epoch: a.epoch, placed: now, until: a.until,
		payment: booking.Pending, attempt: 1}
	m.keys[key] = modelKey{apartment, reservation}
	return reservation, ""
}

// lapsed: held, past the deadline, and nothing authorized.
func (m *model) lapsed(r *modelReservation, now time.Time) bool {
	return r.status == booking.Held && !now.Before(r.until) && r.payment != booking.Authorized
}

// apply does what the intention of a name should do, and answers its refusal.
func (m *model) apply(name, id string, epoch int64, now time.Time) booking.Code {
	r := m.reservations[id]
	a := m.apartments[r.apartment]
	mine := a.reservation == id
	held, live := r.status == booking.Held, r.status.Live()
	free := func() {
		if mine {
			*a = modelApartment{status: booking.Vacant, epoch: a.epoch}
		}
	}
	end := func(s booking.ReservationStatus) booking.Code {
		r.status = s
		free()
		return ""
	}
	if epoch != r.epoch {
		switch name {
		case "started", "repair":
		case "token":
			return ""
		case "vacate":
			return booking.ApartmentNotOccupied
		case "begin", "extend", "authorize":
			if r.status == booking.Expired && (name != "authorize" || r.attempt == 1) || held && m.lateFor(name, r, now) {
				return booking.HoldExpired
			}
			return booking.ReservationNotHeld
		default:
			return booking.ReservationNotHeld
		}
	}
	first := r.attempt == 1 // intentions name the first payment
	switch name {
	case "begin":
		switch {
		case r.status == booking.Expired || m.lapsed(r, now):
			return booking.HoldExpired
		case !held:
			return booking.ReservationNotHeld
		case r.payment == "" || r.payment == booking.Declined:
			r.payment = booking.Pending
			r.attempt++
		}
		return ""
	case "authorize":
		switch {
		case !first:
			return booking.ReservationNotHeld
		case (r.payment == booking.Authorized || r.payment == booking.Captured) && (live || r.status == booking.ReservationPaid || r.status == booking.ReservationRefunded):
			return ""
		case r.status == booking.Expired || held && !now.Before(r.until):
			return booking.HoldExpired
		case !held || r.payment != booking.Pending:
			return booking.ReservationNotHeld
		}
		r.payment = booking.Authorized
		return ""
	case "decline":
		if !first || r.payment != booking.Pending && r.payment != booking.Declined {
			return booking.ReservationNotHeld
		}
		r.payment = booking.Declined
		return ""
	case "claim":
		if r.status == booking.Confirming || r.status == booking.ReservationPaid {
			return ""
		}
		if !held || r.payment != booking.Authorized {
			return booking.ReservationNotHeld
		}
		r.status = booking.Confirming
		return ""
	case "capture":
		if r.payment == booking.Captured && (r.status == booking.Confirming || r.status == booking.ReservationPaid) {
			return ""
		}
		if r.status != booking.Confirming || r.payment != booking.Authorized {
			return booking.ReservationNotHeld
		}
		r.payment = booking.Captured
		return ""
	case "confirm":
		if r.status == booking.ReservationPaid {
			return ""
		}
		if r.status != booking.Confirming || r.payment != booking.Captured {
			return booking.ReservationNotHeld
		}
		r.status, a.status, a.until = booking.ReservationPaid, booking.ApartmentPaid, time.Time{}
		return ""
	case "expire":
		if !live {
			return ""
		}
		if !m.lapsed(r, now) {
			return booking.ReservationNotHeld
		}
		return end(booking.Expired)
	case "cancel":
		if r.status == booking.Cancelled {
			return ""
		}
		if !held {
			return booking.ReservationNotHeld
		}
		return end(booking.Cancelled)
	case "fail", "failCapture":
		if !live {
			return ""
		}
		if !held && (name == "fail" || r.payment == booking.Captured) {
			return booking.ReservationNotHeld
		}
		return end(booking.ReservationFailed)
	case "extend":
		until := now.Add(window)
		if last := r.placed.Add(3 * window); until.After(last) {
			until = last
		}
		switch {
		case r.status == booking.Expired || held && !now.Before(r.until):
			return booking.HoldExpired
		case !held:
			return booking.ReservationNotHeld
		case r.extensions == 2 || !until.After(r.until):
			return booking.ExtensionLimitReached
		}
		r.until, a.until = until, until
		r.extensions++
		return ""
	case "void":
		if first && r.payment == booking.Voided {
			return ""
		}
		if !first || live || r.payment != booking.Pending && r.payment != booking.Authorized {
			return booking.ReservationNotHeld
		}
		r.payment = booking.Voided
		return ""
	case "refund":
		if first && r.payment == booking.Refunded {
			return ""
		}
		if !first || live || r.status == booking.ReservationPaid || r.payment != booking.Captured {
			return booking.ReservationNotHeld
		}
		r.payment = booking.Refunded
		return ""
	case "occupy":
		if !mine || a.status != booking.ApartmentPaid && a.status != booking.Occupied {
			return booking.ApartmentNotPaid
		}
		a.status = booking.Occupied
		return ""
	case "vacate":
		if !mine || a.status != booking.Occupied {
			return booking.ApartmentNotOccupied
		}
		free()
		return ""
	case "refundOrder":
		if r.status == booking.ReservationRefunded {
			return ""
		}
		if r.status != booking.ReservationPaid || mine && a.status == booking.Occupied {
			return booking.ApartmentNotPaid
		}
		return end(booking.ReservationRefunded)
	case "repair":
		if held || r.status == booking.Confirming {
			r.repairs = 1
		}
	}
	return ""
}

// lateFor says of the intentions that must be in time whether they are not.
func (m *model) lateFor(name string, r *modelReservation, now time.Time) bool {
	if name == "begin" {
		return m.lapsed(r, now)
	}
	return !now.Before(r.until) && (name == "extend" || r.attempt == 1)
}

// change does what a manager's change should do.
func (m *model) change(name, id string) booking.Code {
	a := m.apartments[id]
	switch {
	case name == "relist" && a.status == booking.Withdrawn:
		a.status = booking.Vacant
	case name == "withdraw" && a.status == booking.Vacant:
		a.status = booking.Withdrawn
	case name == "withdraw" && a.status != booking.Withdrawn:
		return booking.ApartmentNotVacant
	}
	return ""
}

// modelOf is what the model knows of a stored booking.
func modelOf(b booking.Booking) (modelReservation, modelApartment) {
	r := modelReservation{apartment: b.Reservation.ApartmentID, status: b.Reservation.Status, epoch: b.Reservation.Epoch, placed: b.Reservation.PlacedAt,
		until: b.Reservation.HoldExpiresAt, extensions: b.Reservation.Extensions, repairs: b.Reservation.Repairs}
	if p := b.Reservation.Payment; p != nil {
		r.payment, r.attempt = p.Status, p.Attempt
	}
	return r, modelApartment{b.Apartment.Status, b.Apartment.Epoch, b.Apartment.ReservationID, b.Apartment.HoldExpiresAt}
}
