package booking

import "time"

// BeginPayment makes the payment PENDING in the store before the gateway hears of
// it: HELD, epoch, in time, and no payment yet or a PENDING one. After a DECLINED
// one the next attempt begins (design, 10.1). The first attempt begins with the hold; here it
// begins for holds that earlier releases placed. With a Method it says what the tenant
// pays with; a PENDING payment that has another method already is PAYMENT_PENDING.
type BeginPayment struct {
	On
	Method string // "" when the workflow asks for the payment ahead of the tenant
}

func (i BeginPayment) Decide(b Booking) (Booking, bool, error) {
	r := b.Reservation
	if err := i.mayPay(r); err != nil {
		return b, false, err
	}
	if r.Payment == nil || r.Payment.Status == Declined {
		attempt := 1
		if r.Payment != nil {
			attempt = r.Payment.Attempt + 1
			if i.Method == "" {
				return b, false, nil // the workflow's request is for the first attempt; the tenant asks for more
			}
		}
		begun := r.attempt(attempt, i.Method, i.Now)
		r.Payment = &begun
		r.record(PaymentRequested, i.Now, i.By, begun.Amount.Amount, "")
		return Booking{Reservation: r}, true, nil
	}
	if r.Payment.Status != Pending {
		return b, false, nil // AUTHORIZED: paid already
	}
	method := r.Payment.Method
	switch {
	case i.Method == "" || i.Method == method:
		return b, false, nil
	case method != "":
		return b, false, Refuse(PaymentPending, "a payment with %s is still being asked about; ask for the reservation until it is decided", method)
	}
	r.withPayment().Method = i.Method
	return Booking{Reservation: r}, true, nil
}

// attempt is the nth attempt to pay, PENDING.
func (r Reservation) attempt(n int, method string, at time.Time) Payment {
	return Payment{ID: PaymentID(r.ID, n), Attempt: n, Status: Pending, Amount: r.Price, Method: method, CreatedAt: at}
}

func requested(p Payment, by string) TimelineEvent {
	return TimelineEvent{Kind: PaymentRequested, At: p.CreatedAt, By: by, Amount: p.Amount.Amount}
}

// mayPay refuses what can no longer be paid for.
func (o On) mayPay(r Reservation) error {
	switch {
	case r.TripID != "":
		return belongsToTrip(r)
	case r.Status == Expired, r.Status == Held && !o.Now.Before(r.HoldExpiresAt) && !r.Payment.authorized():
		return holdExpired(r)
	case r.Status != Held || o.stale(r):
		return notHeld(r)
	}
	return nil
}

// AuthorizePayment: this payment PENDING, HELD, epoch, authorized in time →
// AUTHORIZED. In time means that the gateway's AuthorizedAt, or Now where it gives
// none, is before the deadline (design, 10.8). Refused with HOLD_EXPIRED or
// RESERVATION_NOT_HELD; whoever got the authorization then voids it.
type AuthorizePayment struct {
	On
	PaymentID  string
	GatewayRef string
	// Authorization is the gateway's answer; AuthorizedAt may be zero.
	Authorization GatewayPayment
	Note          string // for the timeline: the reference of a receipt, say
}

func (i AuthorizePayment) Decide(b Booking) (Booking, bool, error) {
	r := b.Reservation
	if r.Payment == nil || r.Payment.ID != i.PaymentID {
		return b, false, notHeld(r)
	}
	if !i.stale(r) && (r.Payment.Status == Authorized || r.Payment.Status == Captured) && r.Status != Expired && r.Status != Cancelled && r.Status != ReservationFailed {
		return b, false, nil
	}
	at := i.Authorization.AuthorizedAt
	if at.IsZero() {
		at = i.Now
	}
	switch {
	case r.Status == Expired, r.Status == Held && !at.Before(r.HoldExpiresAt):
		return b, false, holdExpired(r)
	case r.Status != Held || i.stale(r) || r.Payment.Status != Pending:
		return b, false, notHeld(r)
	}
	p := r.withPayment()
	p.Status, p.AuthorizedAt = Authorized, at
	if i.GatewayRef != "" {
		p.GatewayRef = i.GatewayRef
	}
	r.record(PaymentWasAuthorized, i.Now, i.By, p.Amount.Amount, i.Note)
	return Booking{Reservation: r}, true, nil
}

// DeclinePayment: PENDING → DECLINED. The hold stays HELD; the tenant may try again.
type DeclinePayment struct {
	On
	PaymentID   string
	DeclineCode string
}

func (i DeclinePayment) Decide(b Booking) (Booking, bool, error) {
	r := b.Reservation
	if r.Payment == nil || r.Payment.ID != i.PaymentID || i.stale(r) {
		return b, false, notHeld(r)
	}
	switch r.Payment.Status {
	case Declined:
		return b, false, nil
	case Pending:
	default:
		return b, false, notHeld(r)
	}
	p := r.withPayment()
	p.Status, p.DeclineCode, p.EndedAt = Declined, i.DeclineCode, i.Now
	r.record(PaymentWasDeclined, i.Now, i.By, p.Amount.Amount, i.DeclineCode)
	return Booking{Reservation: r}, true, nil
}

// ClaimForCapture: HELD, epoch, payment AUTHORIZED → CONFIRMING. From here nobody
// cancels or expires the reservation, so the gateway may be told to capture.
type ClaimForCapture struct{ On }

func (i ClaimForCapture) Decide(b Booking) (Booking, bool, error) {
	r := b.Reservation
	if i.stale(r) {
		return b, false, notHeld(r)
	}
	if r.Status == Confirming || r.Status == ReservationPaid {
		return b, false, nil
	}
	if r.Status != Held || !r.Payment.authorized() {
		return b, false, notHeld(r)
	}
	r.Status = Confirming
	r.record(CaptureClaimed, i.Now, i.By, 0, "")
	return Booking{Reservation: r}, true, nil
}

// RecordCapture: CONFIRMING, payment AUTHORIZED → CAPTURED.
//
// AfterEnd is for a capture that came to be known only after the reservation ended (EXPIRED,
// CANCELLED or FAILED), made by somebody at the gateway: PENDING or AUTHORIZED → CAPTURED,
// to be refunded.
type RecordCapture struct {
	On
	AfterEnd bool
}

func (i RecordCapture) Decide(b Booking) (Booking, bool, error) {
	r := b.Reservation
	if i.stale(r) || r.Payment == nil {
		return b, false, notHeld(r)
	}
	if i.AfterEnd {
		if r.Status.Live() || r.Status == ReservationPaid {
			return b, false, Refuse(ReservationNotHeld, "the reservation is %s; it has not ended", r.Status)
		}
		if r.Payment.Status == Captured || r.Payment.Status == Refunded {
			return b, false, nil
		}
		if r.Payment.settled() {
			return b, false, notHeld(r)
		}
	} else {
		if r.Payment.Status == Captured && (r.Status == Confirming || r.Status == ReservationPaid) {
			return b, false, nil
		}
		if r.Status != Confirming || r.Payment.Status != Authorized {
			return b, false, notHeld(r)
		}
	}
	p := r.withPayment()
	p.Status, p.CapturedAt = Captured, i.Now
	r.record(PaymentWasCaptured, i.Now, i.By, p.Amount.Amount, "")
	return Booking{Reservation: r}, true, nil
}

// RecordVoid: PENDING or AUTHORIZED, reservation neither HELD nor CONFIRMING → VOIDED.
type RecordVoid struct {
	On
	PaymentID string
}

func (i RecordVoid) Decide(b Booking) (Booking, bool, error) {
	r := b.Reservation
	if r.Payment == nil || r.Payment.ID != i.PaymentID || i.stale(r) {
		return b, false, notHeld(r)
	}
	switch {
	case r.Payment.Status == Voided:
		return b, false, nil
	case r.Status.Live(), r.Payment.Status != Pending && r.Payment.Status != Authorized:
		return b, false, Refuse(ReservationNotHeld, "the payment is %s and the reservation %s; there is nothing to void", r.Payment.Status, r.Status)
	}
	p := r.withPayment()
	p.Status, p.EndedAt = Voided, i.Now
	r.record(PaymentWasVoided, i.Now, i.By, p.Amount.Amount, "")
	return Booking{Reservation: r}, true, nil
}

// RecordRefund: CAPTURED, reservation not CONFIRMING or PAID → REFUNDED.
type RecordRefund struct {
	On
	PaymentID string
}

func (i RecordRefund) Decide(b Booking) (Booking, bool, error) {
	r := b.Reservation
	if r.Payment == nil || r.Payment.ID != i.PaymentID || i.stale(r) {
		return b, false, notHeld(r)
	}
	switch {
	case r.Payment.Status == Refunded:
		return b, false, nil
	case r.Status.Live(), r.Status == ReservationPaid, r.Payment.Status != Captured:
		return b, false, Refuse(ReservationNotHeld, "the payment is %s and the reservation %s; there is nothing to refund", r.Payment.Status, r.Status)
	}
	p := r.withPayment()
	p.Status, p.EndedAt = Refunded, i.Now
	r.record(PaymentWasRefunded, i.Now, i.By, p.Amount.Amount, "")
	return Booking{Reservation: r}, true, nil
}

func holdExpired(r Reservation) *Error {
	return Refuse(HoldExpired, "the hold ended at %s; reserve the apartment again", r.HoldExpiresAt.Format("2006-01-02T15:04:05.000Z07:00"))
}

func notHeld(r Reservation) *Error {
	if r.Status.Live() {
		return Refuse(ReservationNotHeld, "the reservation is %s, but not by this hold or not with this payment", r.Status)
	}
	return Refuse(ReservationNotHeld, "the reservation is %s, it is not held any more", r.Status)
}
