package rehearsal_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/app/rehearsal"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/statemachine"
)

var noon = time.Date(2026, 2, 3, 12, 0, 0, 0, time.UTC)

func rehearse(t *testing.T, s rehearsal.Script) (rehearsal.Result, []rehearsal.Answer) {
	t.Helper()
	var told []rehearsal.Answer
	s.Now, s.Rand = noon, func() uint64 { return 4 }
	s.Tenant = func(a rehearsal.Answer) { told = append(told, a) }
	r, err := rehearsal.Reservation(t.Context(), statemachine.Definitions()["reservation"], s)
	if err != nil {
		t.Fatal(err)
	}
	return r, told
}

// A hold that nobody pays for ends at its deadline, in the trial's time.
func TestAnUnpaidHoldEndsAtItsDeadline(t *testing.T) {
	r, told := rehearse(t, rehearsal.Script{Window: 5 * time.Minute})
	if r.Status != workflow.Succeeded || r.Reservation.Status != booking.Expired || r.Apartment.Status != booking.Vacant || len(told) != 0 {
		t.Errorf("%+v, %+v", r.Reservation, told)
	}
	late := r.Reservation.EndedAt.Sub(noon.Add(5 * time.Minute))
	if late < 0 || late > 5*time.Second {
		t.Errorf("it ended %v after its deadline", late)
	}
}

func TestAPaymentOneMillisecondTooLateIsNeverCaptured(t *testing.T) {
	r, told := rehearse(t, rehearsal.Script{Window: time.Minute, Method: "pm_ok", PayAfter: time.Minute + time.Millisecond})
	if r.Reservation.Status != booking.Expired || r.Money[0].Captured != 0 {
		t.Errorf("%+v, %+v", r.Reservation, r.Money)
	}
	if len(told) > 0 && booking.CodeOf(told[0].Err) == "" {
		t.Errorf("the tenant was told %+v", told)
	}
}

func TestAPaymentInTimeIsCapturedOnce(t *testing.T) {
	r, told := rehearse(t, rehearsal.Script{Window: time.Minute, Method: "pm_ok", PayAfter: time.Minute - time.Millisecond})
	if r.Reservation.Status != booking.ReservationPaid || r.Money[0].Captures != 1 || r.Money[0].Kept() != r.Reservation.Price.Amount {
		t.Errorf("%+v, %+v", r.Reservation, r.Money)
	}
	if len(told) != 1 || told[0].Err != nil || !told[0].At.Equal(noon.Add(time.Minute-time.Millisecond)) {
		t.Errorf("the tenant was told %+v", told)
	}
}

func TestAStepByItself(t *testing.T) {
	event := json.RawMessage(`{"reservationId":"res_1","apartmentId":"apt_1","tenantId":"tenant","epoch":1}`)
	out, err := rehearsal.Step(t.Context(), "ReservationReadReservation", event, "pm_ok", noon)
	var read struct{ Status, PaymentStatus string }
	if err != nil || json.Unmarshal(out, &read) != nil || read.Status != "HELD" || read.PaymentStatus != "AUTHORIZED" {
		t.Errorf("%s, %v", out, err)
	}
	stale := json.RawMessage(`{"reservationId":"res_1","apartmentId":"apt_1","tenantId":"tenant","epoch":7}`)
	var failed workflow.Error
	if _, err := rehearsal.Step(t.Context(), "ReservationCapturePayment", stale, "pm_ok", noon); !errors.As(err, &failed) {
		t.Errorf("a stale epoch: %v", err)
	}
	if _, err := rehearsal.Step(t.Context(), "Nothing", event, "", noon); err == nil || errors.As(err, &failed) {
		t.Errorf("a step that is none: %v", err)
	}
}
