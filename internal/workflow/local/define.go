package local

import "context"

// Define has new executions of the machine run this definition; executions in flight
// keep the one they were started with. What New refuses it refuses, and then nothing
// has changed.
func (r *Runner) Define(ctx context.Context, machine string, d Definition) error {
	return r.machines.define(ctx, machine, d)
}

// Withdraw has no more executions of the machine be started; those in flight go on.
func (r *Runner) Withdraw(machine string) { r.machines.withdraw(machine) }
