// Package rehearsal runs one execution of our own state machines with their real
// steps, on a store and a payment gateway in memory and in virtual time: for people
// who want to see a workflow go through each of its branches. Nothing is kept.
package rehearsal
