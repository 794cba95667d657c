package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/definition"
)

// Formats of what validate tells.
const (
	formatText  = "text"
	formatJSON  = "json"
	formatSARIF = "sarif"
)

func newWorkflowValidate(p *program) *cobra.Command {
	var machineType, format string
	command := &cobra.Command{
		Use:   "validate MACHINE|FILE...",
		Short: "Check definitions",
		Long: `Check definitions of the Amazon States Language: files in JSON or YAML, and the state
machines of SAM and CloudFormation templates (inline, or the file that DefinitionUri
names; placeholders that no substitution fills in are told).

Every error is told on standard error with its place in the file; the exit code is then
2. Warnings, about what is legal but does not do what it seems to, and about what
Step Functions takes and 'vacancy workflow run' does not, leave the exit code at 0.

--format json is one object for all files, --format sarif a SARIF 2.1.0 log, which code
hosts show beside the lines.`,
		Example: `  vacancy workflow validate ./order.asl.json
  vacancy workflow validate statemachine/*.asl.json template.yaml
  vacancy workflow validate ./order.asl.yaml --type express --format json
  vacancy workflow validate template.yaml --format sarif > asl.sarif
  vacancy workflow validate - < order.asl.json`,
		Args: func(command *cobra.Command, args []string) error {
			if len(args) == 0 || slices.Contains(args, "") {
				return usagef("%s needs a state machine's name or a definition's file", command.CommandPath())
			}
			return nil
		},
		ValidArgsFunction: func(_ *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
			return machineNames(), cobra.ShellCompDirectiveDefault
		},
		RunE: func(_ *cobra.Command, args []string) error { return p.workflowValidate(args, machineType, format) },
	}
	flags := command.Flags()
	flags.StringVar(&machineType, "type", "standard", "standard or express: what a state machine is to be created as where the file does not say")
	flags.StringVar(&format, "format", "", "text, json or sarif (default text; json with --json)")
	_ = command.RegisterFlagCompletionFunc("type", cobra.FixedCompletions([]string{"standard", "express"}, cobra.ShellCompDirectiveNoFileComp))
	_ = command.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{formatText, formatJSON, formatSARIF}, cobra.ShellCompDirectiveNoFileComp))
	return command
}

// validated is a definition with what is to be said of it.
type validated struct {
	shown    string
	problems []definition.Problem
}

func (v validated) valid() bool {
	return !slices.ContainsFunc(v.problems, func(x definition.Problem) bool { return x.Severity == asl.SeverityError })
}

func (p *program) workflowValidate(arguments []string, machineType, format string) error {
	machineType = strings.ToUpper(machineType)
	if err := oneOf("--type", machineType, []string{string(asl.Standard), string(asl.Express)}); err != nil {
		return err
	}
	if format == "" {
		format = formatText
		if p.global.json {
			format = formatJSON
		}
	}
	if err := oneOf("--format", format, []string{formatText, formatJSON, formatSARIF}); err != nil {
		return err
	}
	var all []validated
	for _, argument := range arguments {
		v, err := p.validate(argument, asl.MachineType(machineType))
		if err != nil {
			return err
		}
		all = append(all, v...)
	}
	err := p.tellValidated(all, format)
	if slices.ContainsFunc(all, func(v validated) bool { return !v.valid() }) {
		err = errors.Join(err, alreadyTold{exitUsage})
	}
	return err
}

// validate diagnoses the definitions that an argument names. A file out of which none
// can be read is itself a problem, so that the other files are checked all the same.
func (p *program) validate(argument string, machineType asl.MachineType) ([]validated, error) {
	definitions, err := p.readDefinitions(argument)
	var unreadable *definition.Error
	if errors.As(err, &unreadable) {
		problem := definition.Problem{Problem: asl.Problem{Path: "$", Message: unreadable.Message, Severity: asl.SeverityError}, Place: unreadable.Place}
		return []validated{{argument, []definition.Problem{problem}}}, nil
	}
	if err != nil {
		return nil, err
	}
	var all []validated
	for _, d := range definitions {
		all = append(all, validated{d.shown, d.Diagnose(machineType)})
	}
	return all, nil
}

func (p *program) tellValidated(all []validated, format string) error {
	switch format {
	case formatJSON:
		return p.printJSON(validityOf(all))
	case formatSARIF:
		return p.printJSON(sarifOf(all))
	}
	for _, v := range all {
		p.tellProblems(v.problems)
		if v.valid() {
			p.printf("%s is valid.\n", v.shown)
		}
	}
	return nil
}

// validity is what --format json prints.
type validity struct {
	Valid    bool             `json:"valid"`
	Problems []definitionFlaw `json:"problems"`
}

type definitionFlaw struct {
	File        string       `json:"file"`
	Severity    asl.Severity `json:"severity"`
	Path        string       `json:"path"`
	Line        int          `json:"line"`
	Column      int          `json:"column"`
	Message     string       `json:"message"`
	Suggestion  string       `json:"suggestion,omitempty"`
	Unsupported bool         `json:"unsupported,omitempty"`
}

func validityOf(all []validated) validity {
	v := validity{Valid: true, Problems: []definitionFlaw{}}
	for _, d := range all {
		v.Valid = v.Valid && d.valid()
		for _, x := range d.problems {
			v.Problems = append(v.Problems, definitionFlaw{x.Place.File, x.Severity, x.Path, x.Place.Line, x.Place.Column, x.Message, x.Suggestion, x.Unsupported})
		}
	}
	return v
}
