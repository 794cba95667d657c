package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/identity"
)

func newToken(p *program) *cobra.Command {
	var lifetime time.Duration
	command := &cobra.Command{
		Use:   "token --user NAME --role ROLE",
		Short: "Sign a development token",
		Long: `Print a development token, alone, on standard output. It is signed with the key in
the data directory and accepted by the server of that directory only.`,
		Example: `  vacancy token --user alice --role tenant
  export VACANCY_TOKEN=$(vacancy token --user morgan --role manager --ttl 8h)`,
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error { return p.printToken(lifetime) },
	}
	command.Flags().DurationVar(&lifetime, "ttl", tokenLifetime, "how long the token is good")
	return command
}

func (p *program) printToken(lifetime time.Duration) error {
	if p.global.user == "" {
		return usagef("a token needs --user: who it speaks for")
	}
	if p.global.role == "" {
		return usagef("a token needs --role: tenant, manager or operator")
	}
	if lifetime < time.Second || lifetime > identity.MaxLifetime {
		return usagef("--ttl must be from 1s to %s, it is %s", identity.MaxLifetime, lifetime)
	}
	dataDir, err := p.servedDataDir()
	if err != nil {
		return err
	}
	token, err := p.signToken(dataDir, booking.Role(p.global.role), lifetime)
	if err != nil {
		return err
	}
	if p.global.json {
		return p.printJSON(map[string]any{"token": token, "user": p.global.user, "role": p.global.role,
			"expiresAt": p.now().Add(lifetime).UTC().Truncate(time.Second)})
	}
	p.printf("%s\n", token)
	return nil
}
