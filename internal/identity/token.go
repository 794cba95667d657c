package identity

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/golang-jwt/jwt/v5"

	"github.com/vacancy/vacancy/internal/booking"
)

// Issuer and Audience of the tokens that the server signs itself.
const (
	Issuer   = "vacancy"
	Audience = "vacancy-api"
)

// Bounds of what a token may say.
const (
	MaxTokenLength   = 4096
	MaxSubjectLength = 200
	MaxLifetime      = 365 * 24 * time.Hour
)

// algorithm is the only one that is accepted, whatever a token's header says.
var algorithm = jwt.SigningMethodHS256

// claims are what a token says (RFC 7519): sub, iss, aud, iat, exp, and the role.
type claims struct {
	jwt.RegisteredClaims
	Role booking.Role `json:"role"`
}

// Signer makes development tokens: JSON Web Tokens, signed with HS256.
type Signer struct {
	key Key
	now func() time.Time
}

// NewSigner makes a signer. now answers UTC.
func NewSigner(key Key, now func() time.Time) *Signer { return &Signer{key: key, now: now} }

// Sign makes a token that speaks for the principal for so long, in whole seconds.
func (s *Signer) Sign(who booking.Principal, lifetime time.Duration) (string, error) {
	if err := CheckPrincipal(who); err != nil {
		return "", err
	}
	if lifetime < time.Second || lifetime > MaxLifetime {
		return "", fmt.Errorf("a token lives from 1 second to %s, not %s", MaxLifetime, lifetime)
	}
	now := s.now()
	token := jwt.NewWithClaims(algorithm, claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Subject: who.ID, Issuer: Issuer, Audience: jwt.ClaimStrings{Audience},
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(lifetime)),
		},
		Role: who.Role,
	})
	return token.SignedString(s.key.secret)
}

// CheckText refuses, with ErrInvalidToken, what cannot be a JSON Web Token by its length or
// its letters: base64 readers skip line breaks, so one token could be written in many ways.
func CheckText(token string) error {
	if len(token) > MaxTokenLength {
		return fmt.Errorf("%w: it has %d bytes, at most %d are read", ErrInvalidToken, len(token), MaxTokenLength)
	}
	for _, c := range []byte(token) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.':
		default:
			return fmt.Errorf("%w: it has a letter that no token has", ErrInvalidToken)
		}
	}
	return nil
}

// CheckPrincipal refuses what no token may speak for.
func CheckPrincipal(who booking.Principal) error {
	switch {
	case who.ID == "" || len(who.ID) > MaxSubjectLength || !utf8.ValidString(who.ID):
		return fmt.Errorf("a user's name must have 1 to %d bytes of UTF-8", MaxSubjectLength)
	case who.ID == booking.BySystem:
		return fmt.Errorf("%q is what the server calls itself; no user may have the name", who.ID)
	case who.Role != booking.Tenant && who.Role != booking.Manager && who.Role != booking.Operator:
		return fmt.Errorf("the role must be tenant, manager or operator, it is %q", who.Role)
	}
	return nil
}

// Keeper verifies the tokens of a Signer with the same key. It implements Verifier.
type Keeper struct {
	key    Key
	parser *jwt.Parser
}

// NewKeeper makes a verifier of the tokens signed with key. now answers UTC.
func NewKeeper(key Key, now func() time.Time) *Keeper {
	return &Keeper{key: key, parser: jwt.NewParser(
		jwt.WithValidMethods([]string{algorithm.Alg()}),
		jwt.WithIssuer(Issuer), jwt.WithAudience(Audience),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(),
		jwt.WithStrictDecoding(), jwt.WithTimeFunc(now),
	)}
}

// Verify answers who the token speaks for. The signature, the algorithm, iss, aud,
// exp, iat, the subject and the role must all be right.
func (k *Keeper) Verify(ctx context.Context, token string) (booking.Principal, error) {
	checked, err := k.Check(ctx, token)
	return checked.Who, err
}

// Check answers what the token says, as Verify.
func (k *Keeper) Check(_ context.Context, token string) (Token, error) {
	if err := CheckText(token); err != nil {
		return Token{}, err
	}
	var said claims
	_, err := k.parser.ParseWithClaims(token, &said, func(*jwt.Token) (any, error) { return k.key.secret, nil })
	if err != nil {
		return Token{}, fmt.Errorf("%w: %w", ErrInvalidToken, err)
	}
	checked := Token{Who: booking.Principal{ID: said.Subject, Role: said.Role}, ID: TokenID(token), ExpiresAt: said.ExpiresAt.Time}
	if said.IssuedAt != nil {
		checked.IssuedAt = said.IssuedAt.Time
	}
	if err := CheckPrincipal(checked.Who); err != nil {
		return Token{}, fmt.Errorf("%w: %w", ErrInvalidToken, err)
	}
	return checked, nil
}
