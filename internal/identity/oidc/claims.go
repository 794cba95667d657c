package oidc

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/identity"
)

// claims are what an access token says (RFC 9068), with what Cognito (token_use,
// cognito:groups, client_id instead of aud) and Keycloak (typ) say in their own way, and
// what only an ID token says (OpenID Connect Core, 3.1.3.6 and 3.3.2.11).
type claims struct {
	jwt.RegisteredClaims
	ClientID       string           `json:"client_id"`
	TokenUse       string           `json:"token_use"`
	Type           string           `json:"typ"`
	AccessHash     string           `json:"at_hash"`
	CodeHash       string           `json:"c_hash"`
	CognitoGroups  jwt.ClaimStrings `json:"cognito:groups"`
	ProviderGroups jwt.ClaimStrings `json:"groups"`
}

// checkHeader answers the key that a token's header names. Extensions that a header
// calls critical are not understood here, so such a token is refused (RFC 7515, 4.1.11).
func checkHeader(header map[string]any) (kid string, err error) {
	if _, ok := header["crit"]; ok {
		return "", errors.New("its header has critical extensions")
	}
	if typ, ok := header["typ"]; ok {
		text, _ := typ.(string)
		switch strings.TrimPrefix(strings.ToLower(text), "application/") {
		case "jwt", "at+jwt":
		default:
			return "", errors.New("its header says that it is no access token")
		}
	}
	if named, ok := header["kid"]; ok {
		if kid, ok = named.(string); !ok {
			return "", errors.New("its header names a key by something that is no text")
		}
	}
	return kid, nil
}

// principal answers who the token speaks for. Signature, algorithm, iss, nbf and iat have
// been checked.
func (c claims) principal(config Config, now time.Time) (booking.Principal, error) {
	switch {
	case !now.Before(c.ExpiresAt.Time):
		return booking.Principal{}, errors.New("it has expired")
	case !c.isFor(config.Audience):
		return booking.Principal{}, errors.New("it is for another audience")
	case c.AccessHash != "" || c.CodeHash != "":
		return booking.Principal{}, errors.New("it is an ID token, not an access token")
	case c.Type != "" && !strings.EqualFold(c.Type, "Bearer"):
		return booking.Principal{}, fmt.Errorf("its typ is not Bearer")
	case c.TokenUse != "access" && (c.TokenUse != "" || isCognito(config.Issuer)):
		return booking.Principal{}, errors.New("its token_use is not access")
	}
	who := booking.Principal{ID: c.Subject, Role: c.role()}
	return who, identity.CheckPrincipal(who)
}

// isFor reports whether the token is for the audience. Only a token that names no
// audience at all is taken by its client.
func (c claims) isFor(audience string) bool {
	if len(c.Audience) > 0 {
		return slices.Contains(c.Audience, audience)
	}
	return c.ClientID == audience
}

// role is the one that lets do most of those that the groups are called: Keycloak may
// write a group as a path. Who is in none is a tenant.
func (c claims) role() booking.Role {
	groups := slices.Concat(c.CognitoGroups, c.ProviderGroups)
	for _, role := range []booking.Role{booking.Manager, booking.Operator} {
		if slices.Contains(groups, string(role)) || slices.Contains(groups, "/"+string(role)) {
			return role
		}
	}
	return booking.Tenant
}

func isCognito(issuer string) bool {
	u, err := url.Parse(issuer)
	return err == nil && strings.HasPrefix(u.Hostname(), "cognito-idp.")
}
