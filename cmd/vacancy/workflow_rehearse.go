package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/app/rehearsal"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/diagram"
	"github.com/vacancy/vacancy/internal/workflow/trial"
)

// rehearsedMachine is the machine that can be run by its name: with our own steps, on
// a store in memory.
const rehearsedMachine = "reservation"

func (p *program) rehearse(ctx context.Context, d namedDefinition, f runFlags) error {
	if d.Name == app.OrderMachine {
		return p.rehearseOrder(ctx, d, f)
	}
	if d.Name == app.TripMachine {
		return p.rehearseTrip(ctx, d, f)
	}
	if d.Name == app.ImportMachine {
		return p.rehearseImport(ctx, d, f)
	}
	if d.Name != rehearsedMachine {
		return usagef("%s cannot be run by its name; give its definition's file, and mocks for its tasks", d.Name)
	}
	if f.input != "" {
		return usagef("--input is for a definition's file: %s makes its own, of the hold that it places", d.Name)
	}
	mocked, err := p.mocks(d, f)
	if err != nil {
		return err
	}
	narrator := narrator{p: p, start: p.now()}
	script := rehearsal.Script{
		Method: f.pay, PayAfter: f.payAfter, CancelAfter: f.cancelAfter, Window: f.paymentWindow,
		Now: narrator.start, Rand: p.rand, Sleep: f.sleep(p), Observe: narrator.observe, Tenant: narrator.tenant, Mock: mocked,
	}
	result, err := rehearsal.Reservation(ctx, d.Source, script)
	if err != nil {
		return unrunnable(ctx, err)
	}
	return tellRehearsed(p, result.Result, f, narrator.steps, holdingsOf(result), p.printHoldings)
}

// tellRehearsed tells what the store and the gateway hold in the end, and how the
// execution ended.
func tellRehearsed[H any](p *program, end trial.Result, f runFlags, steps []stepTaken, holdings H, print func(H)) error {
	if p.global.json {
		return p.tellResult(end, f.history, &rehearsed{Steps: steps, Holdings: holdings})
	}
	p.printf("\n")
	print(holdings)
	p.printf("\n")
	return p.tellResult(end, f.history, nil)
}

// unrehearsable tells why a saga could not be rehearsed: what the domain refuses is the
// input's fault.
func unrehearsable(ctx context.Context, err error) error {
	if booking.CodeOf(err) != "" {
		return usagef("--input: %w", err)
	}
	return unrunnable(ctx, err)
}

// rehearsed is what --json prints beside how the execution ended.
type rehearsed struct {
	Steps    []stepTaken `json:"steps"`
	Holdings any         `json:"store"`
}

// stepTaken is one line of the narration.
type stepTaken struct {
	After   float64 `json:"afterSeconds"` // since the hold was placed
	State   string  `json:"state"`        // "tenant" for what the tenant did
	Outcome string  `json:"outcome"`
}

// narrator tells each step as it is taken.
type narrator struct {
	p     *program
	start time.Time
	steps []stepTaken
}

func (n *narrator) observe(o trial.Observation) {
	switch o.Kind {
	case trial.TaskStarted:
		if o.Attempt > 0 {
			n.tell(o.At, o.State, fmt.Sprintf("retried, attempt %d", o.Attempt+1))
		}
	case trial.TaskSucceeded:
		n.tell(o.At, o.State, done(o.State))
	case trial.TaskSubmitted:
		n.tell(o.At, o.State, "waits to be called back")
	case trial.TaskFailed:
		n.tell(o.At, o.State, "failed: "+reason(o.Error, o.Cause))
	}
}

// tenant tells what the tenant did and was told.
func (n *narrator) tenant(a rehearsal.Answer) {
	outcome := a.Action + ": accepted"
	if a.Err != nil {
		outcome = a.Action + ": " + a.Err.Error()
	}
	n.tell(a.At, "tenant", outcome)
}

func (n *narrator) tell(at time.Time, state, outcome string) {
	after := at.Sub(n.start)
	n.steps = append(n.steps, stepTaken{after.Seconds(), state, outcome})
	if !n.p.global.json {
		n.p.printf("%9s  %-24s %s\n", after.Round(time.Millisecond), state, outcome)
	}
}

// done says of a step that compensates another that it has undone something.
func done(state string) string {
	if diagram.IsCompensation(state) {
		return "undone"
	}
	return "done"
}

// reason is an error and its cause; that of a function is the JSON of its answer.
func reason(name, cause string) string {
	var answered struct{ ErrorMessage string }
	if json.Unmarshal([]byte(cause), &answered) == nil && answered.ErrorMessage != "" {
		cause = answered.ErrorMessage
	}
	return strings.TrimSuffix(name+": "+cause, ": ")
}

// holdings are what the store and the gateway hold in the end.
type holdings struct {
	Apartment     string      `json:"apartment"`
	Reservation   string      `json:"reservation"`
	Payments      []moneyHeld `json:"payments"`
	Notifications []string    `json:"notifications"`
}

type moneyHeld struct {
	Payment    string `json:"payment"`
	Authorized int64  `json:"authorized"`
	Captured   int64  `json:"captured"`
	Refunded   int64  `json:"refunded"`
	Voided     int64  `json:"voided"`
	Currency   string `json:"currency"`
}

func holdingsOf(r rehearsal.Result) holdings {
	h := holdings{Apartment: string(r.Apartment.Status), Reservation: string(r.Reservation.Status), Payments: []moneyHeld{}, Notifications: []string{}}
	for _, t := range r.Money {
		h.Payments = append(h.Payments, moneyHeld{t.PaymentID, t.Authorized, t.Captured, t.Refunded, t.Voided, t.Currency})
	}
	for _, n := range r.Notifications {
		h.Notifications = append(h.Notifications, string(n.Kind))
	}
	return h
}

func (p *program) printHoldings(h holdings) {
	p.printf("Apartment      %s\n", h.Apartment)
	p.printf("Reservation    %s\n", h.Reservation)
	for _, m := range h.Payments {
		p.printf("Payment        %s: authorized %d, captured %d, refunded %d, voided %d (%s, minor units)\n", m.Payment, m.Authorized, m.Captured, m.Refunded, m.Voided, m.Currency)
	}
	for _, kind := range h.Notifications {
		p.printf("Notification   %s\n", kind)
	}
}
