// Package gatewayroutes is what the HTTP API of either backend has beside GraphQL for a
// payment gateway.
package gatewayroutes

import (
	"net/http"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/httpapi"
	"github.com/vacancy/vacancy/internal/payment/simulated"
	"github.com/vacancy/vacancy/internal/payment/stripe"
)

// New answers the routes that show managers the ledger of the simulated gateway and take the
// events of Stripe.
// Either is nil where the program has another gateway.
func New(a *app.App, ledger *simulated.Gateway, events http.Handler) (routes []httpapi.Route) {
	if ledger != nil {
		routes = append(routes, httpapi.Route{Pattern: "GET /ledger/{reservation}", Roles: httpapi.Managing, Handler: httpapi.JSON(a.Config.Log, func(r *http.Request) (any, error) {
			return ledger.Totals(r.Context(), r.PathValue("reservation"))
		})})
	}
	if events != nil {
		routes = append(routes, httpapi.Route{Pattern: "POST " + stripe.WebhookPath, Handler: events})
	}
	return routes
}

// StripeEvents is the handler of events that one of the secrets has signed.
func StripeEvents(a *app.App, secrets []string) http.Handler {
	return stripe.Webhook{Secrets: secrets, Handle: a.Reservations.GatewayEvent, Now: app.Now, Log: a.Config.Log}
}
