package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/vacancy/vacancy/internal/client"
	"github.com/vacancy/vacancy/internal/httpapi"
	"github.com/vacancy/vacancy/internal/identity"
	"github.com/vacancy/vacancy/internal/identity/oidc"
)

// gate knows who asks.
type gate struct {
	verifier identity.Verifier
	checks   []httpapi.Check // for /readyz
	key      identity.Key    // that signs the demo's tokens; not with OIDC
}

// gate makes the one that the flags say.
func (f *doorFlags) gate(ctx context.Context, dataDir string, now func() time.Time, log *slog.Logger) (gate, error) {
	if f.auth == authOIDC {
		return f.oidcGate(ctx, now, log)
	}
	key, err := identity.LoadOrMakeKey(filepath.Join(dataDir, client.SigningKeyFileName), rand.Reader)
	if err != nil {
		return gate{}, err
	}
	revoked, err := identity.NewRevocations(filepath.Join(dataDir, identity.RevocationsFileName), now())
	if err != nil {
		return gate{}, err
	}
	return gate{verifier: identity.NewRevocableCache(identity.NewKeeper(key, now), revoked.Check, now), key: key}, nil
}

// oidcGate accepts the provider's tokens. A provider that does not answer now is no reason
// not to start: after a power failure it may come back later than we do.
func (f *doorFlags) oidcGate(ctx context.Context, now func() time.Time, log *slog.Logger) (gate, error) {
	provider, err := oidc.New(oidc.Config{Issuer: f.oidcIssuer, Audience: f.oidcAudience, Now: now})
	if err != nil {
		return gate{}, usageError{fmt.Errorf("--oidc-issuer: %w", err)}
	}
	if err := provider.Ready(ctx); err != nil {
		log.WarnContext(ctx, "the identity provider does not answer; until it does nobody can come in", "error", err)
	}
	return gate{
		verifier: identity.NewCache(provider, now),
		checks:   []httpapi.Check{{Name: "identity provider", Check: provider.Ready}},
	}, nil
}
