package client

import (
	"context"
	"net/http"
	"time"
)

// Disagreement is a way in which reservation, apartment, execution and gateway do not say
// the same.
type Disagreement struct {
	Kind          string `json:"kind"`
	ReservationID string `json:"reservationId,omitempty"`
	ApartmentID   string `json:"apartmentId,omitempty"`
	Execution     string `json:"execution,omitempty"`
	Found         string `json:"found"`
	Remedy        string `json:"remedy"`
	ByHand        bool   `json:"byHand,omitempty"` // only a person can mend it
	Repaired      bool   `json:"repaired,omitempty"`
	Error         string `json:"error,omitempty"`
}

// Findings is what an examination has found.
type Findings struct {
	At            time.Time      `json:"at"`
	Reservations  int            `json:"reservations"`
	Apartments    int            `json:"apartments"`
	Executions    int            `json:"executions"`
	Asked         int            `json:"askedTheGateway"`
	Disagreements []Disagreement `json:"disagreements"`
	Unknown       int            `json:"unknown"` // payments about which the gateway did not answer
}

// Left answers how many disagreements are not mended.
func (f Findings) Left() (n int) {
	for _, d := range f.Disagreements {
		if !d.Repaired {
			n++
		}
	}
	return n
}

// Doctor examines whether reservations, apartments, executions and the gateway agree, and
// with repair mends what can be mended. It takes as long as it takes. Refused with FORBIDDEN
// to a tenant.
func (c *Client) Doctor(ctx context.Context, repair bool) (Findings, error) {
	method := http.MethodGet
	if repair {
		method = http.MethodPost
	}
	var found Findings
	err := c.retried(ctx, func() attempt {
		request, err := http.NewRequestWithContext(ctx, method, c.server+"/doctor", nil)
		if err != nil {
			return attempt{err: err}
		}
		request.Header.Set("Accept", "application/json")
		a, status := c.send(request)
		if status.err != nil {
			return status
		}
		return attempt{err: a.read(&found)}
	})
	return found, err
}
