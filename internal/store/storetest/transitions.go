package storetest

import (
	"strings"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// transitions is the design's table of transitions (sections 3 and 10) as every cell of
// state and intention: what is applied in a state and what becomes of it.
//
//   - takes effect
//     =  succeeds and changes nothing: its effect is there already, or nothing is to do
//     E  HOLD_EXPIRED    H  RESERVATION_NOT_HELD
//     P  APARTMENT_NOT_PAID    O  APARTMENT_NOT_OCCUPIED
//
// States named lapsed… are looked at at the deadline, those after them later.
const transitions = `
                    begin authorize decline claim capture confirm expire cancel fail failCapture extend void refund occupy vacate refundOrder token started repair
held                  +       +        +      H      H       H      H      +     +        +         +    H     H      P      O        P         +      +      +
pending               =       +        +      H      H       H      H      +     +        +         +    H     H      P      O        P         +      +      +
declined              +       H        =      H      H       H      H      +     +        +         +    H     H      P      O        P         +      +      +
authorized            =       =        H      +      H       H      H      +     +        +         +    H     H      P      O        P         +      +      +
lapsed                E       E        +      H      H       H      +      +     +        +         E    H     H      P      O        P         +      +      +
lapsedPending         E       E        +      H      H       H      +      +     +        +         E    H     H      P      O        P         +      +      +
lapsedAuthorized      =       =        H      +      H       H      H      +     +        +         E    H     H      P      O        P         +      +      +
confirming            H       =        H      =      +       H      H      H     H        +         H    H     H      P      O        P         =      +      +
captured              H       =        H      =      =       +      H      H     H        H         H    H     H      P      O        P         =      +      +
paid                  H       =        H      =      =       =      =      H     =        =         H    H     H      +      O        +         =      +      =
occupied              H       =        H      =      =       =      =      H     =        =         H    H     H      =      +        P         =      +      =
vacated               H       =        H      =      =       =      =      H     =        =         H    H     H      P      O        +         =      +      =
refundOrdered         H       =        H      H      H       H      =      H     =        =         H    H     +      P      O        =         =      +      =
refunded              H       H        H      H      H       H      =      H     =        =         H    H     =      P      O        =         =      +      =
cancelled             H       H        +      H      H       H      =      =     =        =         H    +     H      P      O        P         =      +      =
cancelledPending      H       H        +      H      H       H      =      =     =        =         H    +     H      P      O        P         =      +      =
cancelledAuthorized   H       H        H      H      H       H      =      =     =        =         H    +     H      P      O        P         =      +      =
voided                H       H        H      H      H       H      =      =     =        =         H    =     H      P      O        P         =      +      =
failed                H       H        H      H      H       H      =      H     =        =         H    +     H      P      O        P         =      +      =
expired               E       E        +      H      H       H      =      H     =        =         E    +     H      P      O        P         =      +      =
expiredPending        E       E        +      H      H       H      =      H     =        =         E    +     H      P      O        P         =      +      =
`

// A hold begins with a PENDING payment; of those named pending… the tenant has said what they pay with.
//
// paths says by which intentions a state is reached; at "-" the deadline has come.
var paths = map[string]string{
	"held": "", "pending": "begin", "declined": "begin decline", "authorized": "begin authorize",
	"lapsed": "-", "lapsedPending": "begin -", "lapsedAuthorized": "begin authorize -",
	"confirming": "begin authorize - claim", "captured": "begin authorize - claim capture", "paid": "begin authorize - claim capture confirm",
	"occupied": "begin authorize - claim capture confirm occupy", "vacated": "begin authorize - claim capture confirm occupy vacate",
	"refundOrdered": "begin authorize - claim capture confirm refundOrder", "refunded": "begin authorize - claim capture confirm refundOrder refund",
	"cancelled": "cancel", "cancelledPending": "begin cancel", "cancelledAuthorized": "begin authorize cancel", "voided": "begin authorize cancel void",
	"failed": "begin authorize claim failCapture", "expired": "- expire", "expiredPending": "begin - expire",
}

// effect is what an intention that took effect has made of the booking; "" is as it was.
type effect struct {
	reservation booking.ReservationStatus
	payment     booking.PaymentStatus
	apartment   booking.ApartmentStatus
	event       booking.TimelineKind
	// again is what applying it once more is refused with; "": it succeeds and changes nothing.
	again booking.Code
}

var effects = map[string]effect{
	"begin":       {payment: booking.Pending, event: booking.PaymentRequested},
	"authorize":   {payment: booking.Authorized, event: booking.PaymentWasAuthorized},
	"decline":     {payment: booking.Declined, event: booking.PaymentWasDeclined},
	"claim":       {reservation: booking.Confirming, event: booking.CaptureClaimed},
	"capture":     {payment: booking.Captured, event: booking.PaymentWasCaptured},
	"confirm":     {reservation: booking.ReservationPaid, apartment: booking.ApartmentPaid, event: booking.ReservationConfirmed},
	"expire":      {reservation: booking.Expired, apartment: booking.Vacant, event: booking.HoldLapsed},
	"cancel":      {reservation: booking.Cancelled, apartment: booking.Vacant, event: booking.HoldCancelled},
	"fail":        {reservation: booking.ReservationFailed, apartment: booking.Vacant, event: booking.HoldFailed},
	"failCapture": {reservation: booking.ReservationFailed, apartment: booking.Vacant, event: booking.HoldFailed},
	// Asked again at the same moment there is no later deadline to give.
	"extend":      {event: booking.HoldExtended, again: booking.ExtensionLimitReached},
	"void":        {payment: booking.Voided, event: booking.PaymentWasVoided},
	"refund":      {payment: booking.Refunded, event: booking.PaymentWasRefunded},
	"occupy":      {apartment: booking.Occupied, event: booking.MovedIn},
	"vacate":      {apartment: booking.Vacant, event: booking.MovedOut, again: booking.ApartmentNotOccupied},
	"refundOrder": {reservation: booking.ReservationRefunded, apartment: booking.Vacant, event: booking.RefundOrdered},
	"token":       {},
	"started":     {},
	"repair":      {event: booking.RepairStarted},
}

// intend makes the intention of a name.
func intend(name string, at booking.On) booking.Intention {
	payment := booking.PaymentID(at.ReservationID, 1)
	switch name {
	case "begin":
		return booking.BeginPayment{On: at, Method: "pm_ok"}
	case "authorize":
		return booking.AuthorizePayment{On: at, PaymentID: payment, GatewayRef: "ref"}
	case "decline":
		return booking.DeclinePayment{On: at, PaymentID: payment, DeclineCode: "card_declined"}
	case "claim":
		return booking.ClaimForCapture{On: at}
	case "capture":
		return booking.RecordCapture{On: at}
	case "confirm":
		return booking.ConfirmReservation{On: at}
	case "expire":
		return booking.ReleaseHold{On: at, Reason: booking.ReleaseExpired}
	case "cancel":
		return booking.ReleaseHold{On: at, Reason: booking.ReleaseCancelled}
	case "fail":
		return booking.ReleaseHold{On: at, Reason: booking.ReleaseFailed}
	case "failCapture":
		return booking.ReleaseHold{On: at, Reason: booking.ReleaseFailed, CaptureFailed: true}
	case "extend":
		return booking.ExtendHold{On: at, MaxExtensions: 2, MaxWindows: 3}
	case "void":
		return booking.RecordVoid{On: at, PaymentID: payment}
	case "refund":
		return booking.RecordRefund{On: at, PaymentID: payment}
	case "occupy":
		return booking.Occupy{On: at}
	case "vacate":
		return booking.Vacate{On: at}
	case "refundOrder":
		return booking.RefundReservation{On: at}
	case "token":
		return booking.StoreTaskToken{On: at, Token: "token"}
	case "started":
		return booking.MarkWorkflowStarted{On: at}
	}
	return booking.CountRepair{On: at, Number: 1}
}

var refusals = map[string]booking.Code{
	"E": booking.HoldExpired, "H": booking.ReservationNotHeld, "P": booking.ApartmentNotPaid, "O": booking.ApartmentNotOccupied,
}

// moment is when states are looked at: well in the window, or at its end.
func moment(r booking.Reservation, lapsed bool) time.Time {
	if lapsed {
		return r.HoldExpiresAt
	}
	return r.HoldExpiresAt.Add(-window / 2)
}

// reach makes a reservation in a state and answers the moment it is in.
func (s *suite) reach(state string) (booking.Reservation, time.Time) {
	s.Helper()
	r := s.place(s.hold(s.offer().ID, begin))
	lapsed := false
	for _, step := range strings.Fields(paths[state]) {
		if step == "-" {
			lapsed = true
			continue
		}
		s.apply(intend(step, on(r, moment(r, lapsed))))
	}
	return r, moment(r, lapsed)
}

// eachCell calls f for every cell of the table.
func eachCell(f func(state, intention, cell string)) {
	lines := strings.Split(strings.TrimSpace(transitions), "\n")
	intentions := strings.Fields(lines[0])
	for _, line := range lines[1:] {
		cells := strings.Fields(line)
		for i, intention := range intentions {
			f(cells[0], intention, cells[1+i])
		}
	}
}

var transitionTests = []test{
	{"Transition/EveryCell", func(s *suite) {
		eachCell(func(state, intention, cell string) {
			r, now := s.reach(state)
			before := s.both(r.ID)
			i := intend(intention, on(r, now))
			if intention == "started" && before.Reservation.WorkflowStarted {
				cell = "="
			}
			got, err := s.store.Apply(s.Context(), i, nil)
			after := s.both(r.ID)
			name := intention + " on " + state
			if code, isRefusal := refusals[cell]; isRefusal {
				s.refused(name, err, code)
				s.same(name+", refused: what is stored", after, before)
				return
			}
			if err != nil {
				s.Errorf("%s = %v", name, err)
				return
			}
			if !i.NeedsApartment() {
				s.same(name+": the apartment it does not need", got.Apartment, booking.Apartment{})
				got.Apartment = after.Apartment
			}
			s.same(name+": the answer is what is stored", got, after)
			if cell == "=" {
				s.same(name+": what is stored", after, before)
				return
			}
			s.tookEffect(name, effects[intention], before, after)
			_, err = s.store.Apply(s.Context(), i, nil)
			if again := effects[intention].again; again != "" {
				s.refused(name+", again", err, again)
			} else if err != nil {
				s.Errorf("%s, again = %v", name, err)
			}
			s.same(name+", again: what is stored", s.both(r.ID), after)
		})
	}},
	{"Transition/AStaleEpochChangesNothing", func(s *suite) {
		eachCell(func(state, intention, cell string) {
			if cell != "+" || intention == "started" || intention == "repair" {
				return // these two concern the execution, whichever hold it speaks for
			}
			r, now := s.reach(state)
			before := s.both(r.ID)
			stale := on(r, now)
			stale.Epoch = r.Epoch + 1
			_, err := s.store.Apply(s.Context(), intend(intention, stale), nil)
			if err == nil && intention != "token" {
				s.Errorf("%s on %s by another epoch is not refused", intention, state)
			}
			s.same(intention+" on "+state+" by another epoch: what is stored", s.both(r.ID), before)
		})
	}},
	{"Transition/AnotherPaymentChangesNothing", func(s *suite) {
		for _, c := range [][2]string{{"pending", "authorize"}, {"pending", "decline"}, {"cancelledAuthorized", "void"}, {"refundOrdered", "refund"}} {
			r, now := s.reach(c[0])
			before := s.both(r.ID)
			other := booking.PaymentID(r.ID, 2)
			at := on(r, now)
			i := map[string]booking.Intention{
				"authorize": booking.AuthorizePayment{On: at, PaymentID: other}, "decline": booking.DeclinePayment{On: at, PaymentID: other},
				"void": booking.RecordVoid{On: at, PaymentID: other}, "refund": booking.RecordRefund{On: at, PaymentID: other},
			}[c[1]]
			_, err := s.store.Apply(s.Context(), i, nil)
			s.refused(c[1]+" of another payment", err, booking.ReservationNotHeld)
			s.same("what is stored", s.both(r.ID), before)
		}
	}},
	{"Transition/AuthorizedInTimeByTheGatewaysClock", func(s *suite) {
		for _, c := range []struct {
			early time.Duration
			code  booking.Code
		}{{time.Nanosecond, ""}, {0, booking.HoldExpired}, {-time.Nanosecond, booking.HoldExpired}} {
			r, _ := s.reach("pending")
			at := r.HoldExpiresAt.Add(-c.early)
			_, err := s.store.Apply(s.Context(), booking.AuthorizePayment{On: on(r, r.HoldExpiresAt.Add(time.Second)), PaymentID: booking.PaymentID(r.ID, 1),
				Authorization: booking.GatewayPayment{AuthorizedAt: at}}, nil)
			if c.code != "" {
				s.refused("an authorization that is late", err, c.code)
			} else if err != nil || !s.reservation(r.ID).Payment.AuthorizedAt.Equal(at) {
				s.Errorf("an authorization in time = %v, stored %+v", err, s.reservation(r.ID).Payment)
			}
		}
	}},
	{"Payment/IsKeptWhole", func(s *suite) {
		r := s.place(s.hold(s.offer().ID, begin))
		at := begin.Add(time.Second)
		s.apply(booking.BeginPayment{On: on(r, at), Method: "pm_declined"})
		s.apply(booking.StoreTaskToken{On: on(r, at), Token: "token", GatewayRef: "ref 1"})
		s.apply(booking.DeclinePayment{On: on(r, at.Add(1)), PaymentID: booking.PaymentID(r.ID, 1), DeclineCode: "card_declined"})
		want := &booking.Payment{ID: booking.PaymentID(r.ID, 1), Attempt: 1, Status: booking.Declined, Amount: r.Price, Method: "pm_declined",
			GatewayRef: "ref 1", DeclineCode: "card_declined", CreatedAt: begin, EndedAt: at.Add(1)}
		s.same("the declined payment", s.reservation(r.ID).Payment, want)
		s.apply(booking.BeginPayment{On: on(r, at.Add(2)), Method: "pm_ok"})
		s.apply(booking.AuthorizePayment{On: on(r, at.Add(3)), PaymentID: booking.PaymentID(r.ID, 2), GatewayRef: "ref 2"})
		s.apply(booking.ClaimForCapture{On: on(r, at.Add(4))})
		s.apply(booking.RecordCapture{On: on(r, at.Add(5))})
		want = &booking.Payment{ID: booking.PaymentID(r.ID, 2), Attempt: 2, Status: booking.Captured, Amount: r.Price, Method: "pm_ok",
			GatewayRef: "ref 2", CreatedAt: at.Add(2), AuthorizedAt: at.Add(3), CapturedAt: at.Add(5)}
		s.same("the captured payment", s.reservation(r.ID).Payment, want)
	}},
	{"TaskToken/WithTheGatewaysRef", func(s *suite) {
		r, now := s.reach("pending")
		s.apply(booking.StoreTaskToken{On: on(r, now), Token: "token 1", GatewayRef: "ref"})
		got := s.reservation(r.ID)
		if got.TaskToken != "token 1" || got.Payment.GatewayRef != "ref" {
			s.Errorf("token %q, ref %q", got.TaskToken, got.Payment.GatewayRef)
		}
		s.apply(booking.StoreTaskToken{On: on(r, now), Token: "token 2"})
		if got := s.reservation(r.ID); got.TaskToken != "token 2" || got.Payment.GatewayRef != "ref" {
			s.Errorf("token %q, ref %q", got.TaskToken, got.Payment.GatewayRef)
		}
	}},
}

// tookEffect compares what an intention has made of a booking with its row of effects.
func (s *suite) tookEffect(name string, e effect, before, after booking.Booking) {
	s.Helper()
	was, is := before.Reservation, after.Reservation
	if e.reservation == "" {
		e.reservation = was.Status
	}
	if e.payment == "" && was.Payment != nil {
		e.payment = was.Payment.Status
	}
	if e.apartment == "" || before.Apartment.ReservationID != was.ID {
		e.apartment = before.Apartment.Status
	}
	payment := booking.PaymentStatus("")
	if is.Payment != nil {
		payment = is.Payment.Status
	}
	if is.Status != e.reservation || payment != e.payment || after.Apartment.Status != e.apartment {
		s.Errorf("%s: reservation %s, payment %q, apartment %s; want %s, %q, %s", name, is.Status, payment, after.Apartment.Status, e.reservation, e.payment, e.apartment)
	}
	if e.event == booking.PaymentRequested && was.Payment != nil && was.Payment.Status == booking.Pending {
		e.event = "" // the attempt has begun before; by now it is known what it is made with
		if is.Payment.Method == was.Payment.Method || len(is.Timeline) != len(was.Timeline) {
			s.Errorf("%s: the payment is made with %q, the timeline is %+v", name, is.Payment.Method, is.Timeline)
		}
	}
	if e.event != "" && (len(is.Timeline) != len(was.Timeline)+1 || is.Timeline[len(is.Timeline)-1].Kind != e.event) {
		s.Errorf("%s: the timeline is %+v, want %s at its end", name, is.Timeline, e.event)
	}
	if live := is.Status.Live(); live == !is.EndedAt.IsZero() {
		s.Errorf("%s: %s, ended at %s", name, is.Status, is.EndedAt)
	}
	for _, broken := range broken(after) {
		s.Errorf("%s: %s", name, broken)
	}
	if after.Apartment.Epoch != before.Apartment.Epoch || is.Price != was.Price {
		s.Errorf("%s: epoch %d or price %s changed", name, after.Apartment.Epoch, is.Price)
	}
}
