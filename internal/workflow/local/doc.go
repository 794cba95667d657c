// Package local is the embedded, durable workflow runner. It executes the
// definitions in statemachine/ in this process and journals every transition, so
// that after a crash each execution goes on where it was: a task may run again,
// it is never skipped.
//
// The language itself is package asl, which knows neither time nor disk. This
// package adds both:
//
//   - [Journal] keeps the executions. One that waits is a row of it and nothing
//     else: no goroutine, no timer, no memory.
//   - The poller takes what is due from the journal's index, in batches, with one
//     timer for the next deadline of all.
//   - The scheduler has each execution driven by one worker at a time, callbacks
//     and deadlines before backlog. What comes for an execution that is being
//     driven is handed to its driver.
//   - The driver applies events to the state, journals what follows, and only
//     then starts tasks and answers callers. It keeps the state in memory for as
//     long as there is something to do, and lets go of it when the execution
//     waits. A single task it runs itself; what comes meanwhile has another
//     goroutine drive.
//
// After a crash the new process reads what was in flight (as many executions as
// there were workers, however many wait), runs their tasks again, and is ready.
package local
