package main

import (
	"errors"
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
	ours   bool
	source []byte
}

// readDefinition reads the definition of one of our machines, by its name, or of a
// file, or standard input for "-". A file of a machine's name is named ./NAME.
func (p *program) readDefinition(argument string) (definition, error) {
	if source, ours := statemachine.Definitions()[argument]; ours {
		return definition{argument, true, source}, nil
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
	return definition{name, false, source}, nil
}

// invalid tells every problem of a definition, each with its place, one a line.
func (p *program) invalid(argument string, err error) error {
	for _, problem := range problemsOf(err) {
		if problem.Line == 0 {
			p.notef("%s: %s\n", argument, problem.Message)
			continue
		}
		p.notef("%s:%s\n", argument, problem)
	}
	return alreadyTold{exitUsage}
}

// problemsOf answers the problems that asl.Parse found.
func problemsOf(err error) []asl.Problem {
	var invalid *asl.InvalidDefinition
	if errors.As(err, &invalid) {
		return invalid.Problems
	}
	return []asl.Problem{{Message: err.Error(), Severity: asl.SeverityError}}
}
