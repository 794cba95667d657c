package main

import (
	"bufio"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/identity"
)

func newTokenRevoke(p *program) *cobra.Command {
	var id string
	command := &cobra.Command{
		Use:   "revoke [-]",
		Short: "Take back a token, or all tokens of a user",
		Long: `Take back a token that 'vacancy token' signed: the server of the data directory refuses
it from its next request on, also after a restart. Name it by the id that 'vacancy token --json'
printed, or pipe the token itself in, so that it does not show in the list of processes.
With --user all tokens are taken back that were signed for that user until now. What has
expired by itself is left out of the list, a day later, when the next token is revoked or the
server starts.`,
		Example: `  vacancy token revoke --user alice
  vacancy token revoke --id 4f0WmFZ1uYk3n8oZ2c9a
  vacancy token revoke - < lost-token`,
		Args: cobra.MatchAll(cobra.MaximumNArgs(1), func(_ *cobra.Command, args []string) error {
			if len(args) == 1 && args[0] != "-" {
				return errors.New("pipe the token in and say '-': as an argument everybody on this machine could read it")
			}
			return nil
		}),
		RunE: func(_ *cobra.Command, args []string) error { return p.revokeToken(id, len(args) == 1) },
	}
	command.Flags().StringVar(&id, "id", "", "id of the token, as 'vacancy token --json' printed it")
	return command
}

func (p *program) revokeToken(id string, piped bool) error {
	given := 0
	for _, way := range []bool{id != "", piped, p.global.user != ""} {
		if way {
			given++
		}
	}
	if given != 1 {
		return usagef("say which tokens: one by --id ID, one piped in by '-', or all of a user's by --user NAME")
	}
	var expires time.Time
	if piped {
		token, err := bufio.NewReader(io.LimitReader(p.in, identity.MaxTokenLength+2)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if token = strings.TrimSpace(token); strings.Count(token, ".") != 2 || identity.CheckText(token) != nil {
			return usagef("what was piped in is no token")
		}
		id, expires = identity.TokenID(token), identity.ExpiryOf(token)
	}
	dataDir, err := p.servedDataDir()
	if err != nil {
		return err
	}
	revocation := identity.Revocation{ID: id, User: p.global.user, At: p.now().UTC(), Until: expires}
	if err := identity.Revoke(filepath.Join(dataDir, identity.RevocationsFileName), revocation); err != nil {
		return err
	}
	if p.global.json {
		return p.printJSON(map[string]any{"revoked": revocation})
	}
	if p.global.user != "" {
		p.printf("all tokens signed for %s until now are revoked\n", p.global.user)
	} else {
		p.printf("token %s is revoked\n", id)
	}
	return nil
}
