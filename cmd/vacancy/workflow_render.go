package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/diagram"
)

func newWorkflowRender(p *program) *cobra.Command {
	var execution string
	command := &cobra.Command{
		Use:   "render MACHINE|FILE",
		Short: "Draw a state machine as a Mermaid diagram",
		Long: `Print a definition as a Mermaid stateDiagram-v2, which Markdown on most code hosts
shows as a picture. With --execution the states that it entered are coloured (green:
done, blue: undone what it is for, orange: failed and caught, yellow: there it is now,
red: there it ended badly) and the transitions that it took are numbered.`,
		Example: `  vacancy workflow render reservation > reservation.mmd
  vacancy workflow render reservation --execution res_0d9k1m6a2s5ug0o2qk7o5v1b3c
  vacancy workflow render trip --execution trip-4711
  vacancy workflow render ./order.asl.json`,
		Args:              oneArgument("a state machine's name or a definition's file"),
		ValidArgsFunction: completeDefinitions,
		RunE: func(command *cobra.Command, args []string) error {
			return p.workflowRender(command.Context(), args[0], execution)
		},
	}
	command.Flags().StringVar(&execution, "execution", "", "mark the path of this execution on the server, NAME (of the machine that is drawn) or MACHINE/NAME")
	return command
}

func (p *program) workflowRender(ctx context.Context, argument, execution string) error {
	d, err := p.readDefinition(argument)
	if err != nil {
		return err
	}
	if _, err := asl.Parse(d.Source); err != nil {
		return p.invalid(d, err)
	}
	chart, err := diagram.Read(d.Source)
	if err != nil {
		return usageError{err}
	}
	var path *diagram.Path
	if execution != "" {
		if d.ours && !strings.Contains(execution, "/") {
			execution = argument + "/" + execution
		}
		events, err := p.history(ctx, execution)
		if err != nil {
			return err
		}
		if path, err = diagram.PathOf(runnerEvents(events)); err != nil {
			return err
		}
	}
	text := diagram.Mermaid(chart, path)
	if p.global.json {
		return p.printJSON(map[string]string{"mermaid": text})
	}
	p.printf("%s", text)
	return nil
}
