package oidc

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/identity"
)

// skew is how far the provider's clock may be ahead of ours (nbf, iat). A token that has
// expired by our clock has expired.
const skew = 30 * time.Second

// algorithms are the only ones that are accepted, whatever a token's header says.
var algorithms = []string{jwt.SigningMethodRS256.Alg(), jwt.SigningMethodES256.Alg()}

// Config is what a deployment decides about its provider.
type Config struct {
	// Issuer is the provider's issuer, to the letter: an https URL at which
	// /.well-known/openid-configuration answers. http is accepted for this machine.
	Issuer string
	// Audience is whom a token must be for: one of its aud or, where it has no aud as
	// Cognito's access tokens, its client_id.
	Audience string
	// AllowHTTP accepts http for any host: for tests on a network of one's own.
	AllowHTTP bool
	// Transport reaches the provider; nil is http.DefaultTransport.
	Transport http.RoundTripper
	Now       func() time.Time // UTC
}

// Verifier answers who an access token speaks for. It is safe for concurrent use.
type Verifier struct {
	config Config
	keys   *keySet
	parser *jwt.Parser
}

var (
	_ identity.Verifier = (*Verifier)(nil)
	_ identity.Checker  = (*Verifier)(nil)
)

// New makes a verifier. It asks nobody: the provider is discovered by the first token,
// or by Ready.
func New(c Config) (*Verifier, error) {
	if err := checkURL(c.Issuer, c.AllowHTTP); err != nil {
		return nil, fmt.Errorf("the OIDC issuer %q %w", c.Issuer, err)
	}
	if c.Audience == "" {
		return nil, errors.New("an OIDC issuer needs an audience: the API's identifier there, or the client id of the app (Cognito)")
	}
	return &Verifier{config: c, keys: newKeySet(c), parser: jwt.NewParser(
		jwt.WithValidMethods(algorithms), jwt.WithIssuer(c.Issuer),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithLeeway(skew),
		jwt.WithStrictDecoding(), jwt.WithTimeFunc(c.Now),
	)}, nil
}

// Ready discovers the provider and reads its keys, and answers why it cannot.
func (v *Verifier) Ready(ctx context.Context) error { return v.keys.ready(ctx) }

// Verify implements identity.Verifier.
func (v *Verifier) Verify(ctx context.Context, token string) (booking.Principal, error) {
	checked, err := v.Check(ctx, token)
	return checked.Who, err
}

// Check answers what the token says. The error wraps identity.ErrInvalidToken, or
// identity.ErrUnavailable when the provider's keys could not be read.
func (v *Verifier) Check(ctx context.Context, token string) (identity.Token, error) {
	if err := identity.CheckText(token); err != nil {
		return identity.Token{}, err
	}
	var said claims
	_, err := v.parser.ParseWithClaims(token, &said, func(t *jwt.Token) (any, error) {
		kid, err := checkHeader(t.Header)
		if err != nil {
			return nil, err
		}
		return v.keys.find(ctx, kid, t.Method.Alg())
	})
	if errors.Is(err, identity.ErrUnavailable) {
		return identity.Token{}, err
	}
	if err != nil {
		return identity.Token{}, invalid("%w", err)
	}
	who, err := said.principal(v.config, v.config.Now())
	if err != nil {
		return identity.Token{}, invalid("%w", err)
	}
	checked := identity.Token{Who: who, ID: said.ID, ExpiresAt: said.ExpiresAt.Time}
	if said.IssuedAt != nil {
		checked.IssuedAt = said.IssuedAt.Time
	}
	return checked, nil
}

func invalid(format string, args ...any) error {
	return fmt.Errorf("%w: %w", identity.ErrInvalidToken, fmt.Errorf(format, args...))
}

// checkURL refuses an address at which somebody on the way could answer instead.
func checkURL(text string, allowHTTP bool) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("must be a URL such as https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI")
	}
	if u.Scheme == "https" || u.Scheme == "http" && (allowHTTP || loopback(u.Hostname())) {
		return nil
	}
	return errors.New("must be https, http is for this machine only: who is on the way could answer with keys of their own")
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
