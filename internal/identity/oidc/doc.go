// Package oidc verifies the access tokens of an OpenID Connect provider: Cognito,
// Keycloak, or any other that publishes a discovery document.
//
// The provider's keys are found by discovery and read again when they are old, and when a
// token names one that is not known, so that keys may rotate; never more often than
// each [fetchInterval], so that forged tokens cannot be turned into a load on the
// provider. What a token's header says about keys (jwk, jku, x5u) is never followed.
package oidc
