package embedded_test

import (
	"slices"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/payment/stripe/stripetest"
	"github.com/vacancy/vacancy/internal/store/sqlite"
)

// broken writes what no rule would: a disagreement for the doctor.
type broken struct {
	booking.On
	do func(*booking.Booking)
}

func (broken) NeedsApartment() bool { return true }

func (b broken) Decide(is booking.Booking) (booking.Booking, bool, error) {
	b.do(&is)
	return is, true, nil
}

func (s *stage) damage(do func(*booking.Booking)) {
	s.t.Helper()
	_, err := s.store.Apply(s.t.Context(), broken{booking.On{ReservationID: s.held.ID, Now: s.now()}, do}, nil)
	s.must("damage", err)
}

// confirmed has alice's app confirm her payment, of which no event tells.
func (s *stage) confirmUnheard() {
	s.t.Helper()
	s.delivered = 1000
	s.payInApp(s.t.Context(), stripetest.Visa)
}

// paid brings the reservation to PAID.
func (s *stage) paid() {
	s.t.Helper()
	s.delivered = 1000
	s.payByServer(s.t.Context(), stripetest.Visa)
	s.must("the execution", execute(s.t.Context(), s.service, s.input()))
}

// Every disagreement is found and explained; --repair mends it, and then nothing disagrees.
func TestDoctor(t *testing.T) {
	for name, c := range map[string]struct {
		ill  func(*stage)
		want booking.DisagreementKind
		ends booking.ReservationStatus // once it is mended
	}{
		"held without an execution": {func(s *stage) {
			s.queue = nil
			s.at = s.at.Add(40 * time.Second)
		}, booking.HeldWithoutExecution, booking.Held},
		"a hold that nobody released": {func(s *stage) {
			s.queue, s.running = nil, s.held.ID
			s.at = s.at.Add(stageWindow + 20*time.Second)
		}, booking.HoldOverdue, booking.Expired},
		"an authorization that nobody noticed": {func(s *stage) {
			s.queue, s.running = nil, s.held.ID
			s.confirmUnheard()
			s.at = s.at.Add(50 * time.Second)
			if _, err := s.service.ExtendHold(s.t.Context(), alice, s.held.ID, "k"); err != nil {
				s.fatal("%v", err)
			}
			s.at = s.at.Add(50 * time.Second)
		}, booking.AuthorizedUnnoticed, booking.Held},
		"money of nobody": {func(s *stage) {
			s.queue = nil
			s.confirmUnheard()
			s.damage(func(b *booking.Booking) {
				b.Reservation.Status, b.Reservation.EndedAt = booking.Cancelled, s.now()
				b.Apartment.Status, b.Apartment.ReservationID, b.Apartment.HoldExpiresAt = booking.Vacant, "", time.Time{}
			})
			s.at = s.at.Add(2 * time.Minute)
		}, booking.MoneyOfNobody, booking.Cancelled},
		"money of nobody, said to be returned": {func(s *stage) {
			s.queue = nil
			s.paid()
			s.damage(func(b *booking.Booking) {
				p := *b.Reservation.Payment
				p.Status = booking.Voided
				b.Reservation.Status, b.Reservation.Payment = booking.ReservationFailed, &p
				b.Apartment.Status, b.Apartment.ReservationID = booking.Vacant, ""
			})
			s.at = s.at.Add(2 * time.Minute)
		}, booking.MoneyOfNobody, booking.ReservationFailed},
		"paid, and refunded at the dashboard": {func(s *stage) {
			s.queue = nil
			s.paid()
			s.must("refund", s.server.RefundByHand(s.server.Totals()[0].Ref))
		}, booking.PaidNotCaptured, booking.ReservationRefunded},
		"paid, and never captured": {func(s *stage) {
			s.queue = nil
			s.delivered = 1000
			s.payByServer(s.t.Context(), stripetest.Visa)
			s.damage(func(b *booking.Booking) {
				p := *b.Reservation.Payment
				p.Status = booking.Captured
				b.Reservation.Status, b.Reservation.EndedAt, b.Reservation.Payment = booking.ReservationPaid, s.now(), &p
				b.Apartment.Status, b.Apartment.HoldExpiresAt = booking.ApartmentPaid, time.Time{}
			})
		}, booking.PaidNotCaptured, booking.ReservationPaid},
		"paid but vacant": {func(s *stage) {
			s.queue = nil
			s.paid()
			s.damage(func(b *booking.Booking) { b.Apartment.Status, b.Apartment.ReservationID = booking.Vacant, "" })
		}, booking.PaidButVacant, booking.ReservationPaid},
		"an apartment of nobody": {func(s *stage) {
			s.queue = nil
			s.at = s.at.Add(stageWindow)
			s.must("the execution", execute(s.t.Context(), s.service, s.input()))
			s.damage(func(b *booking.Booking) { b.Apartment.Status, b.Apartment.ReservationID = booking.Reserved, s.held.ID })
		}, booking.ApartmentOfNobody, booking.Expired},
		"an execution without a hold": {func(s *stage) {
			s.queue, s.running = nil, s.held.ID
			s.paid()
			s.at = s.at.Add(2 * time.Hour)
		}, booking.ExecutionWithoutHold, booking.ReservationPaid},
	} {
		t.Run(name, func(t *testing.T) {
			store, err := sqlite.OpenMemory(t.Context(), sqlite.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()
			s := newStage(t, store, name, booking.RefundLate, 1)
			s.hold(t.Context())
			s.examine(false) // well so far
			c.ill(s)
			before, err := store.Reservation(t.Context(), s.held.ID)
			s.must("read", err)
			found := s.examine(false, c.want)
			if d := found.Disagreements[0]; d.Found == "" || d.Remedy == "" || d.Repaired || d.ByHand || found.Healthy() {
				t.Errorf("found %+v", d)
			}
			if after, _ := store.Reservation(t.Context(), s.held.ID); after.Status != before.Status || len(after.Timeline) != len(before.Timeline) {
				t.Errorf("an examination changed %+v to %+v", before, after)
			}
			found = s.examine(true, c.want)
			if d := found.Disagreements[0]; !d.Repaired || d.Error != "" || !found.Healthy() {
				t.Errorf("mended %+v", d)
			}
			s.examine(false)
			r, err := store.Reservation(t.Context(), s.held.ID)
			s.must("read", err)
			if r.Status != c.ends {
				t.Errorf("it is %s now, want %s", r.Status, c.ends)
			}
			if r.Status != booking.Held {
				s.check(t.Context(), r)
			}
		})
	}
}

// examine fails the test unless exactly these kinds are found.
func (s *stage) examine(repair bool, want ...booking.DisagreementKind) booking.Findings {
	s.t.Helper()
	found, err := s.service.Examine(s.t.Context(), booking.Examination{Repair: repair})
	s.must("examine", err)
	var kinds []booking.DisagreementKind
	for _, d := range found.Disagreements {
		kinds = append(kinds, d.Kind)
	}
	if !slices.Equal(kinds, want) || found.Reservations == 0 || found.Apartments == 0 {
		s.fatal("found %+v, want %v", found, want)
	}
	return found
}

// A gateway that does not answer is not taken for one that has nothing.
func TestDoctorAndASilentGateway(t *testing.T) {
	store, err := sqlite.OpenMemory(t.Context(), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	s := newStage(t, store, "silent", booking.RefundLate, 1)
	s.hold(t.Context())
	s.queue = nil
	s.paid()
	s.server.Fail(func(stripetest.Call) stripetest.Fault { return stripetest.Fault{Before: stripetest.Lost} })
	if found := s.examine(true); found.Unknown != 1 || found.Healthy() {
		t.Errorf("found %+v", found)
	}
}
