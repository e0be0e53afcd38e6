package caddymodule

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

func executionsCommand() *cobra.Command {
	var server running
	var which selection
	var limit int
	var asJSON bool
	c := &cobra.Command{
		Use:   "executions [--state <state>]… [--since <duration or time>] [--namespace <name>] [--flow <id>] [--limit <n>] [--json]" + serverFlags,
		Short: "Lists executions, the newest first",
		Long: `
Lists executions, the newest first: those of some states, flows, or times.

With --json, prints one object: "results" are the executions, with seq (their
number in the order of acceptance), id, namespace, flowId, flowRevision,
triggerId, state, startDate, endDate, duration and labels.`,
		Example: `  caddy kestra executions
  caddy kestra executions --state FAILED --since 1h
  caddy kestra executions --unfinished --namespace company.team --flow order`,
		Args: cobra.NoArgs,
		RunE: runE(func(c *cobra.Command, _ []string) error {
			if limit < 1 {
				return fmt.Errorf("--limit must be at least 1, not %d", limit)
			}
			query, err := which.query()
			if err != nil {
				return err
			}
			query.Set("limit", strconv.Itoa(min(limit, maxPage)))
			found := make([]json.RawMessage, 0, min(limit, maxPage))
			more := false
			err = server.each("/kestra/executions", query, "before", func(one json.RawMessage) (bool, error) {
				if more = len(found) == limit; !more {
					found = append(found, one)
				}
				return !more, nil
			})
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), page{Results: found})
			}
			if err := printExecutions(c.OutOrStdout(), found); err != nil {
				return err
			}
			if more {
				_, err = fmt.Fprintf(c.ErrOrStderr(), "There are more than %d: --limit says how many to list.\n", limit)
			}
			return err
		}),
	}
	server.addFlags(c)
	which.addFlags(c)
	which.addStateFlag(c)
	c.Flags().BoolVar(&which.unfinished, "unfinished", false, "only those that have not ended")
	c.Flags().IntVar(&limit, "limit", 25, "how many to list at most")
	addJSONFlag(c, &asJSON, "print them as JSON")
	return c
}

// selection says which executions a command is about.
type selection struct {
	namespace, flow, since string
	states                 []string
	unfinished             bool
}

func (s *selection) addFlags(c *cobra.Command) {
	s.addFlowFlags(c)
	c.Flags().StringVar(&s.since, "since", "", "only those that were started since then: 1h, 30d, PT1H ago, or 2026-01-31T09:00:00Z")
}

func (s *selection) addFlowFlags(c *cobra.Command) {
	c.Flags().StringVar(&s.namespace, "namespace", "", "only those of this namespace")
	c.Flags().StringVar(&s.flow, "flow", "", "only those of the flow with this id")
}

func (s *selection) addStateFlag(c *cobra.Command) {
	const name = "state"
	c.Flags().StringSliceVar(&s.states, name, nil, "only those in this state, as in FAILED; repeatable")
	known := []flow.Status{
		flow.Created, flow.Queued, flow.Running, flow.Retrying, flow.Paused, flow.AtBreakpoint, flow.Killing,
		flow.Success, flow.Warning, flow.Failed, flow.Killed, flow.Cancelled, flow.Retried,
	}
	states := make([]string, len(known))
	for i, state := range known {
		states[i] = string(state)
	}
	_ = c.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(states, cobra.ShellCompDirectiveNoFileComp)) // it fails without the flag
}

// query returns the selection as the admin endpoint takes it.
func (s *selection) query() (url.Values, error) {
	query := url.Values{}
	for name, value := range map[string]string{"namespace": s.namespace, "flowId": s.flow} {
		if value != "" {
			query.Set(name, value)
		}
	}
	for _, state := range s.states {
		query.Add("state", strings.ToUpper(state))
	}
	if s.unfinished {
		query.Set("unfinished", "true")
	}
	if s.since != "" {
		since, err := parseSince(s.since)
		if err != nil {
			return nil, err
		}
		query.Set("since", since)
	}
	return query, nil
}

// parseSince returns a duration in Go's form, or a time as it is.
func parseSince(text string) (string, error) {
	if d, err := parseDuration(text); err == nil {
		return d.String(), nil
	}
	if _, err := time.Parse(time.RFC3339, text); err != nil {
		return "", fmt.Errorf("--since %s is neither a duration, as in 1h, 30d or PT1H, nor a time, as in 2026-01-31T09:00:00Z", text)
	}
	return text, nil
}

// executionRow is an execution as lists have it.
type executionRow struct {
	ID        string      `json:"id"`
	Namespace string      `json:"namespace"`
	FlowID    string      `json:"flowId"`
	TriggerID string      `json:"triggerId"`
	State     flow.Status `json:"state"`
	Start     time.Time   `json:"startDate"`
	End       time.Time   `json:"endDate"`
	Labels    labels      `json:"labels"`
}

// labels are the labels of an execution.
type labels []struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

func (l labels) value(key string) string {
	for _, label := range l {
		if label.Key == key {
			return label.Value
		}
	}
	return ""
}

// own returns those that the system does not set, as in key=value.
func (l labels) own() []string {
	var texts []string
	for _, label := range l {
		if !strings.HasPrefix(label.Key, flow.SystemLabel) {
			texts = append(texts, label.Key+"="+label.Value)
		}
	}
	return texts
}

func printExecutions(w io.Writer, found []json.RawMessage) error {
	t := newTable(w, "ID", "STATE", "FLOW", "TRIGGER", "STARTED", "DURATION")
	for _, one := range found {
		var e executionRow
		if err := decodeAnswer(one, &e); err != nil {
			return err
		}
		t.row(e.ID, string(e.State), e.Namespace+"/"+e.FlowID, printable(e.TriggerID), localTime(e.Start, listTime), lasted(e.Start, e.End))
	}
	return t.flush()
}
