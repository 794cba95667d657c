// Package simulated is a payment gateway for trying things out: no money moves, and
// the payment method chooses what happens (see [Methods]), as with the test methods of
// real payment APIs.
//
// It is a third system all the same. It keeps its own ledger, by default in an SQLite
// file of its own, which commits independently of the store that it serves; so
// everything that can go wrong between two systems can go wrong here. Idempotency keys
// work as Stripe documents them: the key, its effect and its answer are stored in one
// transaction; a repetition gets the stored answer, errors included; the same key with
// other arguments is refused; a call that fails validation stores nothing
// (https://docs.stripe.com/api/idempotent_requests). Unlike Stripe it never forgets a
// key: the keys are the ledger.
//
// The ledger can be read from outside with [Gateway.Entries] and [Gateway.Totals], which
// is how "captured once" is checked.
package simulated
