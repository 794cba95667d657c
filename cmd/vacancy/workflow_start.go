package main

import (
	"context"
	"encoding/json"

	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/booking"
)

func newWorkflowStart(p *program) *cobra.Command {
	var name, input string
	command := &cobra.Command{
		Use:   "start MACHINE",
		Short: "Start an execution on the server",
		Long: `Start an execution of one of the server's state machines. It runs there; 'vacancy
workflow show' tells how it fares. Starting again under the same name and input
while it runs changes nothing.`,
		Example: `  vacancy workflow start trip --input trip.json --name trip-4711
  echo '{"tripId":"t1"}' | vacancy workflow start trip --input -`,
		Args:              oneArgument("a state machine's name"),
		ValidArgsFunction: completeMachines,
		RunE: func(command *cobra.Command, args []string) error {
			return p.workflowStart(command.Context(), args[0], name, input)
		},
	}
	command.Flags().StringVar(&name, "name", "", "name of the execution, unique within the machine (default: a new one)")
	command.Flags().StringVar(&input, "input", "", `file with the input, a JSON value; "-" is standard input (default {})`)
	_ = command.MarkFlagFilename("input", "json")
	return command
}

func (p *program) workflowStart(ctx context.Context, machine, name, inputPath string) error {
	input, err := p.readJSON("--input", inputPath)
	if err != nil {
		return err
	}
	if name == "" {
		name = p.newKey()
	}
	c, err := p.connect(booking.Manager)
	if err != nil {
		return err
	}
	execution, err := c.StartExecution(ctx, machine, name, input)
	if err != nil {
		return err
	}
	if p.global.json {
		return p.printJSON(execution)
	}
	p.printExecution(execution)
	return nil
}

// readJSON reads the JSON value in the file that a flag names, {} if it names none.
func (p *program) readJSON(flag, path string) (json.RawMessage, error) {
	if path == "" {
		return json.RawMessage("{}"), nil
	}
	content, err := p.readFile(path)
	if err != nil {
		return nil, err
	}
	var value json.RawMessage
	if err := json.Unmarshal(content, &value); err != nil {
		return nil, usagef("%s: %s is not JSON: %w", flag, path, err)
	}
	return value, nil
}
