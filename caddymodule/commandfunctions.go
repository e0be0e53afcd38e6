package caddymodule

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/caddy-kestra/kestra-webhook/engine"
)

func functionsCommand() *cobra.Command {
	var cel bool
	cmd := &cobra.Command{
		Use:   "functions [--cel] [<name>...]",
		Short: "Prints the filters, functions and tests of expressions",
		Long: `
Prints the filters, functions and tests that expressions can use, each
with its arguments and an example, in which ↵ is a newline. With names, prints
all that is known about those. With --cel, the variables and functions of
conditions in CEL.`,
		Args: cobra.ArbitraryArgs,
		RunE: runE(func(c *cobra.Command, names []string) error {
			describe := engine.Functions
			if cel {
				describe = engine.CELFunctions
			}
			if len(names) == 0 {
				names = []string{""}
			}
			var failed error
			for _, name := range names {
				text, err := describe(name)
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
	cmd.Flags().BoolVar(&cel, "cel", false, "the variables and functions of conditions in CEL")
	return cmd
}
