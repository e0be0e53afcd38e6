package caddymodule

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

func purgeCommand() *cobra.Command {
	var server running
	var which selection
	var olderThan string
	var dry, asJSON bool
	c := &cobra.Command{
		Use:   "purge --older-than <duration> [--state <state>]… [--namespace <name>] [--flow <id>] [--dry-run] [--json]" + serverFlags,
		Short: "Removes executions that have ended",
		Long: `
Removes executions that have ended, with their logs and files, before the
server does so by itself. --older-than counts from their end; 0s takes all.`,
		Example: `  caddy kestra purge --older-than 30d --dry-run
  caddy kestra purge --older-than 1h --state SUCCESS --namespace company.team`,
		Args: cobra.NoArgs,
		RunE: runE(func(c *cobra.Command, _ []string) error {
			if olderThan == "" {
				return errors.New("--older-than is missing: 30d, or 0s for all that have ended")
			}
			age, err := flow.ParseDuration(olderThan) // unlike the other form of a duration, it may be 0
			if err != nil {
				if age, err = parseDuration(olderThan); err != nil {
					return fmt.Errorf("--older-than %s must be a duration, as in 30d, 1h or PT1H", olderThan)
				}
			}
			states := make([]string, 0, len(which.states))
			for _, s := range which.states {
				states = append(states, strings.ToUpper(s))
			}
			var removed struct {
				Executions int64 `json:"executions"`
				Bytes      int64 `json:"bytes"`
			}
			text, err := server.post("/kestra/purge", purgeRequest{
				OlderThan: age.String(), States: states, Namespace: which.namespace, FlowID: which.flow, DryRun: dry,
			}, &removed)
			if err != nil {
				return err
			}
			if asJSON {
				return printIndented(c.OutOrStdout(), text)
			}
			does := "removed"
			if dry {
				does = "would remove"
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s %s, %s\n", does, count(int(removed.Executions), "execution"), binarySize(removed.Bytes))
			return err
		}),
	}
	server.addFlags(c)
	which.addFlowFlags(c)
	c.Flags().StringVar(&olderThan, "older-than", "", "those that ended so long ago, as in 30d; 0s for all")
	which.addStateFlag(c)
	c.Flags().BoolVar(&dry, "dry-run", false, "say how many there are, and remove none")
	addJSONFlag(c, &asJSON, "print how many they are, and how many bytes, as JSON")
	return c
}

type purgeRequest struct {
	OlderThan string   `json:"olderThan"`
	States    []string `json:"states"`
	Namespace string   `json:"namespace,omitempty"`
	FlowID    string   `json:"flowId,omitempty"`
	DryRun    bool     `json:"dryRun"`
}

func backupCommand() *cobra.Command {
	var server running
	var asJSON bool
	c := &cobra.Command{
		Use:   "backup <file> [--json]" + serverFlags,
		Short: "Copies the store of a running server into a file",
		Long: `
Copies the store of a running server into a new file, which the server itself
writes: as it is at one moment, while executions go on. To restore it, put it in
the place of the store's file while no server runs.`,
		Example: `  caddy kestra backup /var/backups/kestra.db`,
		Args:    cobra.ExactArgs(1),
		RunE: runE(func(c *cobra.Command, args []string) error {
			path, err := filepath.Abs(args[0]) // the server works in another folder
			if err != nil {
				return err
			}
			var written struct {
				Path  string `json:"path"`
				Bytes int64  `json:"bytes"`
			}
			text, err := server.post("/kestra/backup", map[string]string{"path": path}, &written)
			if err != nil {
				return err
			}
			if asJSON {
				return printIndented(c.OutOrStdout(), text)
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "wrote %s, %s\n", written.Path, binarySize(written.Bytes))
			return err
		}),
	}
	server.addFlags(c)
	addJSONFlag(c, &asJSON, "print path and bytes as JSON")
	return c
}
