package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/asl"
)

func newWorkflowValidate(p *program) *cobra.Command {
	var machineType string
	command := &cobra.Command{
		Use:   "validate MACHINE|FILE",
		Short: "Check a definition",
		Long: `Check a definition of the Amazon States Language. Every problem is told on standard
error with its place in the file; the exit code is then 2. What this program's engine
does not support is a problem too. Warnings, about what is legal but does not do what
it seems to, are told as well and leave the exit code at 0.`,
		Example: `  vacancy workflow validate ./order.asl.json
  vacancy workflow validate ./order.asl.json --type express --json
  vacancy workflow validate - < order.asl.json`,
		Args:              oneArgument("a state machine's name or a definition's file"),
		ValidArgsFunction: completeDefinitions,
		RunE:              func(_ *cobra.Command, args []string) error { return p.workflowValidate(args[0], machineType) },
	}
	command.Flags().StringVar(&machineType, "type", "standard", "standard or express: what the state machine is to be created as")
	_ = command.RegisterFlagCompletionFunc("type", cobra.FixedCompletions([]string{"standard", "express"}, cobra.ShellCompDirectiveNoFileComp))
	return command
}

func (p *program) workflowValidate(argument, machineType string) error {
	machineType = strings.ToUpper(machineType)
	if err := oneOf("--type", machineType, []string{string(asl.Standard), string(asl.Express)}); err != nil {
		return err
	}
	d, err := p.readDefinition(argument)
	if err != nil {
		return err
	}
	problems := asl.Diagnose(d.source, asl.MachineType(machineType))
	valid := !slices.ContainsFunc(problems, func(x asl.Problem) bool { return x.Severity == asl.SeverityError })
	if p.global.json {
		err = p.printJSON(validityOf(valid, problems))
	} else {
		p.tellProblems(d.shown, problems)
		if valid {
			p.printf("%s is valid.\n", d.shown)
		}
	}
	if !valid {
		err = errors.Join(err, alreadyTold{exitUsage})
	}
	return err
}

// validity is what --json prints.
type validity struct {
	Valid    bool             `json:"valid"`
	Problems []definitionFlaw `json:"problems"`
}

type definitionFlaw struct {
	Severity   asl.Severity `json:"severity"`
	Path       string       `json:"path"`
	Line       int          `json:"line"`
	Column     int          `json:"column"`
	Message    string       `json:"message"`
	Suggestion string       `json:"suggestion,omitempty"`
}

func validityOf(valid bool, problems []asl.Problem) validity {
	v := validity{Valid: valid, Problems: []definitionFlaw{}}
	for _, x := range problems {
		v.Problems = append(v.Problems, definitionFlaw{x.Severity, x.Path, x.Line, x.Column, x.Message, x.Suggestion})
	}
	return v
}
