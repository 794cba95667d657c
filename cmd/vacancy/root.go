package main

import (
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"
)

// globalFlags are those of every command.
type globalFlags struct {
	data    string
	server  string
	token   string
	user    string
	role    string
	timeout time.Duration
	json    bool
}

func newRoot(p *program) *cobra.Command {
	root := &cobra.Command{
		Use:   "vacancy",
		Short: "Reserve apartments, and run the service that does",
		Long: `Vacancy reserves apartments. A tenant reserves a vacant one; it is held for
them while they pay; if the payment window closes unpaid, it is vacant again.

'vacancy serve' is the server. The other commands are its client. On the machine of
the server they find it, and a token, in the data directory; from elsewhere name them
by --server and --token.

Every flag can be given by an environment variable too: --payment-window is
VACANCY_PAYMENT_WINDOW. Exit codes: 0 done, 1 refused or failed, 2 wrong usage.`,
		Example: `  vacancy serve --demo
  vacancy apartments --status VACANT --state TX --max-price 900
  vacancy reserve apt_0d9k1m4n7s6ug0o2qk7o5v1b3c
  vacancy pay res_0d9k1m6a2s5ug0o2qk7o5v1b3c`,
		Version:           version(),
		SilenceErrors:     true,
		SilenceUsage:      true,
		PersistentPreRunE: func(command *cobra.Command, _ []string) error { return p.begin(command) },
	}
	root.AddGroup(
		&cobra.Group{ID: groupTenant, Title: "Reserving:"},
		&cobra.Group{ID: groupRun, Title: "Running the service:"},
		&cobra.Group{ID: groupWorkflow, Title: "Workflows:"},
	)
	root.SetHelpCommandGroupID(groupRun)
	root.SetCompletionCommandGroupID(groupRun)
	p.addGlobalFlags(root)
	for _, group := range commands {
		for _, make := range group.commands {
			command := make(p)
			command.GroupID = group.id
			root.AddCommand(command)
		}
	}
	return root
}

// begin ends the reading of the command line: what fails after it is no usage error.
func (p *program) begin(command *cobra.Command) error {
	if err := p.readEnvironment(command); err != nil {
		return err
	}
	if err := p.checkGlobalFlags(); err != nil {
		return err
	}
	p.ready = true
	return nil
}

func (p *program) addGlobalFlags(root *cobra.Command) {
	flags, g := root.PersistentFlags(), &p.global
	flags.StringVar(&g.data, "data", "", "data directory of the server (default ./vacancy-data, or ./vacancy-demo for a demo)")
	flags.StringVar(&g.server, "server", "", "base URL of the server (default: the one that has the data directory open)")
	flags.StringVar(&g.token, "token", "", "bearer token; better given as VACANCY_TOKEN (default: signed with the key in the data directory)")
	flags.StringVar(&g.user, "user", "", "who to be: a token is signed here (default: a tenant 'tenant', a manager 'manager')")
	flags.StringVar(&g.role, "role", "", "tenant, manager or operator: a token is signed here (default: what the command needs)")
	flags.DurationVar(&g.timeout, "timeout", 15*time.Second, "how long one request may take")
	flags.BoolVar(&g.json, "json", false, "print JSON for programs")
	_ = root.RegisterFlagCompletionFunc("role", cobra.FixedCompletions(roleNames, cobra.ShellCompDirectiveNoFileComp))
	_ = root.MarkPersistentFlagDirname("data")
}

func (p *program) checkGlobalFlags() error {
	if p.global.timeout <= 0 {
		return usagef("--timeout must be longer than nothing, it is %s", p.global.timeout)
	}
	if p.global.role == "" {
		return nil
	}
	return oneOf("--role", p.global.role, roleNames)
}

// version is the module's version as the Go toolchain stamped it into the binary.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "unknown"
	}
	return info.Main.Version
}
