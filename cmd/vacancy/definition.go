package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/definition"
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

// namedDefinition is a state machine that the command line names.
type namedDefinition struct {
	definition.Definition
	shown string // what it is called in messages
	ours  bool
}

// readDefinition reads the one definition that an argument names: see readDefinitions.
// Of a file with several, as templates have them, FILE#NAME is one.
func (p *program) readDefinition(argument string) (namedDefinition, error) {
	file, name, one := strings.Cut(argument, "#")
	if _, err := os.Stat(argument); err == nil {
		file, one = argument, false
	}
	all, err := p.readDefinitions(file)
	if err != nil {
		return namedDefinition{}, err
	}
	var names []string
	for _, d := range all {
		if d.Name == name && one || len(all) == 1 && !one {
			if err := d.Elsewhere(); err != nil {
				return namedDefinition{}, usageError{err}
			}
			return d, nil
		}
		names = append(names, d.Name)
	}
	if one {
		return namedDefinition{}, usagef("%s has no state machine %q; it has %s", file, name, strings.Join(names, ", "))
	}
	return namedDefinition{}, usagef("%s has several state machines; say which one: %s", file, strings.Join(prefixed(file+"#", names), ", "))
}

func prefixed(prefix string, names []string) []string {
	for i := range names {
		names[i] = prefix + names[i]
	}
	return names
}

// readDefinitions reads the definition of one of our machines, by its name, or all of
// a file, or of standard input for "-". A file of a machine's name is named ./NAME.
func (p *program) readDefinitions(argument string) ([]namedDefinition, error) {
	source, ours := statemachine.Definitions()[argument]
	file, shown := argument, argument
	switch _, err := os.Stat(argument); {
	case ours:
		file = argument + ".asl.json"
	case errors.Is(err, fs.ErrNotExist) && !strings.ContainsAny(argument, "-./"):
		return nil, usagef("there is neither a state machine nor a file called %q; the state machines are %s", argument, strings.Join(machineNames(), ", "))
	default:
		if source, err = p.readFile(argument); err != nil {
			return nil, err
		}
		if argument == "-" {
			file, shown = "standard input", "standard input"
		}
	}
	read, err := definition.Read(file, source, func(name string) ([]byte, error) {
		return os.ReadFile(filepath.Join(filepath.Dir(argument), filepath.FromSlash(name)))
	})
	if err != nil {
		return nil, usageError{err}
	}
	var all []namedDefinition
	for _, d := range read {
		named := namedDefinition{d, shown, ours}
		if len(read) > 1 {
			named.shown = shown + "#" + d.Name
		}
		all = append(all, named)
	}
	return all, nil
}

// invalid tells every problem that asl.Parse found, and is wrong usage.
func (p *program) invalid(d namedDefinition, err error) error {
	problems := []definition.Problem{{Problem: asl.Problem{Message: err.Error(), Severity: asl.SeverityError}, Place: definition.Place{File: d.shown}}}
	var invalid *asl.InvalidDefinition
	if errors.As(err, &invalid) {
		problems = nil
		for _, x := range invalid.Problems {
			located := d.Locate(x)
			if located.Place.File == "" { // part of another file
				located.Place = definition.Place{File: d.shown}
			}
			problems = append(problems, located)
		}
	}
	p.tellProblems(problems)
	return alreadyTold{exitUsage}
}

// tellProblems tells problems of a definition, each with its place, one a line.
func (p *program) tellProblems(problems []definition.Problem) {
	for _, x := range problems {
		text := strings.TrimSuffix(x.Message+"; "+x.Suggestion, "; ")
		if x.Path != "" {
			text = x.Path + ": " + text
		}
		if x.Severity == asl.SeverityWarning {
			text = "warning: " + text
		}
		p.notef("%s\n", fmt.Sprintf("%s: %s", x.Place, text))
	}
}
