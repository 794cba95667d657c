package main

import (
	"bufio"
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/vacancy/vacancy/internal/client"
	"github.com/vacancy/vacancy/internal/stack"
)

func newAWS(p *program) *cobra.Command {
	return group(&cobra.Command{
		Use:   "aws",
		Short: "Use a stack that is deployed on AWS",
		Long: `Use a stack of template.yaml that is deployed on AWS, with the usual configuration
(AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL) of somebody who may: who deployed it.`,
		Example: `  vacancy aws outputs --stack vacancy-dev
  vacancy aws login --stack vacancy-dev --user ann@example.com --group manager`,
	}, newAWSOutputs(p), newAWSLogin(p))
}

func newAWSOutputs(p *program) *cobra.Command {
	var name string
	var amplify bool
	command := &cobra.Command{
		Use:   "outputs",
		Short: "Print what a stack's users need",
		Long: `Print the outputs of a stack: where its API is, its table, state machines, user pool and
client. --amplify prints the amplify_outputs.json that an Amplify app (Flutter, React Native)
is configured with: docs/mobile.md shows the rest.`,
		Example: `  vacancy aws outputs --stack vacancy-dev
  vacancy aws outputs --stack vacancy-dev --amplify > amplify_outputs.json`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			return p.awsOutputs(command.Context(), name, amplify)
		},
	}
	command.Flags().StringVar(&name, "stack", "", "name of the stack")
	command.Flags().BoolVar(&amplify, "amplify", false, "print an amplify_outputs.json")
	return command
}

func (p *program) awsOutputs(ctx context.Context, name string, amplify bool) error {
	_, outputs, err := p.stack(ctx, name)
	switch {
	case err != nil:
		return err
	case amplify:
		return p.printJSON(outputs.Amplify())
	case p.global.json:
		return p.printJSON(outputs.All)
	}
	t := p.newTable("OUTPUT", "VALUE")
	for _, key := range slices.Sorted(maps.Keys(outputs.All)) {
		t.AppendRow([]any{key, outputs.All[key]})
	}
	t.Render()
	return nil
}

// stack reads a stack's outputs with the configuration of AWS that is there.
func (p *program) stack(ctx context.Context, name string) (aws.Config, stack.Outputs, error) {
	if name == "" {
		return aws.Config{}, stack.Outputs{}, usagef("say which stack by --stack, the name it was deployed under")
	}
	c, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return c, stack.Outputs{}, fmt.Errorf("read the configuration of AWS: %w", err)
	}
	if c.Region == "" {
		return c, stack.Outputs{}, usagef("say which region by AWS_REGION, or a profile that has one by AWS_PROFILE")
	}
	outputs, err := stack.Read(ctx, c, name)
	return c, outputs, err
}

type loginFlags struct {
	stack         string
	user          string
	group         string
	passwordStdin bool
}

// passwordVariable is where a password comes from that nobody types.
const passwordVariable = "VACANCY_PASSWORD"

func newAWSLogin(p *program) *cobra.Command {
	var f loginFlags
	command := &cobra.Command{
		Use:   "login",
		Short: "Sign somebody in to a stack and keep the token",
		Long: `Sign somebody in to the Cognito user pool of a stack and keep the access token, for an
hour, where only you may read it; the other commands then find it by --server. A user that is
not there is made, with the password that you give, and put into --group.

The password is asked for on a terminal, or read from standard input (--password-stdin) or
from ` + passwordVariable + `.`,
		Example: `  vacancy aws login --stack vacancy-dev --user ann@example.com --group manager
  vacancy aws login --stack vacancy-dev --user tim@example.com
  vacancy --server https://a1b2c3.execute-api.eu-west-1.amazonaws.com apartments --status VACANT`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error { return p.awsLogin(command.Context(), f) },
	}
	flags := command.Flags()
	flags.StringVar(&f.stack, "stack", "", "name of the stack")
	flags.StringVar(&f.user, "user", "", "who signs in, by e-mail address")
	flags.StringVar(&f.group, "group", "", "put the user into this group: tenant, manager or operator")
	flags.BoolVar(&f.passwordStdin, "password-stdin", false, "read the password from standard input")
	_ = command.RegisterFlagCompletionFunc("group", cobra.FixedCompletions(roleNames, cobra.ShellCompDirectiveNoFileComp))
	return command
}

func (p *program) awsLogin(ctx context.Context, f loginFlags) error {
	if !strings.Contains(f.user, "@") {
		return usagef("say who signs in by --user, an e-mail address; it is %q", f.user)
	}
	if f.group != "" {
		if err := oneOf("--group", f.group, roleNames); err != nil {
			return err
		}
	}
	c, outputs, err := p.stack(ctx, f.stack)
	if err != nil {
		return err
	}
	password, err := p.password(f)
	if err != nil {
		return err
	}
	session, err := outputs.SignIn(ctx, c, stack.SignIn{Email: f.user, Password: password, Group: f.group}, p.now())
	if err != nil {
		return err
	}
	credentials, err := p.credentials()
	if err != nil {
		return err
	}
	err = credentials.Keep(outputs.APIURL, client.Credential{Token: session.Token, ExpiresAt: session.ExpiresAt, User: f.user, Stack: f.stack})
	if err != nil {
		return err
	}
	if p.global.json {
		return p.printJSON(map[string]any{"server": outputs.APIURL, "user": f.user, "created": session.Created, "expiresAt": session.ExpiresAt})
	}
	if session.Created {
		p.printf("%s is a new user.\n", f.user)
	}
	p.printf("Signed in until %s. The token is kept in %s, for\n\n  vacancy --server %s apartments --status VACANT\n", formatTime(session.ExpiresAt), credentials.Path(), outputs.APIURL)
	return nil
}

// password asks for the password, unless it is given.
func (p *program) password(f loginFlags) (string, error) {
	var password string
	if given, ok := p.getenv(passwordVariable); ok && !f.passwordStdin {
		password = given
	} else if file, ok := p.in.(*os.File); ok && !f.passwordStdin && term.IsTerminal(int(file.Fd())) {
		p.notef("Password of %s: ", f.user)
		typed, err := term.ReadPassword(int(file.Fd()))
		p.notef("\n")
		if err != nil {
			return "", fmt.Errorf("read the password: %w", err)
		}
		password = string(typed)
	} else if f.passwordStdin {
		line, _ := bufio.NewReader(p.in).ReadString('\n')
		password = strings.TrimRight(line, "\r\n")
	}
	if password == "" {
		return "", usagef("no password: type it at a terminal, or give it by --password-stdin or %s", passwordVariable)
	}
	return password, nil
}

// credentials are the tokens that logins have kept for this person.
func (p *program) credentials() (client.Credentials, error) {
	folder, given := p.getenv("XDG_CONFIG_HOME")
	if !given || folder == "" {
		var err error
		if folder, err = os.UserConfigDir(); err != nil {
			return client.Credentials{}, fmt.Errorf("find where tokens are kept: %w", err)
		}
	}
	return client.CredentialsIn(folder), nil
}
