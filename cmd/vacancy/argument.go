package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// oneArgument wants exactly one argument and says what it is when it is missing.
func oneArgument(what string) cobra.PositionalArgs {
	return func(command *cobra.Command, args []string) error {
		switch {
		case len(args) == 0 || args[0] == "":
			return usagef("%s needs %s", command.CommandPath(), what)
		case len(args) > 1:
			return usagef("%s takes %s alone, not also %q", command.CommandPath(), what, args[1])
		}
		return nil
	}
}

// noArguments wants none.
func noArguments(command *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("%s takes no arguments, but was given %q", command.CommandPath(), args[0])
	}
	return nil
}

// group makes a command of one that only holds others: without one of them it
// prints its help and is wrong usage.
func group(command *cobra.Command, members ...*cobra.Command) *cobra.Command {
	command.AddCommand(members...)
	command.SuggestionsMinimumDistance = 2
	command.Args = func(command *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		names := make([]string, len(members))
		for i, m := range members {
			names[i] = m.Name()
		}
		return usagef("%s has no %q; it has %s", command.CommandPath(), args[0], strings.Join(names, ", "))
	}
	command.RunE = func(command *cobra.Command, _ []string) error {
		_ = command.Help()
		return alreadyTold{exitUsage}
	}
	return command
}

// oneOf refuses a value that is not among those allowed.
func oneOf(what, value string, allowed []string) error {
	if !slices.Contains(allowed, value) {
		return usagef("%s must be one of %s, it is %q", what, strings.Join(allowed, ", "), value)
	}
	return nil
}
