package caddymodule

import (
	"fmt"

	"github.com/spf13/cobra"
)

func restartCommand() *cobra.Command {
	var server running
	c := &cobra.Command{
		Use:   "restart <execution>…" + serverFlags,
		Short: "Lets executions go on from where they have failed",
		Long: `
Lets executions that have ended go on, as the same ones and by the revisions of
their flows that they began with: tasks that have failed run again, with another
attempt, and what comes after them; tasks that have succeeded do not. What ran
in errors, finally and afterExecution of the failure goes, and runs again when
it comes to that. One that is paused goes on as if somebody had resumed it.

replay starts new executions instead, by the flows as they are now.`,
		Example: `  caddy kestra restart 5Vm8ynzfUb2oTjIFXMGFcp`,
		Args:    cobra.MinimumNArgs(1),
		RunE: runE(func(c *cobra.Command, ids []string) error {
			return forEach(ids, func(id string) error {
				path, err := executionPath(id, "restart")
				if err != nil {
					return err
				}
				if _, err := server.post(path, nil, nil); err != nil {
					return err
				}
				_, err = fmt.Fprintf(c.OutOrStdout(), "restarted %s\n", id)
				return err
			})
		}),
	}
	server.addFlags(c)
	return c
}
