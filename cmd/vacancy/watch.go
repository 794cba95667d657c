package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/client"
)

func newWatch(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "watch RESERVATION",
		Short: "Count a hold down until it is paid or vacant again",
		Long: `Show how much time is left to pay, by the server's clock, until the reservation is
PAID or its apartment is VACANT again; then say which, and exit 0.

On a terminal one line is redrawn each second; otherwise a line is printed when
something changes and each ten seconds. With --json each change is a JSON object on a
line of its own. A server that is started again meanwhile is waited for.`,
		Example: `  vacancy watch res_0d9k1m6a2s5ug0o2qk7o5v1b3c`,
		Args:    oneArgument(aReservation),
		RunE:    func(command *cobra.Command, args []string) error { return p.watch(command.Context(), args[0]) },
	}
}

// Bounds of how often watch asks, and how long it puts up with no answer.
const (
	shortestPoll  = 100 * time.Millisecond
	longestPoll   = 5 * time.Second
	longestOutage = 2 * time.Minute
)

func (p *program) watch(ctx context.Context, id string) error {
	c, err := p.connect(booking.Tenant)
	if err != nil {
		return err
	}
	line := newCountdown(p)
	answered := p.now()
	for {
		r, err := c.Reservation(ctx, id)
		now := p.now()
		switch {
		case err == nil:
			answered = now
			line.learn(r, now)
		case !client.OutcomeUnknown(err) && !isUnreachable(err), now.Sub(answered) > longestOutage, line.known == nil, ctx.Err() != nil:
			line.end()
			return err
		default:
			line.note("no answer, asking again: " + err.Error())
		}
		if err == nil && !r.Live() {
			line.end()
			return p.tellEnd(ctx, c, r)
		}
		if err := line.show(ctx, now.Add(pollAfter(*line.known))); err != nil {
			line.end()
			return err
		}
	}
}

func pollAfter(r client.Reservation) time.Duration {
	return min(longestPoll, max(shortestPoll, time.Duration(r.PollAfter)*time.Millisecond))
}

func isUnreachable(err error) bool {
	var u *client.Unreachable
	return errors.As(err, &u)
}

// tellEnd says what became of the reservation and of its apartment.
func (p *program) tellEnd(ctx context.Context, c *client.Client, r client.Reservation) error {
	if p.global.json {
		return p.printJSON(r)
	}
	if r.Status == client.Paid {
		p.printf("PAID: the apartment %s is yours.\n", r.Apartment.ID)
		return nil
	}
	a, err := c.Apartment(ctx, r.Apartment.ID)
	if err != nil {
		return err
	}
	again := "is " + a.Status + " again"
	if a.Status != client.Vacant {
		again = "is " + a.Status + ": somebody else has it already"
	}
	p.printf("%s: the apartment %s %s.\n", r.Status, a.ID, again)
	return nil
}
