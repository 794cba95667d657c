// Package saga is what the sagas share: trips, orders and imports are steps with
// compensations, run backwards when one of them fails. Each saga is a domain of its own
// in a package below this one, in the manner of package booking: pure intentions, ports
// and a service around them.
//
// # What all of them promise
//
// The saga's own item is written before its execution starts, marked to be started
// ([Execution]); the service starts the execution, named by the saga's id, and a sweeper
// starts what is still marked, and repairs what no execution speaks for any more.
//
// Every Task of the definition catches States.ALL, timeouts included. The failed step's
// own compensation runs first, since its outcome may be unknown, then those of the steps
// before it, in reverse. A compensation is retried three times after its first failure;
// one that gives up does not stop those after it. What was not undone is listed on the
// item, which then NEEDS_ATTENTION, and the operators are told. Nobody pretends otherwise.
//
// A compensation takes away what its step made and, in the same transaction, notes on the
// saga's own item that the step is undone ([Undone]). It is safe when the step never
// happened. A step that arrives late finds the note and does nothing.
//
// Development stages can make steps fail on purpose ([Injection]); production ones refuse
// to be asked for it.
package saga
