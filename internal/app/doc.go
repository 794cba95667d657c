// Package app wires the domain services, on whichever backend.
//
// A backend gives [Ports]: the stores, the payment gateway and the workflow runner.
// [New] makes of them the domain services and the table of steps that call them, in this
// one place for all who run them: app/embedded (SQLite and the embedded runner, in one
// process), app/cloud (DynamoDB and Step Functions: 'vacancy serve --backend aws' and
// the Lambdas) and app/rehearsal. With cmd and lambdas it is the only reader of the
// clock.
package app
