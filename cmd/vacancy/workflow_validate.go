package main

import (
	"errors"

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
	_, err = asl.Parse(d.source)
	switch {
	case p.global.json:
		return p.validityJSON(err)
	case err != nil:
		return p.invalid(argument, err)
	}
	p.printf("%s is valid.\n", argument)
	return nil
}

// validity is what --json prints.
type validity struct {
	Valid    bool             `json:"valid"`
	Problems []definitionFlaw `json:"problems"`
}

type definitionFlaw struct {
	Path       string `json:"path"`
	Line       int    `json:"line"`
	Column     int    `json:"column"`
	Message    string `json:"message"`
	Suggestion string `json:"suggestion,omitempty"`
}

func (p *program) validityJSON(err error) error {
	v := validity{Valid: err == nil, Problems: []definitionFlaw{}}
	if err == nil {
		return p.printJSON(v)
	}
	for _, problem := range problemsOf(err) {
		v.Problems = append(v.Problems, definitionFlaw{problem.Path, problem.Line, problem.Column, problem.Message, problem.Suggestion})
	}
	return errors.Join(p.printJSON(v), alreadyTold{exitUsage})
}
