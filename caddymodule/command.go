package caddymodule

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"

	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	"github.com/spf13/cobra"
)

func init() {
	caddycmd.RegisterCommand(caddycmd.Command{
		Name:  "kestra",
		Short: "Looks at the flows of kestra_webhook",
		Long: `
Looks at flow files without serving them: nothing is started and nothing is
kept.

Commands take flow files, and folders of them. Without any they take those of
a configuration: of the file after --config, else of ./Caddyfile. Its folders
of flows, its inline flows and the namespaces of its sites count.

Keys are rendered from the environment of the command. A key that reads a
variable which is not set there is shown as (needs SECRET_X).

The exit status is 1 if there are errors, and 2 if there is no flow.`,
		CobraFunc: func(c *cobra.Command) {
			// Cobra answers an unknown subcommand with help and exit status 0; refuse it instead.
			c.Args = cobra.NoArgs
			c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
			c.AddCommand(validateCommand(), urlsCommand(), curlCommand(), genkeyCommand(), typesCommand(), schemaCommand(), functionsCommand(), evalCommand())
		},
	})
}

const flowsUsage = " [--config <file> [--adapter <name>]] [<flow file or folder>...]"

func urlsCommand() *cobra.Command {
	var from origin
	var base string
	var showKeys bool
	c := &cobra.Command{
		Use:   "urls [--base <url>] [--show-keys]" + flowsUsage,
		Short: "Prints the webhook URLs of flows",
		Args:  cobra.ArbitraryArgs,
		RunE: runE(func(c *cobra.Command, args []string) error {
			flows, err := from.load(args)
			if err != nil {
				return err
			}
			if base, err = flows.base(base, ""); err != nil {
				return err
			}
			return errors.Join(printURLs(c.OutOrStdout(), flows.urls, base, showKeys), flows.reportErrors(c.ErrOrStderr()))
		}),
	}
	from.addFlags(c)
	addBaseFlag(c, &base, "the path alone")
	c.Flags().BoolVar(&showKeys, "show-keys", false, "print keys in clear")
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
			if base, err = flows.base(base, localBase); err != nil {
				return err
			}
			return printCurl(c.OutOrStdout(), flows, args[0], base, data)
		}),
	}
	from.addFlags(c)
	addBaseFlag(c, &base, localBase)
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
		fmt.Fprintf(os.Stderr, "%s: %v\n", c.CommandPath(), err)
		if !errors.Is(err, errNoFlow) {
			return err // exit status 1
		}
		return caddycmd.WrapCommandFuncForCobra(func(caddycmd.Flags) (int, error) { return exitNoFlow, nil })(c, nil)
	}
}
