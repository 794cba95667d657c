package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/identity"
	"github.com/vacancy/vacancy/internal/imports"
	"github.com/vacancy/vacancy/internal/imports/demo"
)

// importDemo stores the demo's listings. Those that are there already stay as they are.
func importDemo(ctx context.Context, a *app.App) error {
	if _, err := imports.Run(ctx, demo.Listings(), a.Reservations.ImportApartments); err != nil {
		return fmt.Errorf("load the demo's listings: %w", err)
	}
	return nil
}

// demoText is what a demo prints, to be pasted into bash in order, as often as one likes.
const demoText = `
A demo with real listings (Apartment for Rent Classified, UCI Machine Learning Repository,
doi 10.24432/C5X623, CC BY 4.0). A hold lasts %s. Paste these into another terminal:

# who you are: a tenant, and for what only a manager may do a manager
export VACANCY_SERVER=%s
export VACANCY_DATA='%s'
export TENANT_TOKEN=%s
export MANAGER_TOKEN=%s
export VACANCY_TOKEN=$TENANT_TOKEN
vacancy() { '%s' "$@"; }

# list vacant apartments
vacancy apartments --status VACANT --order price --first 5

# reserve one, pay for it, and see it PAID
APARTMENT=$(vacancy apartments --status VACANT --first 1 --quiet)
RESERVATION=$(vacancy reserve --quiet "$APARTMENT")
vacancy pay "$RESERVATION"
vacancy watch "$RESERVATION"

# reserve another, do not pay, and watch it go back to VACANT
APARTMENT=$(vacancy apartments --status VACANT --first 1 --quiet)
RESERVATION=$(vacancy reserve --quiet "$APARTMENT")
vacancy watch "$RESERVATION"

# the same API without our client
curl -sS "$VACANCY_SERVER/graphql" -H "Authorization: Bearer $VACANCY_TOKEN" -H 'Content-Type: application/json' -d '{"query":"{ apartments(filter: {status: VACANT}, first: 1) { edges { node { id city price { amount currency } } } } }"}'

In a browser, as that tenant: %s/#token=%s
GraphiQL, to try the API: %s/graphiql
`

func (p *program) printDemo(key identity.Key, address, dataDir string, window time.Duration) error {
	signer := identity.NewSigner(key, p.now)
	tenant, err := signer.Sign(booking.Principal{ID: "tenant", Role: booking.Tenant}, tokenLifetime)
	if err != nil {
		return err
	}
	manager, err := signer.Sign(booking.Principal{ID: "manager", Role: booking.Manager}, tokenLifetime)
	if err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	dataDir, err = filepath.Abs(dataDir)
	if err != nil {
		return err
	}
	p.printf(demoText, window, address, dataDir, tenant, manager, program, address, tenant, address)
	return nil
}
