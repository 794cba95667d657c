// Package client is a client of a Vacancy server: typed calls of its GraphQL API,
// the upload of listings, and the way to find a server that runs on this machine.
//
// Every call that has an effect carries an idempotency key or is idempotent by
// nature, so a call whose answer did not arrive is repeated under the same key
// (see [RetryPolicy]) without doing anything twice.
//
// Errors are [*Refusal] (the server understood and said no), [*ServerFault] (the
// server failed) or [*Unreachable] (no answer arrived). Money is in minor units of
// its currency, times are UTC.
package client
