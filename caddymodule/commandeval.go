package caddymodule

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/caddy-kestra/kestra-webhook/engine"
)

func evalCommand() *cobra.Command {
	var o engine.EvalOptions
	var file string
	var from origin
	var cel bool
	c := &cobra.Command{
		Use:   "eval <template> [--context <JSON file>] [--dialect 1|2] [--json] [--cel]",
		Short: "Evaluates a template or a CEL expression and prints what it gives",
		Long: `
Evaluates a template, as conditions and properties of tasks are, and prints the
text, or with --json the value. Quote it for the shell:

    caddy kestra eval "{{ trigger.body.name | upper }}" --context event.json

The file holds a JSON object whose members are the variables, as in

    {"trigger": {"body": {"name": "Alice"}, "headers": {"X-Event": ["push"]}}}

and - stands for the standard input. secret('X') and envs.x are SECRET_X and
ENV_X of the environment of the command; with --config, secrets are where that
configuration says.

With --cel the argument is an expression of a condition in CEL, whose result
may be of any type:

    caddy kestra eval --cel 'headers.header("x-event") + body.name' --context event.json

The file may then have body, headers, parameters and formFields beside trigger
or in it, and method, path, requestURL, remoteAddr, rawBody, flow, vars and now.`,
		Args: cobra.ExactArgs(1),
		RunE: runE(func(c *cobra.Command, args []string) error {
			if file != "" {
				var err error
				if o.Context, err = readInput(c.InOrStdin(), file); err != nil {
					return err
				}
			}
			o.Environ = os.Environ()
			var err error
			if o.Secrets, err = from.loadSecrets(); err != nil {
				return err
			}
			evaluate := engine.Eval
			if cel {
				if c.Flags().Changed("dialect") {
					return errors.New("--dialect is for templates: CEL has none")
				}
				evaluate = engine.EvalCEL
			}
			text, err := evaluate(args[0], o)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(c.OutOrStdout(), text)
			return err
		}),
	}
	c.Flags().StringVar(&file, "context", "", "JSON file with the variables, or - for the standard input")
	c.Flags().StringVarP(&from.config, "config", "c", "", "configuration that says where secrets are (default: the environment)")
	c.Flags().StringVarP(&from.adapter, "adapter", "a", "", "name of the configuration's adapter")
	c.Flags().IntVar(&o.Dialect, "dialect", 1, "1 as Kestra 1.x, 2 as Kestra 2.0: where ?? and isIn bind")
	c.Flags().BoolVar(&o.JSON, "json", false, "print the value as JSON")
	c.Flags().BoolVar(&cel, "cel", false, "the argument is an expression in CEL")
	return c
}
