// Package booking is the domain: apartments, holds, reservations and payments,
// the rules by which they change, and the ports to what lies outside.
//
// It has two halves. The rules are pure: an [Intention] looks at a [Booking] and
// answers what it becomes, or why it may not; there is no I/O and no clock in
// them, `now` comes with the intention. Around them stands [Service], which
// checks who asks, asks the [Gateway], applies intentions to the [Store] and wakes
// the [Workflow].
//
// Money is in minor units of its currency. Times are UTC. A store decides every
// race: it reads, lets the intention decide and writes the result in one
// transaction, or under conditions that make it one.
package booking
