package rehearsal

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/step"
	"github.com/vacancy/vacancy/internal/workflow"
)

// paid stands among the steps of reservationBefore for the tenant, who pays.
const paid = "tenant pays"

// reservationBefore is what has happened when a step of the reservation machine is called
// by its example event.
var reservationBefore = map[string][]string{
	"ReservationAwaitPayment":      {"ReservationRequestPayment"},
	"ReservationReadReservation":   {"ReservationRequestPayment"},
	"ReservationCapturePayment":    {"ReservationRequestPayment", paid},
	"ReservationResolveCapture":    {"ReservationRequestPayment", paid, "ReservationCapturePayment"},
	"ReservationRecordCapture":     {"ReservationRequestPayment", paid, "ReservationCapturePayment"},
	"ReservationMarkApartmentPaid": {"ReservationRequestPayment", paid, "ReservationCapturePayment", "ReservationRecordCapture"},
	"ReservationReleaseHold":       {"ReservationRequestPayment"},
	"ReservationReturnMoney":       {"ReservationRequestPayment", "ReservationReleaseHold"},
}

// long is longer than the payment window.
const long = time.Hour

// Prepare makes, on a backend that is empty, what a step is called for by its example
// event: as in Step, and the steps of its machine before it have run. A hold that the step
// releases has ended by now; a step that is not in the table is an error.
func Prepare(ctx context.Context, p app.Ports, name string, event json.RawMessage, now time.Time) error {
	if !slices.Contains(Steps(), name) {
		return fmt.Errorf("there is no step %q; the steps are %s", name, strings.Join(Steps(), ", "))
	}
	began := now
	if name == "ReservationReleaseHold" || slices.Contains(reservationBefore[name], "ReservationReleaseHold") {
		began = now.Add(-long)
	}
	s := emptyStage(began)
	if err := s.stand(p, 0); err != nil {
		return err
	}
	steps := step.New(s.services())
	for _, before := range []func() error{
		func() error { return s.reservationBefore(ctx, steps, name, event, now) },
		func() error { return s.prepare(ctx, steps, name, event) },
		func() error { return s.importBefore(ctx, name) },
		func() error { return s.tripBefore(ctx, steps, name, event) },
	} {
		if err := before(); err != nil {
			return fmt.Errorf("before %s: %w", name, err)
		}
	}
	return nil
}

func (s *stage) reservationBefore(ctx context.Context, steps map[string]workflow.Handler, name string, event json.RawMessage, now time.Time) error {
	tenant := booking.Principal{ID: "tenant", Role: booking.Tenant}
	r, err := s.reserve(ctx, tenant)
	if err != nil {
		return err
	}
	for _, earlier := range reservationBefore[name] {
		if earlier == "ReservationReleaseHold" {
			s.start = now // its deadline has passed
		}
		if earlier == paid {
			_, err = s.reservations.PayReservation(ctx, tenant, r.ID, "pm_ok", "pay")
		} else {
			_, err = steps[earlier](ctx, event)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", earlier, err)
		}
	}
	return nil
}
