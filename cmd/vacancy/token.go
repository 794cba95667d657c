package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/identity"
)

func newToken(p *program) *cobra.Command {
	good := lifetime(tokenLifetime)
	command := &cobra.Command{
		Use:   "token --user NAME --role ROLE",
		Short: "Sign a token, or revoke one",
		Long: `Print a token, alone, on standard output. It is signed with the key in the data
directory and accepted by the server of that directory only. With --json its id is printed
too, by which 'vacancy token revoke --id' takes it back.`,
		Example: `  vacancy token --user alice --role tenant
  export VACANCY_TOKEN=$(vacancy token --user morgan --role manager --ttl 8h)
  vacancy token revoke --user alice`,
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error { return p.printToken(time.Duration(good)) },
	}
	command.Flags().Var(&good, "ttl", "how long the token is good, such as 8h or 30d; at most 365d")
	command.AddCommand(newTokenRevoke(p))
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
		return usagef("--ttl must be from 1s to 365d, it is %s", lifetime)
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
		return p.printJSON(map[string]any{"token": token, "id": identity.TokenID(token), "user": p.global.user, "role": p.global.role,
			"expiresAt": p.now().Add(lifetime).UTC().Truncate(time.Second)})
	}
	p.printf("%s\n", token)
	return nil
}
