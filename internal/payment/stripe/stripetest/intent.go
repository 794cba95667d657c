package stripetest

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Payment methods that behave differently. Their names are those of Stripe's test mode.
const (
	Visa           = "pm_card_visa"
	Declined       = "pm_card_visa_chargeDeclined"
	Authentication = "pm_card_authenticationRequired"
)

// Statuses of a PaymentIntent.
const (
	requiresPaymentMethod = "requires_payment_method"
	requiresAction        = "requires_action"
	requiresCapture       = "requires_capture"
	succeeded             = "succeeded"
	canceled              = "canceled"
)

type intent struct {
	id, paymentID, reservationID string
	amount                       int64
	currency                     string
	status                       string
	created, charged, canceledAt time.Time
	received, refunded           int64
	reason                       string    // of the cancellation
	last                         *apiError // the payment error
	captures, refunds            int
}

// body is the PaymentIntent as the API shows it, its charge expanded.
func (i *intent) body() map[string]any {
	capturable := int64(0)
	if i.status == requiresCapture {
		capturable = i.amount
	}
	b := map[string]any{"id": i.id, "object": "payment_intent", "amount": i.amount, "amount_capturable": capturable, "amount_received": i.received,
		"currency": i.currency, "status": i.status, "capture_method": "manual", "client_secret": i.secret(), "created": i.created.Unix(),
		"metadata":    map[string]string{"reservation_id": i.reservationID, "payment_id": i.paymentID},
		"canceled_at": nil, "latest_charge": nil, "livemode": false, "payment_method": nil, "next_action": nil}
	if i.reason != "" {
		b["cancellation_reason"], b["canceled_at"] = i.reason, i.canceledAt.Unix()
	}
	if i.last != nil {
		b["last_payment_error"] = i.last
	}
	if !i.charged.IsZero() {
		b["latest_charge"] = map[string]any{"id": "ch_" + strings.TrimPrefix(i.id, "pi_"), "object": "charge", "amount": i.amount, "amount_captured": i.received,
			"amount_refunded": i.refunded, "captured": i.received > 0, "created": i.charged.Unix(), "payment_intent": i.id, "refunded": i.received > 0 && i.refunded == i.received}
	}
	return b
}

func (i *intent) secret() string { return i.id + "_secret_x" }

// execute does what a call asks for. The server is locked.
func (s *Server) execute(c Call, form url.Values) answer {
	switch c.Operation {
	case Create:
		return s.create(form)
	case List:
		return s.list(form)
	case Search:
		return s.search(form)
	}
	i := s.intents[c.Ref]
	if i == nil {
		return failed(http.StatusNotFound, apiError{Type: "invalid_request_error", Code: "resource_missing", Message: "No such payment_intent: '" + c.Ref + "'"})
	}
	var refusal *answer
	switch c.Operation {
	case Retrieve:
	case Confirm:
		refusal = s.confirm(i, form.Get("payment_method"))
	case Capture:
		refusal = s.capture(i)
	case Cancel:
		refusal = s.cancel(i, form.Get("cancellation_reason"))
	case Refund:
		if refusal = s.refund(i); refusal == nil {
			return ok(map[string]any{"id": fmt.Sprintf("re_%d", len(s.events)), "object": "refund", "amount": i.refunded, "payment_intent": i.id, "status": "succeeded"})
		}
	default:
		return failed(http.StatusNotFound, apiError{Type: "invalid_request_error", Message: "Unrecognized request URL"})
	}
	if refusal != nil {
		return *refusal
	}
	return ok(i.body())
}

func (s *Server) create(form url.Values) answer {
	amount, err := strconv.ParseInt(form.Get("amount"), 10, 64)
	if err != nil || amount < 1 {
		return invalid("the amount must be positive")
	}
	i := &intent{id: fmt.Sprintf("pi_%s%06d", s.name, len(s.order)+1), amount: amount, currency: form.Get("currency"), status: requiresPaymentMethod, created: s.now(),
		paymentID: form.Get("metadata[payment_id]"), reservationID: form.Get("metadata[reservation_id]")}
	if form.Get("capture_method") != "manual" || len(i.currency) != 3 || i.currency != strings.ToLower(i.currency) {
		return invalid("capture_method %q, currency %q", form.Get("capture_method"), i.currency)
	}
	s.intents[i.id] = i
	s.order = append(s.order, i)
	s.happened("payment_intent.created", i)
	return ok(i.body())
}

func unexpected(i *intent, doing string) *answer {
	a := failed(http.StatusBadRequest, apiError{Type: "invalid_request_error", Code: "payment_intent_unexpected_state",
		Message: "You cannot " + doing + " this PaymentIntent because it has a status of " + i.status, PaymentIntent: i.body()})
	return &a
}

func (s *Server) confirm(i *intent, method string) *answer {
	if i.status != requiresPaymentMethod && i.status != requiresAction {
		return unexpected(i, "confirm")
	}
	switch method {
	case Visa:
		i.status, i.charged, i.last = requiresCapture, s.now(), nil
		s.happened("payment_intent.amount_capturable_updated", i)
	case Authentication:
		i.status = requiresAction
		s.happened("payment_intent.requires_action", i)
	case Declined:
		i.status = requiresPaymentMethod
		i.last = &apiError{Type: "card_error", Code: "card_declined", DeclineCode: "generic_decline", Message: "Your card was declined."}
		s.happened("payment_intent.payment_failed", i)
		said := *i.last
		said.PaymentIntent = i.body()
		a := failed(http.StatusPaymentRequired, said)
		return &a
	default:
		a := failed(http.StatusBadRequest, apiError{Type: "invalid_request_error", Code: "resource_missing", Message: "No such PaymentMethod"})
		return &a
	}
	return nil
}

func (s *Server) capture(i *intent) *answer {
	if i.status != requiresCapture {
		return unexpected(i, "capture")
	}
	i.status, i.received, i.captures = succeeded, i.amount, i.captures+1
	s.happened("payment_intent.succeeded", i)
	return nil
}

func (s *Server) cancel(i *intent, reason string) *answer {
	if i.status == canceled || i.status == succeeded {
		return unexpected(i, "cancel")
	}
	if i.status == requiresCapture {
		i.refunded = i.amount
	}
	i.status, i.reason, i.canceledAt = canceled, reason, s.now()
	s.happened("payment_intent.canceled", i)
	return nil
}

func (s *Server) refund(i *intent) *answer {
	if i.status != succeeded || i.refunded == i.received {
		a := failed(http.StatusBadRequest, apiError{Type: "invalid_request_error", Code: "charge_already_refunded"})
		return &a
	}
	i.refunded, i.refunds = i.received, i.refunds+1
	s.happened("charge.refunded", i)
	return nil
}

// pageSize bounds a page of a list, as Stripe does.
const pageSize = 100

func (s *Server) list(form url.Values) answer {
	from, _ := strconv.ParseInt(form.Get("created[gte]"), 10, 64)
	return s.page(form.Get("starting_after"), func(i *intent) bool { return i.created.Unix() >= from }, false)
}

func (s *Server) search(form url.Values) answer {
	wanted, found := strings.CutPrefix(form.Get("query"), "metadata['payment_id']:'")
	if !found {
		return invalid("the query %q", form.Get("query"))
	}
	wanted = strings.ReplaceAll(strings.TrimSuffix(wanted, "'"), `\'`, "'")
	return s.page("", func(i *intent) bool { return i.paymentID == wanted }, true)
}

// page is one page, newest first.
func (s *Server) page(after string, wanted func(*intent) bool, search bool) answer {
	data, more, past := []any{}, false, after == ""
	for n := len(s.order) - 1; n >= 0; n-- {
		i := s.order[n]
		if !past {
			past = i.id == after
			continue
		}
		if !wanted(i) {
			continue
		}
		if more = len(data) == pageSize; more {
			break
		}
		data = append(data, i.body())
	}
	object := "list"
	if search {
		object = "search_result"
	}
	return ok(map[string]any{"object": object, "data": data, "has_more": more, "url": "/v1/payment_intents"})
}
