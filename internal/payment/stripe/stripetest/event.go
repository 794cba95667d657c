package stripetest

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/stripe/stripe-go/v84/webhook"
)

// Event is something that happened, as a webhook tells it: with the object as it then was.
type Event struct {
	ID, Type string
	Ref      string // of the PaymentIntent
	Payload  []byte // what is delivered
}

// happened notes an event. The server is locked.
func (s *Server) happened(kind string, i *intent) {
	object := i.body()
	if kind == "charge.refunded" {
		object, _ = object["latest_charge"].(map[string]any)
	}
	e := Event{ID: fmt.Sprintf("evt_%s%06d", s.name, len(s.events)+1), Type: kind, Ref: i.id}
	payload, err := json.Marshal(map[string]any{"id": e.ID, "object": "event", "type": kind, "api_version": "2020-08-27", "created": s.now().Unix(),
		"livemode": false, "pending_webhooks": 1, "data": map[string]any{"object": object}})
	if err != nil {
		panic(err) // it has strings, numbers and maps only
	}
	e.Payload = payload
	s.events = append(s.events, e)
}

// Events answers what has happened, in order.
func (s *Server) Events() []Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Event(nil), s.events...)
}

// Sign answers the Stripe-Signature header of a payload, signed at a moment.
func Sign(payload []byte, secret string, at time.Time) string {
	return webhook.GenerateTestSignedPayload(&webhook.UnsignedPayload{Payload: payload, Secret: secret, Timestamp: at}).Header
}
