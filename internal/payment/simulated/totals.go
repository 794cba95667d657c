package simulated

import "github.com/vacancy/vacancy/internal/booking"

// Totals is what the ledger adds up to for one payment. Amounts are in minor units of
// Currency.
type Totals struct {
	ReservationID string `json:"reservationId"`
	PaymentID     string `json:"paymentId"`
	Ref           string `json:"ref"`
	Currency      string `json:"currency"`
	Authorized    int64  `json:"authorized"`
	Captured      int64  `json:"captured"`
	Refunded      int64  `json:"refunded"`
	Voided        int64  `json:"voided"`   // of what was authorized
	Captures      int    `json:"captures"` // effective ones: 1 is right, 2 would be a theft
	Refunds       int    `json:"refunds"`
}

// Kept is what the merchant has of the payment: captured − refunded.
func (t Totals) Kept() int64 { return t.Captured - t.Refunded }

// Sum adds entries up, payment by payment, in the order of their first entries. It
// counts effects, not the payments' states, so it shows an effect that came twice.
func Sum(entries []Entry) []Totals {
	var sums []Totals
	at := map[string]int{} // ref → index in sums
	for _, e := range entries {
		if !e.Effective {
			continue
		}
		i, known := at[e.Ref]
		if !known {
			i = len(sums)
			at[e.Ref] = i
			sums = append(sums, Totals{ReservationID: e.ReservationID, PaymentID: e.PaymentID, Ref: e.Ref, Currency: e.Amount.Currency})
		}
		sums[i].add(e)
	}
	return sums
}

func (t *Totals) add(e Entry) {
	switch e.Operation {
	case Authorize:
		if e.After.Status != booking.Declined {
			t.Authorized += e.Amount.Amount
		}
	case Capture:
		t.Captured += e.Amount.Amount
		t.Captures++
	case Refund:
		t.Refunded += e.Amount.Amount
		t.Refunds++
	case Void:
		t.Voided += t.Authorized
	}
}
