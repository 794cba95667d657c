// Package stripetest is a Stripe for tests: the part of the API that the gateway uses, with
// state, behaving as Stripe documents it. Answers are stored under idempotency keys, server
// errors too, and replayed for a day; what fails validation or meets a call under way is not
// stored. A test makes calls fail, get lost or be slow by a [Fault], acts as the payer or as
// somebody at the dashboard, and has every event to deliver as often and in whichever order
// it likes.
//
// That the gateway also speaks Stripe's wire is tested against stripe-mock.
package stripetest
