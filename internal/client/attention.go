package client

import (
	"context"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// Saga is a trip, an order or an import that needs attention: what failed, and what of it
// could not be undone.
type Saga struct {
	Machine   string       `json:"machine"` // trip, order or import
	ID        string       `json:"id"`
	Begun     time.Time    `json:"begun"`
	Failure   *SagaFailure `json:"failure,omitempty"`
	NotUndone []NotUndone  `json:"notUndone"`
}

// SagaFailure is the error of the step that failed first.
type SagaFailure struct {
	Error string `json:"error"`
	Cause string `json:"cause,omitempty"`
}

// NotUndone is something that stands: what a step made, or of an import how much there is.
type NotUndone struct {
	Step   string `json:"step,omitempty"`  // of a trip or an order
	Error  string `json:"error,omitempty"` // what its compensation gave up with
	Cause  string `json:"cause,omitempty"`
	What   string `json:"what,omitempty"` // of an import: apartments, chunks or parts
	Number int    `json:"number,omitempty"`
}

// NeedingAttention lists the sagas that need attention, of each machine the oldest first,
// at most booking.MaxPageSize. Refused with FORBIDDEN to a tenant.
func (c *Client) NeedingAttention(ctx context.Context) ([]Saga, error) {
	var data struct {
		Trips []struct {
			ID        string
			CreatedAt time.Time
			Failure   *SagaFailure
			NotUndone []struct{ Step, Reason string }
		}
		Orders []struct {
			ID        string
			PlacedAt  time.Time
			Failure   *SagaFailure
			NotUndone []NotUndone
		}
		Imports []struct {
			ID        string
			CreatedAt time.Time
			Failure   *SagaFailure
			Left      *ImportLeft
		}
	}
	if err := c.call(ctx, "NeedingAttention", map[string]any{"first": booking.MaxPageSize}, &data); err != nil {
		return nil, err
	}
	all := []Saga{}
	for _, t := range data.Trips {
		saga := Saga{Machine: "trip", ID: t.ID, Begun: t.CreatedAt, Failure: t.Failure, NotUndone: []NotUndone{}}
		for _, left := range t.NotUndone {
			saga.NotUndone = append(saga.NotUndone, NotUndone{Step: left.Step, Error: left.Reason})
		}
		all = append(all, saga)
	}
	for _, o := range data.Orders {
		all = append(all, Saga{Machine: "order", ID: o.ID, Begun: o.PlacedAt, Failure: o.Failure, NotUndone: o.NotUndone})
	}
	for _, i := range data.Imports {
		all = append(all, Saga{Machine: "import", ID: i.ID, Begun: i.CreatedAt, Failure: i.Failure, NotUndone: i.Left.notUndone()})
	}
	return all, nil
}

func (l *ImportLeft) notUndone() []NotUndone {
	all := []NotUndone{}
	if l == nil {
		return all
	}
	for _, of := range []NotUndone{{What: "apartment", Number: l.Apartments}, {What: "chunk", Number: l.Chunks}, {What: "part", Number: l.Parts}} {
		if of.Number > 0 {
			all = append(all, of)
		}
	}
	return all
}
