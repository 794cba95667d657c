package main

import (
	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/asl"
)

func newWorkflowValidate(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "validate MACHINE|FILE",
		Short: "Check a definition",
		Long: `Check a definition of the Amazon States Language. Every problem is told on standard
error with its place in the file; the exit code is then 2. What this program's engine
does not support is a problem too.`,
		Example: `  vacancy workflow validate ./order.asl.json
  vacancy workflow validate - < order.asl.json`,
		Args:              oneArgument("a state machine's name or a definition's file"),
		ValidArgsFunction: completeDefinitions,
		RunE:              func(_ *cobra.Command, args []string) error { return p.workflowValidate(args[0]) },
	}
}

func (p *program) workflowValidate(argument string) error {
	d, err := p.readDefinition(argument)
	if err != nil {
		return err
	}
	if _, err := asl.Parse(d.source); err != nil {
		return p.invalid(argument, err)
	}
	if p.global.json {
		return p.printJSON(map[string]any{"valid": true})
	}
	p.printf("%s is valid.\n", argument)
	return nil
}
