package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// environmentName is the variable that stands in for a flag: VACANCY_PAYMENT_WINDOW
// for --payment-window.
func environmentName(flag string) string {
	return "VACANCY_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// readEnvironment sets every flag of the command that the command line does not
// give and a VACANCY_… variable does. An empty variable counts as absent.
func (p *program) readEnvironment(command *cobra.Command) error {
	p.environment = map[string]bool{}
	var first error
	command.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Changed || f.Name == "help" || f.Name == "version" || first != nil {
			return
		}
		value, there := p.getenv(environmentName(f.Name))
		if !there || value == "" {
			return
		}
		p.environment[f.Name] = true
		if err := command.Flags().Set(f.Name, value); err != nil {
			first = fmt.Errorf("the environment variable %s is no good for --%s: %w", environmentName(f.Name), f.Name, err)
		}
	})
	return first
}

// saysWho reports whether the command line itself says who to be, which then counts
// for more than a token from the environment.
func (p *program) saysWho() bool {
	given := func(flag, value string) bool { return value != "" && !p.environment[flag] }
	return (given("user", p.global.user) || given("role", p.global.role)) && !given("token", p.global.token)
}
