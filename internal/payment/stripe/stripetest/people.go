package stripetest

import "errors"

// What people do who are not us: the payer in their app, and somebody at the dashboard.

var errNotPossible = errors.New("stripetest: that is not possible now")

func (s *Server) act(ref string, do func(*intent) *answer) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.intents[ref]
	if i == nil || do(i) != nil {
		return errNotPossible
	}
	return nil
}

// Pay is the payer's app confirming with its client secret.
func (s *Server) Pay(clientSecret, method string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, i := range s.order {
		if i.secret() == clientSecret {
			if s.confirm(i, method) != nil {
				return errNotPossible
			}
			return nil
		}
	}
	return errNotPossible
}

// CaptureByHand, CancelByHand and RefundByHand are done at the dashboard.
func (s *Server) CaptureByHand(ref string) error { return s.act(ref, s.capture) }

func (s *Server) CancelByHand(ref string) error {
	return s.act(ref, func(i *intent) *answer { return s.cancel(i, "requested_by_customer") })
}

func (s *Server) RefundByHand(ref string) error { return s.act(ref, s.refund) }

// Totals is what the account did for one payment of a reservation.
type Totals struct {
	Ref, PaymentID, ReservationID string
	Status                        string
	Captured, Refunded            int64 // minor units
	Captures, Refunds             int
}

// Totals answers a line for each PaymentIntent, in the order they were made.
func (s *Server) Totals() []Totals {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Totals, 0, len(s.order))
	for _, i := range s.order {
		t := Totals{Ref: i.id, PaymentID: i.paymentID, ReservationID: i.reservationID, Status: i.status, Captured: i.received, Captures: i.captures, Refunds: i.refunds}
		if i.received > 0 {
			t.Refunded = i.refunded
		}
		all = append(all, t)
	}
	return all
}
