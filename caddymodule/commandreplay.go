package caddymodule

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

func replayCommand() *cobra.Command {
	var server running
	var which selection
	var failed, dry, asJSON bool
	var from, breakpoints string
	var revision int
	c := &cobra.Command{
		Use:   "replay <execution>… [--from <task run>] [--revision <number>] [--breakpoints <tasks>] [--json]" + serverFlags + "\n  caddy kestra replay --failed --since <duration or time> [--namespace <name>] [--flow <id>] [--dry-run] [--json]" + serverFlags,
		Short: "Runs executions anew, with what they were started with",
		Long: `
Starts new executions with the triggers and inputs of others, by their flows as
they are now: all tasks run again. Prints the id of each new execution beside
that of the old one, which stays as it is.

With --from, tasks before a task run are not run again: the new execution has
their outputs. --revision names another revision of the flow. With --breakpoints,
new executions stop before these tasks, until ` + "`caddy kestra resume`" + `.

With --failed, replays those that have ended in FAILED since some time, the
oldest first. Left out are those that were replayed already, of which the last
replay counts, and those that another execution has started, which starts them
again. --dry-run only lists them.`,
		Example: `  caddy kestra replay 5Vm8ynzfUb2oTjIFXMGFcp
  caddy kestra replay --failed --since 1h --dry-run
  caddy kestra replay --failed --since 1h --namespace company.team --flow order`,
		RunE: runE(func(c *cobra.Command, ids []string) error {
			switch {
			case failed && len(ids) > 0:
				return errors.New("executions and --failed exclude each other")
			case !failed && len(ids) == 0:
				return errors.New("write the ids of executions, or --failed --since <duration or time>")
			case !failed && (which.since+which.namespace+which.flow != "" || dry):
				return errors.New("--since, --namespace, --flow and --dry-run go with --failed")
			case failed && which.since == "":
				return errors.New("--failed needs --since, as in --since 1h")
			}
			query := url.Values{}
			if from != "" {
				if len(ids) != 1 {
					return errors.New("--from is for one execution")
				}
				query.Set("taskRunId", from)
			}
			if revision != 0 {
				query.Set("revision", strconv.Itoa(revision))
			}
			if breakpoints != "" {
				query.Set("breakpoints", breakpoints)
			}
			if failed {
				found, err := server.failed(&which)
				if err != nil {
					return err
				}
				if dry {
					if asJSON {
						return printJSON(c.OutOrStdout(), page{Results: found})
					}
					return printExecutions(c.OutOrStdout(), found)
				}
				for _, one := range found {
					var e executionRow
					if err := decodeAnswer(one, &e); err != nil {
						return err
					}
					ids = append(ids, e.ID)
				}
			}
			return server.replay(c.OutOrStdout(), ids, query, asJSON)
		}),
	}
	server.addFlags(c)
	which.addFlags(c)
	c.Flags().StringVar(&from, "from", "", "the id of a task run: what came before is not run again")
	c.Flags().IntVar(&revision, "revision", 0, "a revision of the flow; default is the flow as it is now")
	c.Flags().StringVar(&breakpoints, "breakpoints", "", "ids of tasks with commas between, perhaps with a dot and a value of a ForEach")
	c.Flags().BoolVar(&failed, "failed", false, "replay those that have failed")
	c.Flags().BoolVar(&dry, "dry-run", false, "with --failed: list them, and replay none")
	addJSONFlag(c, &asJSON, "print an object per line: id of the new execution, replays for that of the old one, and url where there is one")
	return c
}

// replay replays executions and prints the new ones.
func (r *running) replay(w io.Writer, ids []string, query url.Values, asJSON bool) error {
	return forEach(ids, func(id string) error {
		path, err := executionPath(id, "replay")
		if err != nil {
			return err
		}
		var next struct {
			ID      string `json:"id"`
			Replays string `json:"replays"`
			URL     string `json:"url,omitempty"`
		}
		if len(query) > 0 {
			path += "?" + query.Encode()
		}
		if _, err := r.post(path, nil, &next); err != nil {
			return err
		}
		if next.Replays = id; asJSON {
			return json.NewEncoder(w).Encode(next)
		}
		_, err = fmt.Fprintf(w, "%s replays %s\n", next.ID, id)
		return err
	})
}

// The system's labels by which executions belong together, as in Kestra: that of the first try and its replays, and of what they
// start, is the id of the first; a replay says that it is one.
const (
	correlationLabel = flow.SystemLabel + "correlationId"
	replayLabel      = flow.SystemLabel + "replay"
)

// failed returns the executions of a selection that have failed and are to be replayed, the oldest first.
func (r *running) failed(which *selection) ([]json.RawMessage, error) {
	query, err := which.query()
	if err != nil {
		return nil, err
	}
	query.Set("limit", strconv.Itoa(maxPage))
	var found []json.RawMessage
	type attempts struct{ first, namespace, flow string } // what was tried: what an execution has started has its correlation, but is of another flow
	replayed := make(map[attempts]bool)
	err = r.each("/kestra/executions", query, "before", func(one json.RawMessage) (bool, error) {
		var e executionRow
		if err := decodeAnswer(one, &e); err != nil {
			return false, err
		}
		replay := e.Labels.value(replayLabel) == "true"
		of := attempts{cmp.Or(e.Labels.value(correlationLabel), e.ID), e.Namespace, e.FlowID}
		if e.State == flow.Failed && !replayed[of] {
			switch started, err := r.startedByAnother(&e, of.first, replay); {
			case err != nil:
				return false, err
			case !started:
				found = append(found, one)
			}
		}
		if replay {
			replayed[of] = true
		}
		return true, nil
	})
	slices.Reverse(found)
	return found, err
}

// startedByAnother reports whether another execution has started one. Of a replay, whose correlation is another one's in any case,
// only the execution itself says so.
func (r *running) startedByAnother(e *executionRow, first string, replay bool) (bool, error) {
	if !replay {
		return first != e.ID, nil
	}
	path, err := executionPath(e.ID)
	if err != nil {
		return false, err
	}
	var whole shownExecution
	_, err = r.get(path, nil, &whole)
	return whole.Trigger.Variables.ExecutionID != "", err
}
