package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/statemachine"
)

// machineNames are the state machines that this program has, by name.
func machineNames() []string {
	return slices.Sorted(maps.Keys(statemachine.Definitions()))
}

func completeMachines(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return machineNames(), cobra.ShellCompDirectiveNoFileComp
}

// completeDefinitions completes to our machines and to files.
func completeDefinitions(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return machineNames(), cobra.ShellCompDirectiveDefault
}

// definition is a state machine that the command line names.
type definition struct {
	name   string // for a file, its name without folder and ".asl.json"
	shown  string // what it is called in messages
	ours   bool
	source []byte
}

// readDefinition reads the definition of one of our machines, by its name, or of a
// file, or standard input for "-". A file of a machine's name is named ./NAME.
func (p *program) readDefinition(argument string) (definition, error) {
	if source, ours := statemachine.Definitions()[argument]; ours {
		return definition{argument, argument, true, source}, nil
	}
	if _, err := os.Stat(argument); errors.Is(err, fs.ErrNotExist) && !strings.ContainsAny(argument, "-./") {
		return definition{}, usagef("there is neither a state machine nor a file called %q; the state machines are %s", argument, strings.Join(machineNames(), ", "))
	}
	source, err := p.readFile(argument)
	if err != nil {
		return definition{}, err
	}
	name := argument[strings.LastIndexByte(argument, '/')+1:]
	name, _, _ = strings.Cut(name, ".")
	shown := argument
	if argument == "-" {
		shown = "standard input"
	}
	return definition{name, shown, false, source}, nil
}

// invalid tells every problem that asl.Parse found, and is wrong usage.
func (p *program) invalid(shown string, err error) error {
	problems := []asl.Problem{{Message: err.Error(), Severity: asl.SeverityError}}
	var invalid *asl.InvalidDefinition
	if errors.As(err, &invalid) {
		problems = invalid.Problems
	}
	p.tellProblems(shown, problems)
	return alreadyTold{exitUsage}
}

// tellProblems tells problems of a definition, each with its place, one a line.
func (p *program) tellProblems(shown string, problems []asl.Problem) {
	for _, x := range problems {
		place := shown
		if x.Line > 0 {
			place = fmt.Sprintf("%s:%d:%d", shown, x.Line, x.Column)
		}
		text := strings.TrimSuffix(x.Message+"; "+x.Suggestion, "; ")
		if x.Path != "" {
			text = x.Path + ": " + text
		}
		if x.Severity == asl.SeverityWarning {
			text = "warning: " + text
		}
		p.notef("%s: %s\n", place, text)
	}
}
