package caddymodule

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/spf13/cobra"
)

func triggersCommand() *cobra.Command {
	var server running
	var asJSON bool
	c := &cobra.Command{
		Use:   "triggers [--json]" + serverFlags,
		Short: "Lists triggers, with those that are switched off",
		Long: `
Lists the triggers of the flows that a running server has, with those that are
switched off: in the flow itself, or by stopAfter, by the task Toggle or by
` + "`caddy kestra disable`, which `caddy kestra enable`" + ` undoes.

With --json, prints one object: "results" are the triggers, with namespace,
flowId, triggerId, type, disabled, and reason, which is flow or stored.`,
		Args: cobra.NoArgs,
		RunE: runE(func(c *cobra.Command, _ []string) error {
			triggers, text, err := server.triggers()
			switch {
			case err != nil:
				return err
			case asJSON:
				return printIndented(c.OutOrStdout(), text)
			default:
				return printTriggers(c.OutOrStdout(), triggers)
			}
		}),
	}
	server.addFlags(c)
	addJSONFlag(c, &asJSON, "print them as JSON")
	return c
}

// switchCommand returns the command `enable` or `disable`.
func switchCommand(verb, short, long string) *cobra.Command {
	var server running
	c := &cobra.Command{
		Use:     verb + " <namespace>/<flow>/<trigger>…" + serverFlags,
		Short:   short,
		Long:    long,
		Example: "  caddy kestra " + verb + " company.team/order/webhook",
		Args:    cobra.MinimumNArgs(1),
		RunE: runE(func(c *cobra.Command, names []string) error {
			return forEach(names, func(name string) error {
				parts := strings.Split(name, "/")
				for i, part := range parts {
					if part == "" {
						parts = nil
						break
					}
					parts[i] = url.PathEscape(part)
				}
				if len(parts) != 3 {
					return errors.New("a trigger is named as in company.team/order/webhook: namespace, flow, trigger")
				}
				if _, err := server.post("/kestra/triggers/"+strings.Join(parts, "/")+"/"+verb, nil, nil); err != nil {
					return err
				}
				_, err := fmt.Fprintf(c.OutOrStdout(), "%sd %s\n", verb, name)
				return err
			})
		}),
	}
	server.addFlags(c)
	return c
}

func enableCommand() *cobra.Command {
	return switchCommand("enable", "Switches triggers on again", `
Switches triggers on again that stopAfter, the task Toggle or
`+"`caddy kestra disable`"+` has switched off.`)
}

func disableCommand() *cobra.Command {
	return switchCommand("disable", "Switches triggers off", `
Switches triggers off: their requests are answered with 409, also after a
restart, until `+"`caddy kestra enable`"+` or a change of the flow.`)
}

// storedReason is why a trigger is off that can be switched on again.
const storedReason = "stored"

// serverTrigger is a trigger of a running server.
type serverTrigger struct {
	Namespace string `json:"namespace"`
	FlowID    string `json:"flowId"`
	ID        string `json:"triggerId"`
	Type      string `json:"type"`
	Disabled  bool   `json:"disabled"`
	Reason    string `json:"reason"`
}

// triggers returns the triggers of the server, and its answer as it is.
func (r *running) triggers() ([]serverTrigger, []byte, error) {
	var answer struct {
		Results []serverTrigger `json:"results"`
	}
	text, err := r.get("/kestra/triggers", nil, &answer)
	return answer.Results, text, err
}

func printTriggers(w io.Writer, triggers []serverTrigger) error {
	t := newTable(w, "FLOW", "TRIGGER", "TYPE", "STATE")
	for _, one := range triggers {
		state := "on"
		switch {
		case one.Disabled && one.Reason == storedReason:
			state = "off"
		case one.Disabled:
			state = "off, by the flow"
		}
		t.row(printable(one.Namespace+"/"+one.FlowID), printable(one.ID), printable(one.Type[strings.LastIndexByte(one.Type, '.')+1:]), state)
	}
	return t.flush()
}

// triggerName names a trigger: its namespace, flow and id.
type triggerName [3]string

// switchedOff returns the triggers that are switched off in the server's store.
func (r *running) switchedOff() (map[triggerName]bool, error) {
	triggers, _, err := r.triggers()
	off := make(map[triggerName]bool)
	for _, t := range triggers {
		off[triggerName{t.Namespace, t.FlowID, t.ID}] = t.Disabled && t.Reason == storedReason
	}
	return off, err
}
