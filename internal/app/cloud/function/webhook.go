package function

import "net/http"

// Webhook answers the handler of Stripe's events. Where the gateway is another, every event
// is answered 404, so that whoever has set one up is told by Stripe's dashboard.
func (f *Function) Webhook() http.Handler {
	if f.App.Webhook != nil {
		return f.App.Webhook
	}
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "this deployment takes no events of Stripe: its parameter StripeSecretArn is empty", http.StatusNotFound)
	})
}
