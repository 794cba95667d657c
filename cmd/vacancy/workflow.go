package main

import (
	"strings"

	"github.com/spf13/cobra"
)

func newWorkflow(p *program) *cobra.Command {
	return group(&cobra.Command{
		Use:   "workflow",
		Short: "See, draw, check and run state machines",
		Long: `Look at executions of the server's state machines, start one, draw a definition,
check a definition of your own, or run one here, in memory, without a server.

An execution is named MACHINE/NAME, or by its NAME alone where the machine is
'reservation': the execution of a reservation has the reservation's id as its name.`,
		Example: `  vacancy workflow list --status RUNNING
  vacancy workflow history res_0d9k1m6a2s5ug0o2qk7o5v1b3c
  vacancy workflow render reservation > reservation.mmd
  vacancy workflow run order.asl.json --mock mocks.json --test-case HappyPath --no-wait
  vacancy workflow test mocks.json`,
	},
		newWorkflowList(p), newWorkflowStart(p), newWorkflowShow(p), newWorkflowHistory(p),
		newWorkflowRender(p), newWorkflowValidate(p), newWorkflowRun(p), newWorkflowServe(p), newWorkflowTest(p), newWorkflowTestState(p))
}

const anExecution = "an execution, as NAME or MACHINE/NAME"

// defaultMachine is meant where an execution is named without its machine.
const defaultMachine = "reservation"

// executionID parts MACHINE/NAME.
func executionID(argument string) (machine, name string) {
	if machine, name, both := strings.Cut(argument, "/"); both {
		return machine, name
	}
	return defaultMachine, argument
}
