package client

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"
)

// Notification is a message of a workflow's. Managers and operators see them.
type Notification struct {
	ID          string          `json:"id"`
	Kind        string          `json:"kind"`
	Tenant      string          `json:"tenant"`
	Subject     string          `json:"subject"`
	Message     json.RawMessage `json:"message"`
	At          time.Time       `json:"at"`
	Attempts    int             `json:"attempts"`
	LastError   string          `json:"lastError,omitempty"`
	DeliveredAt time.Time       `json:"deliveredAt,omitzero"` // zero until somebody took it
}

// Notifications answers the latest ones. Refused with FORBIDDEN to a tenant.
func (c *Client) Notifications(ctx context.Context) ([]Notification, error) {
	var all []Notification
	err := c.get(ctx, "/notifications", &all)
	return all, err
}

// LedgerTotals is what the simulated payment gateway's ledger adds up to for one
// payment, in minor units of its currency.
type LedgerTotals struct {
	ReservationID string `json:"reservationId"`
	PaymentID     string `json:"paymentId"`
	Ref           string `json:"ref"` // the gateway's own id
	Currency      string `json:"currency"`
	Authorized    int64  `json:"authorized"`
	Captured      int64  `json:"captured"`
	Refunded      int64  `json:"refunded"`
	Voided        int64  `json:"voided"`
	Captures      int    `json:"captures"`
	Refunds       int    `json:"refunds"`
}

// Ledger answers a line for each payment of a reservation, none for a reservation that
// the gateway never heard of. Refused with FORBIDDEN to a tenant.
func (c *Client) Ledger(ctx context.Context, reservationID string) ([]LedgerTotals, error) {
	var totals []LedgerTotals
	err := c.get(ctx, "/ledger/"+url.PathEscape(reservationID), &totals)
	return totals, err
}

// get reads a route that answers JSON.
func (c *Client) get(ctx context.Context, path string, out any) error {
	return c.retried(ctx, func() attempt {
		once, cancel := context.WithTimeout(ctx, c.timeout)
		defer cancel()
		request, err := http.NewRequestWithContext(once, http.MethodGet, c.server+path, nil)
		if err != nil {
			return attempt{err: err}
		}
		request.Header.Set("Accept", "application/json")
		a, status := c.send(request)
		if status.err != nil {
			return status
		}
		return attempt{err: a.read(out)}
	})
}
