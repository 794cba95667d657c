package main

import (
	"context"
	"time"

	"github.com/vacancy/vacancy/internal/client"
)

// countdown shows the time left of a hold: as one redrawn line on a terminal, as a
// line for each change and each ten seconds elsewhere, as JSON for programs.
type countdown struct {
	p        *program
	terminal bool
	known    *client.Reservation
	ahead    time.Duration // how far the server's clock is ahead of ours
	shown    string        // status and deadline last printed
	printed  time.Time     // when
	drawn    bool          // the terminal's line is to be ended
}

const plainEvery = 10 * time.Second

func newCountdown(p *program) *countdown {
	return &countdown{p: p, terminal: isTerminal(p.out) && !p.global.json}
}

// learn takes an answer of the server's that arrived at now.
func (c *countdown) learn(r client.Reservation, now time.Time) {
	c.known, c.ahead = &r, r.ServerTime.Sub(now)
}

// left is how long until the deadline, by the server's clock.
func (c *countdown) left(now time.Time) time.Duration {
	return c.known.HoldExpiresAt.Sub(now.Add(c.ahead))
}

// show shows the countdown until the time comes to ask again; while a hold runs that
// is no later than its deadline.
func (c *countdown) show(ctx context.Context, until time.Time) error {
	for {
		now := c.p.now()
		if left := c.left(now); c.known.Status == client.Held && left > 0 && now.Add(left).Before(until) {
			until = now.Add(left)
		}
		if err := c.draw(now); err != nil {
			return err
		}
		pause := until.Sub(now)
		if pause <= 0 {
			return nil
		}
		if c.terminal {
			pause = min(pause, c.nextSecond(now))
		}
		if err := c.p.wait(ctx, pause); err != nil {
			return err
		}
	}
}

// nextSecond is how long until the number on the terminal changes.
func (c *countdown) nextSecond(now time.Time) time.Duration {
	if rest := c.left(now) % time.Second; rest > 0 {
		return rest
	}
	return time.Second
}

func (c *countdown) draw(now time.Time) error {
	if c.terminal {
		c.p.printf("\r\x1b[K%s", c.text(now))
		c.drawn = true
		return nil
	}
	state := c.known.Status + c.known.HoldExpiresAt.String()
	switch {
	case c.p.global.json && state != c.shown:
		c.shown = state
		return c.p.printJSON(c.known)
	case !c.p.global.json && (state != c.shown || now.Sub(c.printed) >= plainEvery):
		c.shown, c.printed = state, now
		c.p.printf("%s\n", c.text(now))
	}
	return nil
}

func (c *countdown) text(now time.Time) string {
	if c.known.Status != client.Held {
		return c.known.Status + "  capturing the payment"
	}
	text := client.Held + "  " + formatLeft(c.left(now)) + " left to pay"
	if payment := c.known.Payment; payment != nil && payment.Status != "PENDING" {
		text += ", payment " + paymentLine(*payment)
	}
	return text
}

// note tells something that is no state of the reservation.
func (c *countdown) note(text string) {
	c.end()
	c.p.notef("%s\n", text)
}

// end ends the line on the terminal.
func (c *countdown) end() {
	if c.drawn {
		c.p.printf("\n")
		c.drawn = false
	}
}
