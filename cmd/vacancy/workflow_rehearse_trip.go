package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/app/rehearsal"
	"github.com/vacancy/vacancy/internal/saga/trip"
)

// runTypes are what --run-type may say of a trip.
func runTypes() []string {
	var names []string
	for _, r := range trip.RunTypes() {
		names = append(names, string(r))
	}
	return names
}

// rehearseTrip runs a trip with our own steps, on a store in memory.
func (p *program) rehearseTrip(ctx context.Context, d namedDefinition, f runFlags) error {
	in := trip.Sample()
	if f.input != "" {
		input, err := p.readJSON("--input", f.input)
		if err != nil {
			return err
		}
		if in, err = trip.ParseInput(input); err != nil {
			return usagef("--input: %w", err)
		}
	}
	if f.runType != "" {
		if err := oneOf("--run-type", f.runType, runTypes()); err != nil {
			return err
		}
		in.RunType = trip.RunType(f.runType)
	}
	mocked, err := p.mocks(d, f)
	if err != nil {
		return err
	}
	narrator := narrator{p: p, start: p.now()}
	result, err := rehearsal.Trip(ctx, d.Source, rehearsal.TripScript{
		Input: in, FailureRate: f.failureRate,
		Now: narrator.start, Rand: p.rand, Sleep: f.sleep(p), Observe: narrator.observe, Mock: mocked,
	})
	if err != nil {
		return unrehearsable(ctx, err)
	}
	return tellRehearsed(p, result.Result, f, narrator.steps, tripHoldingsOf(result), p.printTripHoldings)
}

// tripHoldings are what the store and the gateway hold of a trip in the end.
type tripHoldings struct {
	Trip          string      `json:"trip"`
	Failure       string      `json:"failure,omitempty"`
	Items         []string    `json:"items"` // that are there
	NotUndone     []string    `json:"notUndone"`
	Apartment     string      `json:"apartment,omitempty"`
	Payments      []moneyHeld `json:"payments"`
	Notifications []string    `json:"notifications"`
}

func tripHoldingsOf(r rehearsal.TripResult) tripHoldings {
	t := r.Trip
	h := tripHoldings{Trip: string(t.Status), Failure: reason(t.Failure.Error, t.Failure.Cause), Items: tripItems(t),
		NotUndone: []string{}, Payments: []moneyHeld{}, Notifications: []string{}}
	for _, left := range t.NotUndone {
		h.NotUndone = append(h.NotUndone, left.Step+": "+left.Reason)
	}
	if r.Apartment != nil {
		h.Apartment = string(r.Apartment.Status)
	}
	for _, m := range r.Money {
		h.Payments = append(h.Payments, moneyHeld{m.PaymentID, m.Authorized, m.Captured, m.Refunded, m.Voided, m.Currency})
	}
	for _, n := range r.Notifications {
		h.Notifications = append(h.Notifications, string(n.Kind))
	}
	return h
}

// tripItems tells each item that a trip has.
func tripItems(t trip.Trip) []string {
	items := []string{}
	if h := t.Hotel; h != nil {
		what := "hotel " + h.Name
		if h.ApartmentID != "" {
			what = "apartment " + h.ApartmentID
		}
		items = append(items, fmt.Sprintf("%s, %s", what, h.Status))
	}
	if f := t.Flight; f != nil {
		items = append(items, fmt.Sprintf("flight from %s to %s, %s", f.DepartCity, f.ArriveCity, f.Status))
	}
	if c := t.CarRental; c != nil {
		items = append(items, fmt.Sprintf("car rental %s, %s", c.Car, c.Status))
	}
	if p := t.Payment; p != nil {
		items = append(items, fmt.Sprintf("payment of %s, %s", p.Amount, p.Status))
	}
	return items
}

func (p *program) printTripHoldings(h tripHoldings) {
	p.printf("Trip           %s\n", h.Trip)
	if h.Failure != "" {
		p.printf("Why            %s\n", h.Failure)
	}
	if len(h.Items) == 0 {
		p.printf("Item           none\n")
	}
	for _, item := range h.Items {
		p.printf("Item           %s\n", item)
	}
	for _, left := range h.NotUndone {
		p.printf("Not undone     %s\n", left)
	}
	if h.Apartment != "" {
		p.printf("Apartment      %s\n", h.Apartment)
	}
	for _, m := range h.Payments {
		p.printf("Payment        %s: authorized %d, captured %d, refunded %d, voided %d (%s, minor units)\n", m.Payment, m.Authorized, m.Captured, m.Refunded, m.Voided, m.Currency)
	}
	for _, kind := range h.Notifications {
		p.printf("Notification   %s\n", kind)
	}
}

// addRunType is the flag by which a saga is asked to fail.
func (f *runFlags) addRunType(command *cobra.Command) {
	command.Flags().StringVar(&f.runType, "run-type", "", "trip, import: the failure to run into, such as failPayment or failCommit (default: that of --input, else success)")
	_ = command.RegisterFlagCompletionFunc("run-type", cobra.FixedCompletions(append(runTypes(), importRunTypes...), cobra.ShellCompDirectiveNoFileComp))
}
