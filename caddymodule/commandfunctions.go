package caddymodule

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/caddy-kestra/kestra-webhook/engine"
)

func functionsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "functions [<name>...]",
		Short: "Prints the filters, functions and tests of expressions",
		Long: `
Prints the filters, functions and tests that expressions can use, each
with its arguments and an example, in which ↵ is a newline. With names, prints
all that is known about those.`,
		Args: cobra.ArbitraryArgs,
		RunE: runE(func(c *cobra.Command, names []string) error {
			if len(names) == 0 {
				names = []string{""}
			}
			var failed error
			for _, name := range names {
				text, err := engine.Functions(name)
				if err != nil {
					failed = errors.Join(failed, err)
					continue
				}
				if _, err := fmt.Fprint(c.OutOrStdout(), wrap(text, printWidth, "      ")); err != nil {
					return err
				}
			}
			return failed
		}),
	}
}
