package stripe

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	sdk "github.com/stripe/stripe-go/v84"
)

const (
	// WebhookTolerance is how old, or how far in the future, a signature may be.
	WebhookTolerance = 300 * time.Second
	// maxEvent bounds an event, in bytes. One about a PaymentIntent has some five thousand.
	maxEvent = 256 << 10
	// webhookTime bounds what an event may take. Stripe waits some ten seconds and then
	// delivers it again, as it does after any answer that is no 2xx, for three days.
	webhookTime = 8 * time.Second
)

// WebhookPath is where Stripe posts its events.
const WebhookPath = "/webhooks/stripe"

// Webhook is the handler of POST WebhookPath. It answers 400 to what Stripe has not
// signed over these very bytes within WebhookTolerance, 503 to what could not be seen to now
// (Stripe delivers it again), and otherwise 204, also to an event that is about nothing here.
//
// Of an event it believes which PaymentIntent it is about, and nothing else.
type Webhook struct {
	// Secrets are the endpoint's signing secrets; any of them will do.
	Secrets []string
	// Handle sees to what happened to the PaymentIntent of this id. It is called again when
	// an event is delivered again.
	Handle func(ctx context.Context, eventID, ref string) error
	// Now is the clock, UTC.
	Now func() time.Time
	Log *slog.Logger
}

func (h Webhook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	payload, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxEvent))
	if err != nil {
		http.Error(w, "the event could not be read, or is larger than 256 KiB", http.StatusBadRequest)
		return
	}
	e, err := h.verified(payload, r.Header.Values("Stripe-Signature"))
	if err != nil {
		h.Log.WarnContext(r.Context(), "webhook refused", "reason", err.Error(), "bytes", len(payload))
		http.Error(w, "the signature is not Stripe's over this body, or is too old", http.StatusBadRequest)
		return
	}
	ref := e.paymentIntent()
	if !isID(paymentIntent, ref) {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), webhookTime)
	defer cancel()
	if err := h.Handle(ctx, e.ID, ref); err != nil {
		h.Log.WarnContext(r.Context(), "webhook not seen to; Stripe delivers it again", "event", e.ID, "type", e.Type, "payment", ref, "error", err)
		http.Error(w, "not now; deliver it again", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// event is what is read of an event.
type event struct {
	ID     string `json:"id"`
	Object string `json:"object"`
	Type   string `json:"type"`
	Data   struct {
		Object struct {
			ID            string          `json:"id"`
			Object        string          `json:"object"`
			PaymentIntent json.RawMessage `json:"payment_intent"` // of a charge, a refund or a dispute: an id, or expanded
		} `json:"object"`
	} `json:"data"`
}

// paymentIntent answers the id of the PaymentIntent that the event is about, or "".
func (e event) paymentIntent() string {
	if e.Data.Object.Object == "payment_intent" {
		return e.Data.Object.ID
	}
	var id string
	if json.Unmarshal(e.Data.Object.PaymentIntent, &id) == nil {
		return id
	}
	var expanded struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(e.Data.Object.PaymentIntent, &expanded)
	return expanded.ID
}

var (
	errUnsigned = errors.New("there is not exactly one Stripe-Signature header")
	errForged   = errors.New("no signature matches, or the timestamp is older than the tolerance")
	errFuture   = errors.New("the timestamp is in the future")
	errNoEvent  = errors.New("the body is no event")
)

// verified answers the event if one of the secrets has signed these bytes. Only then is
// anything of them read.
func (h Webhook) verified(payload []byte, signatures []string) (e event, err error) {
	if len(signatures) != 1 {
		return e, errUnsigned
	}
	signed := false
	for _, secret := range h.Secrets {
		signed = signed || secret != "" && sdk.ValidatePayload(payload, signatures[0], secret, sdk.WithTolerance(WebhookTolerance)) == nil
	}
	if !signed {
		return e, errForged
	}
	if timestamp(signatures[0]).After(h.Now().Add(WebhookTolerance)) {
		return e, errFuture
	}
	if json.Unmarshal(payload, &e) != nil || e.Object != "event" || e.ID == "" {
		return e, errNoEvent
	}
	return e, nil
}

// timestamp is the t of a signature header that was found good.
func timestamp(header string) time.Time {
	for part := range strings.SplitSeq(header, ",") {
		if digits, ok := strings.CutPrefix(part, "t="); ok {
			var seconds int64
			if json.Unmarshal([]byte(digits), &seconds) == nil {
				return time.Unix(seconds, 0)
			}
		}
	}
	return time.Time{}
}
