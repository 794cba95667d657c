package simulated

import "slices"

// A Method is a payment method that the gateway accepts, and what it makes happen.
type Method struct {
	Name string
	Does string // one line, for people

	declineCode       string // authorizing is declined with this code
	slow              bool   // authorizing takes Options.SlowFor
	loseAuthorization bool   // the first answer to authorizing under a key is lost
	refuseCapture     bool
	loseCapture       bool // the first answer to capturing under a key is lost
	captureSilence    silence
	returnSilence     silence
}

// silence says for how long a gateway that did as told does not answer about it.
type silence int

const (
	answers silence = iota
	forAWhile
	forEver
)

var methods = []Method{
	{Name: "pm_ok", Does: "everything works"},
	{Name: "pm_declined", Does: "the bank declines: card_declined", declineCode: "card_declined"},
	{Name: "pm_insufficient_funds", Does: "the bank declines: insufficient_funds", declineCode: "insufficient_funds"},
	{Name: "pm_slow", Does: "the authorization takes longer than a request wants to wait (2 s unless configured), and happens even if nobody waits for it", slow: true},
	{Name: "pm_timeout_then_ok", Does: "the authorization happens, its answer is lost once; asking again shows it", loseAuthorization: true},
	{Name: "pm_timeout_then_declined", Does: "the bank declines and the answer is lost once; asking again shows it", declineCode: "card_declined", loseAuthorization: true},
	{Name: "pm_capture_fails", Does: "authorizes; the capture is refused", refuseCapture: true},
	{Name: "pm_capture_timeout_then_ok", Does: "authorizes; the capture happens, its answer is lost once", loseCapture: true},
	{Name: "pm_capture_timeout_then_fails", Does: "authorizes; the capture is refused and the answer lost once; asking shows that nothing was captured", refuseCapture: true, loseCapture: true},
	{Name: "pm_capture_outage", Does: "authorizes; the capture happens, then the gateway answers nothing about it for a while (10 s unless configured)", captureSilence: forAWhile},
	{Name: "pm_capture_unknown", Does: "authorizes; whether the capture happened is never answered", captureSilence: forEver},
	{Name: "pm_return_outage", Does: "works; voiding or refunding happens, then the gateway answers nothing about it for a while (10 s unless configured)", returnSilence: forAWhile},
}

// Methods lists the payment methods, in the order in which to show them.
func Methods() []Method { return slices.Clone(methods) }

// methodNamed answers the method of that name, or that a token of Cards stands for.
func methodNamed(name string) (Method, bool) {
	name = untokened(name)
	for _, m := range methods {
		if m.Name == name {
			return m, true
		}
	}
	return Method{}, false
}
