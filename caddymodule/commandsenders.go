package caddymodule

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/caddy-kestra/kestra-webhook/engine"
)

func sendersCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "senders [<sender>]",
		Short: "Prints the services whose webhooks are known",
		Long: `
Prints the services that a trigger can name as its sender. With one of them,
prints how it signs, where its events have their name and id, what it asks
before it sends anything, how long it waits, and a flow to start from.`,
		Args: cobra.MaximumNArgs(1),
		RunE: runE(func(c *cobra.Command, names []string) error {
			all := engine.Senders()
			w := c.OutOrStdout()
			if len(names) == 0 {
				table := newTable(w, "SENDER", "SIGNS BY", "SERVICE")
				for _, s := range all {
					table.row(s.Name, s.Signature.Header, s.Title)
				}
				return table.flush()
			}
			s := engine.SenderByName(names[0])
			if s == nil {
				return unknownSender(names[0])
			}
			_, err := fmt.Fprint(w, s.Page())
			return err
		}),
	}
}
