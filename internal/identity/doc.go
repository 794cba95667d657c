// Package identity learns from a bearer token who asks.
//
// A [Verifier] answers the principal that a token speaks for, or refuses it. There is
// one for the tokens that this server signs itself ([Keeper]); one for the tokens of
// an OpenID Connect provider has the same shape. A token is a secret: none is ever
// written to a log or named in an error.
package identity
