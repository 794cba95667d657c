// Package trip is the domain of trips: a flight with a hotel, a car rental or both,
// reserved, paid for and confirmed together, or not at all. It is a saga (see package
// saga), driven by statemachine/trip.asl.json.
//
// As in package booking the rules are pure: an [Intention] looks at a [Trip] and answers
// what it becomes, or why it may not. Around them stands [Service], which checks who
// asks, asks the gateway and, for a lodging that is one of our apartments, the domain of
// holds, and applies intentions to the [Store].
//
// Money is in minor units of its currency. Times are UTC.
package trip
