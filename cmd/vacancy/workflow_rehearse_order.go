package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/app/rehearsal"
	"github.com/vacancy/vacancy/internal/carrier"
	"github.com/vacancy/vacancy/internal/saga/order"
)

// orderFlagsOfRun are what 'vacancy workflow run order' takes.
type orderFlagsOfRun struct {
	shipment      string
	shipmentAfter time.Duration
	failureRate   float64
}

// carrierAnswers are what --shipment may say.
var carrierAnswers = []string{"sent", "cancelled", "none"}

func (f *orderFlagsOfRun) add(command *cobra.Command) {
	flags := command.Flags()
	flags.StringVar(&f.shipment, "shipment", "sent", "order: what the carrier answers: sent, cancelled, or none")
	flags.DurationVar(&f.shipmentAfter, "shipment-after", carrier.DefaultAnswersAfter, "order: when the carrier answers, after it was asked")
	flags.Float64Var(&f.failureRate, "compensation-failure-rate", 0, "order, trip, import: share of the compensations that fail on purpose, 0 to 1")
	_ = command.RegisterFlagCompletionFunc("shipment", cobra.FixedCompletions(carrierAnswers, cobra.ShellCompDirectiveNoFileComp))
}

func (f *orderFlagsOfRun) check() error {
	switch {
	case f.shipmentAfter < 0:
		return usagef("--shipment-after must not be negative, it is %s", f.shipmentAfter)
	case !(f.failureRate >= 0 && f.failureRate <= 1):
		return usagef("--compensation-failure-rate must be from 0 to 1, it is %v", f.failureRate)
	}
	return oneOf("--shipment", f.shipment, carrierAnswers)
}

// rehearseOrder runs an order with our own steps, on a store in memory.
func (p *program) rehearseOrder(ctx context.Context, d namedDefinition, f runFlags) error {
	input, err := p.readJSON("--input", f.input)
	if err != nil {
		return err
	}
	request, err := order.ParseRequest(input)
	if err != nil {
		return usagef("--input: %w", err)
	}
	mocked, err := p.mocks(d, f)
	if err != nil {
		return err
	}
	narrator := narrator{p: p, start: p.now()}
	script := rehearsal.OrderScript{
		Request: request, AnswerAfter: f.shipmentAfter, FailureRate: f.failureRate,
		Now: narrator.start, Rand: p.rand, Sleep: f.sleep(p), Observe: narrator.observe, Mock: mocked,
	}
	if f.shipment != "none" {
		script.Answer = order.ShipmentStatus(strings.ToUpper(f.shipment))
	}
	result, err := rehearsal.Order(ctx, d.Source, script)
	if err != nil {
		return unrehearsable(ctx, err)
	}
	return tellRehearsed(p, result.Result, f, narrator.steps, orderHoldingsOf(result), p.printOrderHoldings)
}

// orderHoldings are what the store and the gateway hold of an order in the end.
type orderHoldings struct {
	Order         string      `json:"order"`
	Failure       string      `json:"failure,omitempty"`
	Items         []string    `json:"items"` // that are there
	NotUndone     []string    `json:"notUndone"`
	Payments      []moneyHeld `json:"payments"`
	Notifications []string    `json:"notifications"`
}

func orderHoldingsOf(r rehearsal.OrderResult) orderHoldings {
	h := orderHoldings{Order: string(r.Order.Status), Items: []string{}, NotUndone: []string{}, Payments: []moneyHeld{}, Notifications: []string{}}
	if f := r.Order.Failure; f != nil {
		h.Failure = strings.TrimPrefix(fmt.Sprintf("%s: %s", f.Step, f), ": ")
	}
	if c := r.Order.Content; c != nil {
		item := "order"
		if c.Total != nil {
			item += " over " + c.Total.String()
		}
		if c.Card != nil && c.Card.Last4 != "" {
			item += ", card …" + c.Card.Last4
		}
		h.Items = append(h.Items, item)
	}
	if payment := r.Order.Payment; payment != nil {
		h.Items = append(h.Items, fmt.Sprintf("payment %s of %s", payment.Status, payment.Amount))
	}
	if s := r.Order.Shipment; s != nil {
		h.Items = append(h.Items, fmt.Sprintf("shipment %s to %s", s.Status, s.Address))
	}
	for _, n := range r.Order.NotUndone {
		h.NotUndone = append(h.NotUndone, fmt.Sprintf("%s gave up: %s", n.Compensation, n.Failure))
	}
	for _, t := range r.Money {
		h.Payments = append(h.Payments, moneyHeld{t.PaymentID, t.Authorized, t.Captured, t.Refunded, t.Voided, t.Currency})
	}
	for _, n := range r.Notifications {
		h.Notifications = append(h.Notifications, string(n.Kind))
	}
	return h
}

func (p *program) printOrderHoldings(h orderHoldings) {
	p.printf("Order          %s\n", h.Order)
	if h.Failure != "" {
		p.printf("Why            %s\n", h.Failure)
	}
	if len(h.Items) == 0 {
		p.printf("Item           none\n")
	}
	for _, item := range h.Items {
		p.printf("Item           %s\n", item)
	}
	for _, n := range h.NotUndone {
		p.printf("Not undone     %s\n", n)
	}
	for _, m := range h.Payments {
		p.printf("Payment        %s: authorized %d, captured %d, refunded %d, voided %d (%s, minor units)\n", m.Payment, m.Authorized, m.Captured, m.Refunded, m.Voided, m.Currency)
	}
	for _, kind := range h.Notifications {
		p.printf("Notification   %s\n", kind)
	}
}
