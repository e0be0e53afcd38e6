package caddymodule

import (
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/caddyserver/caddy/v2"
	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	"github.com/spf13/cobra"
)

func init() {
	caddycmd.RegisterCommand(caddycmd.Command{
		Name:  "kestra",
		Short: "Looks at the flows of kestra_webhook, and at what a running server does with them",
		Long: `
Some commands look at flow files without serving them: nothing is started and
nothing is kept. They take flow files, and folders of them. Without any they
take those of a configuration: of the file after --config, else of ./Caddyfile.
Its folders of flows, its inline flows, the namespaces of its sites and the
options of its groups of tasks count; beside flow files, those options alone.
Keys are rendered from the environment of the command. A key that reads a
variable which is not set there is shown as (needs SECRET_X). The exit status is
1 if there are errors, and 2 if there is no flow.

Other commands ask a running server, by Caddy's admin endpoint: the one after
--address, else that of the configuration after --config or in ./Caddyfile, else
` + caddy.DefaultAdminListen + `. They print tables for people, with local times and long values cut,
and with --json all there is for programs. Keys and secrets are masked. The exit
status is 1 if the server cannot be asked, or refuses.`,
		CobraFunc: addCommands,
	})
}

// addCommands adds the commands below `caddy kestra`.
func addCommands(c *cobra.Command) {
	// Cobra answers an unknown subcommand with help and exit status 0; refuse it instead.
	c.Args = cobra.NoArgs
	c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	for _, group := range []struct {
		id, title string
		commands  []*cobra.Command
	}{
		{"files", "Flow files:", []*cobra.Command{validateCommand(), testCommand(), newCommand(), sendCommand(), urlsCommand(), curlCommand()}},
		{"language", "Keys and the language of flows:", []*cobra.Command{genkeyCommand(), sendersCommand(), typesCommand(), schemaCommand(), functionsCommand(), evalCommand()}},
		{"server", "A running server:", []*cobra.Command{statusCommand(), reloadCommand(), triggersCommand(), enableCommand(), disableCommand(), purgeCommand(), backupCommand()}},
		{"executions", "Executions of a running server:", []*cobra.Command{executionsCommand(), showCommand(), logsCommand(), killCommand(), resumeCommand(), restartCommand(), replayCommand()}},
	} {
		c.AddGroup(&cobra.Group{ID: group.id, Title: group.title})
		for _, command := range group.commands {
			command.GroupID = group.id
			c.AddCommand(command)
		}
	}
}

const flowsUsage = " [--config <file> [--adapter <name>]] [<flow file or folder>...]"

func urlsCommand() *cobra.Command {
	var from origin
	var base string
	var showKeys bool
	var server running
	c := &cobra.Command{
		Use:   "urls [--base <url>] [--show-keys] [--address <address>]" + flowsUsage,
		Short: "Prints the webhook URLs of flows",
		Long: `
Prints the webhook URLs of flows. With --address, marks those of triggers that
are switched off at a running server: by stopAfter, by the task Toggle or by
` + "`caddy kestra disable`.",
		Args: cobra.ArbitraryArgs,
		RunE: runE(func(c *cobra.Command, args []string) error {
			flows, err := from.load(args)
			if err != nil {
				return err
			}
			if base, err = flows.base(base, ""); err != nil {
				return err
			}
			var off map[triggerName]bool
			if server.address != "" {
				if off, err = server.switchedOff(); err != nil {
					return err
				}
			}
			return errors.Join(printURLs(c.OutOrStdout(), flows.urls, off, base, showKeys), flows.reportErrors(c.ErrOrStderr()))
		}),
	}
	from.addFlags(c)
	addBaseFlag(c, &base, "the path alone")
	c.Flags().BoolVar(&showKeys, "show-keys", false, "print keys in clear")
	c.Flags().StringVar(&server.address, "address", "", "address of a server's admin endpoint: mark the triggers that are switched off there")
	return c
}

func curlCommand() *cobra.Command {
	var from origin
	var base, data string
	c := &cobra.Command{
		Use:   "curl <namespace>/<flow> [--data <text or @file>] [--base <url>]" + flowsUsage,
		Short: "Prints a curl command that calls a flow's webhook, key included",
		Args:  cobra.MinimumNArgs(1),
		RunE: runE(func(c *cobra.Command, args []string) error {
			flows, err := from.load(args[1:])
			if err != nil {
				return err
			}
			return printCurl(c.OutOrStdout(), flows, args[0], base, data)
		}),
	}
	from.addFlags(c)
	addBaseFlag(c, &base, siteBase)
	c.Flags().StringVar(&data, "data", "", "request body, as text or as @file")
	return c
}

func genkeyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "genkey",
		Short: "Prints a new random webhook key",
		Long: `
Prints a new random webhook key, of at least 128 bits, in letters and digits.`,
		Args: cobra.NoArgs,
		RunE: runE(func(c *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(c.OutOrStdout(), rand.Text())
			return err
		}),
	}
}

// siteBase is the URL of the server where a command asks that of a site.
const siteBase = "that of the site there, else, without a configuration, " + localBase

func addBaseFlag(c *cobra.Command, base *string, fallback string) {
	c.Flags().StringVar(base, "base", "", "URL of the server, as in https://example.com (default: base_url of the configuration, else "+fallback+")")
}

// errNoFlow makes the exit status 2.
var errNoFlow = errors.New("no flow found")

const exitNoFlow = 2

// runE prints an error in plain text, where Caddy would print a log line, and turns it into an exit status.
func runE(run func(*cobra.Command, []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		err := run(c, args)
		if err == nil {
			return nil
		}
		c.SilenceErrors = true
		fmt.Fprintf(c.ErrOrStderr(), "%s: %v\n", c.CommandPath(), err)
		if !errors.Is(err, errNoFlow) && !errors.Is(err, errNoCase) {
			return err // exit status 1
		}
		return caddycmd.WrapCommandFuncForCobra(func(caddycmd.Flags) (int, error) { return exitNoFlow, nil })(c, nil)
	}
}
