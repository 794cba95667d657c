package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/client"
	"github.com/vacancy/vacancy/internal/saga/trip"
)

const aTrip = "a trip's id, as 'vacancy trip book' prints it"

func newTrip(p *program) *cobra.Command {
	return group(&cobra.Command{
		Use:   "trip",
		Short: "Book a trip and see what becomes of it",
		Long: `Book a trip: a flight with a hotel, a car rental or both is reserved, paid for and
confirmed, or nothing of it is left. 'vacancy trip show' tells how far it is; 'vacancy
trip resume' tries again what could not be undone.`,
		Example: `  vacancy trip book --run-type failPayment
  vacancy trip show trip_1
  vacancy trip resume trip_1`,
	}, newTripBook(p), newTripShow(p), newTripResume(p))
}

type bookFlags struct {
	input, apartment, runType, method, key string
	wait                                   time.Duration
	quiet                                  bool
}

func newTripBook(p *program) *cobra.Command {
	var f bookFlags
	command := &cobra.Command{
		Use:   "book",
		Short: "Book a trip",
		Long: `Book a trip and wait until it is booked or undone. --input has the trip as clients of
this pattern send it ("depart_city", "hotel", "rental", …); without it a sample is
booked. With --apartment the lodging is one of our apartments: it is held, paid for
and confirmed with the trip. --run-type makes a step fail, to be seen undone; servers
in production refuse it.`,
		Example: `  vacancy trip book
  vacancy trip book --input trip.json --wait 0
  vacancy trip book --apartment "$(vacancy apartments --status vacant --first 1 --quiet)"
  vacancy trip book --run-type failCarRentalConfirmation`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error { return p.bookTrip(command.Context(), f) },
	}
	flags := command.Flags()
	flags.StringVar(&f.input, "input", "", `file with the trip, a JSON object; "-" is standard input (default: a sample)`)
	flags.StringVar(&f.apartment, "apartment", "", "id of the apartment of ours to stay in")
	flags.StringVar(&f.runType, "run-type", "", "the failure to run into, such as failPayment (default: success)")
	flags.StringVar(&f.method, "method", "", "payment method (default: the server's)")
	flags.StringVar(&f.key, "key", "", "idempotency key; the same one again books nothing more (default: a new one)")
	flags.DurationVar(&f.wait, "wait", 30*time.Second, "how long to wait until it has ended; 0: not at all")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "print the trip's id alone")
	_ = command.MarkFlagFilename("input", "json")
	_ = command.RegisterFlagCompletionFunc("run-type", cobra.FixedCompletions(runTypes(), cobra.ShellCompDirectiveNoFileComp))
	return command
}

func (p *program) bookTrip(ctx context.Context, f bookFlags) error {
	if f.wait < 0 {
		return usagef("--wait must not be negative, it is %s", f.wait)
	}
	in, err := p.tripInput(f)
	if err != nil {
		return err
	}
	request, err := in.Request()
	if err != nil {
		return usagef("the trip: %s", refusalMessage(err))
	}
	if f.key == "" {
		f.key = p.newKey()
	}
	c, err := p.connect(booking.Tenant)
	if err != nil {
		return err
	}
	t, err := c.BookTrip(ctx, bookTripInput(request, f.key))
	if err != nil {
		if client.OutcomeUnknown(err) && !p.global.json {
			p.notef("It is not known whether the order arrived; to repeat it and book nothing twice, add --key %s\n", f.key)
		}
		return err
	}
	if t, err = p.endedTrip(ctx, c, t, f.wait); err != nil {
		return err
	}
	if f.quiet {
		p.printf("%s\n", t.ID)
	} else if err := p.printTrip(t); err != nil {
		return err
	}
	switch status := trip.Status(t.Status); {
	case status == trip.Failed, status == trip.NeedsAttention:
		return &client.Refusal{Code: t.Status, Message: "the trip " + t.ID + " was not booked: " + tripFailureLine(t)}
	case f.wait > 0 && !status.Ended():
		return errors.New("it has not ended yet; ask again with 'vacancy trip show " + t.ID + "'")
	}
	return nil
}

// tripInput is the trip of --input, or the sample, with what the flags say.
func (p *program) tripInput(f bookFlags) (trip.Input, error) {
	in := trip.Sample()
	if f.input != "" {
		content, err := p.readJSON("--input", f.input)
		if err != nil {
			return in, err
		}
		if in, err = trip.ParseInput(content); err != nil {
			return in, usagef("--input: %s", refusalMessage(err))
		}
	}
	if f.runType != "" {
		if err := oneOf("--run-type", f.runType, runTypes()); err != nil {
			return in, err
		}
		in.RunType = trip.RunType(f.runType)
	}
	if f.apartment != "" {
		in.ApartmentID, in.Hotel = f.apartment, ""
	}
	if f.method != "" {
		in.PaymentMethod = f.method
	}
	return in, nil
}

// graphRunTypes are the run types by their names in the API.
var graphRunTypes = map[trip.RunType]string{
	trip.FailHotelReservation: "FAIL_HOTEL_RESERVATION", trip.FailFlightsReservation: "FAIL_FLIGHT_RESERVATION",
	trip.FailCarRentalReservation: "FAIL_CAR_RENTAL_RESERVATION", trip.FailPayment: "FAIL_PAYMENT",
	trip.FailHotelConfirmation: "FAIL_HOTEL_CONFIRMATION", trip.FailFlightsConfirmation: "FAIL_FLIGHT_CONFIRMATION",
	trip.FailCarRentalConfirm: "FAIL_CAR_RENTAL_CONFIRMATION",
}

// bookTripInput is the mutation's input for a request.
func bookTripInput(r trip.Request, key string) map[string]any {
	input := map[string]any{
		"idempotencyKey": key,
		"flight":         map[string]any{"departCity": r.DepartCity, "departTime": r.DepartTime, "arriveCity": r.ArriveCity, "arriveTime": r.ArriveTime},
		"amount":         client.Money{Amount: r.Amount.Amount, Currency: r.Amount.Currency},
	}
	if l := r.Lodging; l != nil {
		if l.ApartmentID != "" {
			input["apartmentId"] = l.ApartmentID
		}
		if !l.CheckIn.IsZero() {
			hotel := map[string]any{"checkIn": l.CheckIn, "checkOut": l.CheckOut}
			if l.Hotel != "" {
				hotel["name"] = l.Hotel
			}
			input["hotel"] = hotel
		}
	}
	if c := r.Car; c != nil {
		input["carRental"] = map[string]any{"car": c.Name, "from": c.From, "to": c.To}
	}
	if r.PaymentMethod != "" {
		input["paymentMethod"] = r.PaymentMethod
	}
	if name := graphRunTypes[r.Failing]; name != "" {
		input["runType"] = name
	}
	return input
}

// endedTrip asks for the trip until nothing more happens by itself, at most for so long.
func (p *program) endedTrip(ctx context.Context, c *client.Client, t client.Trip, most time.Duration) (client.Trip, error) {
	const pause = 200 * time.Millisecond
	for end := p.now().Add(most); !trip.Status(t.Status).Ended() && p.now().Before(end); {
		err := p.wait(ctx, pause)
		if err == nil {
			t, err = c.Trip(ctx, t.ID)
		}
		if err != nil {
			return t, err
		}
	}
	return t, nil
}

func newTripShow(p *program) *cobra.Command {
	return &cobra.Command{
		Use:     "show TRIP",
		Short:   "Show a trip and what happened to it",
		Long:    `Show a trip: its status, its items and what happened to it.`,
		Example: `  vacancy trip show trip_1`,
		Args:    oneArgument(aTrip),
		RunE: func(command *cobra.Command, args []string) error {
			c, err := p.connect(booking.Tenant)
			if err != nil {
				return err
			}
			t, err := c.Trip(command.Context(), args[0])
			if err != nil {
				return err
			}
			return p.printTrip(t)
		},
	}
}

func newTripResume(p *program) *cobra.Command {
	return newResume(p, "trip", aTrip, "trip_1", func(ctx context.Context, c *client.Client, id string) error {
		t, err := c.ResumeTrip(ctx, id)
		if err != nil {
			return err
		}
		return p.printTrip(t)
	})
}

// printTrip prints a trip with its items and its timeline.
func (p *program) printTrip(t client.Trip) error {
	if p.global.json {
		return p.printJSON(t)
	}
	p.printf("Trip       %s\nStatus     %s\n", t.ID, t.Status)
	if t.Failure != nil {
		p.printf("Why        %s\n", tripFailureLine(t))
	}
	if h := t.Hotel; h != nil {
		what := h.Name
		if h.Reservation != nil {
			what = "apartment " + h.Reservation.Apartment.ID
		}
		p.printf("Hotel      %s, %s\n", what, strings.ToLower(h.TransactionStatus))
	}
	if f := t.Flight; f != nil {
		p.printf("Flight     %s to %s, %s, %s\n", f.DepartCity, f.ArriveCity, formatTime(f.DepartTime), strings.ToLower(f.TransactionStatus))
	}
	if c := t.CarRental; c != nil {
		p.printf("Car        %s, %s\n", c.Car, strings.ToLower(c.TransactionStatus))
	}
	if m := t.Payment; m != nil {
		p.printf("Payment    %s, %s\n", formatMoney(m.Amount), strings.ToLower(m.TransactionStatus))
	}
	for _, left := range t.NotUndone {
		p.printf("Not undone %s: %s\n", left.Step, left.Reason)
	}
	for _, e := range t.Timeline {
		line := formatTime(e.At) + "  " + e.Kind
		if e.Amount != nil {
			line += "  " + formatMoney(*e.Amount)
		}
		if e.Note != "" {
			line += "  " + e.Note
		}
		p.printf("           %s\n", line)
	}
	return nil
}

func tripFailureLine(t client.Trip) string {
	if t.Failure == nil {
		return "it does not say why"
	}
	return strings.TrimSuffix(t.Failure.Error+": "+t.Failure.Cause, ": ")
}
