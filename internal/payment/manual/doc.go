// Package manual is the payment gateway of a landlord who is handed cash or sees a bank
// transfer arrive: a manager records that the money came, and the ledger keeps what is
// owed back until somebody notes that it was returned.
//
// It is a [booking.Gateway] like any other, with a file of its own: recording wakes the same
// workflow, which captures (the money is kept), voids or refunds (the money is owed). It
// answers under idempotency keys as payment APIs do: the stored answer, refusals too.
package manual
