package caddymodule

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

func showCommand() *cobra.Command {
	var server running
	var asJSON bool
	c := &cobra.Command{
		Use:   "show <execution> [--json]" + serverFlags,
		Short: "Shows an execution: its states, its task runs, and why it failed",
		Long: `
Shows an execution: what started it, the states it went through, its task runs
with their attempts and outputs, and the errors that it logged. Long values are
cut; with --json, the whole execution is printed as Kestra's API has it.`,
		Example: `  caddy kestra show 5Vm8ynzfUb2oTjIFXMGFcp
  caddy kestra show 5Vm8ynzfUb2oTjIFXMGFcp --json`,
		Args: cobra.ExactArgs(1),
		RunE: runE(func(c *cobra.Command, args []string) error {
			path, err := executionPath(args[0])
			if err != nil {
				return err
			}
			var e shownExecution
			text, err := server.get(path, nil, &e)
			if err != nil {
				return err
			}
			if asJSON {
				return printIndented(c.OutOrStdout(), text)
			}
			reasons, err := server.lastErrors(args[0])
			if err != nil {
				return err
			}
			return printExecution(c.OutOrStdout(), &e, reasons)
		}),
	}
	server.addFlags(c)
	addJSONFlag(c, &asJSON, "print the whole execution as JSON")
	return c
}

// shownExecution is what is shown of an execution in the form of Kestra's API.
type shownExecution struct {
	ID        string          `json:"id"`
	Namespace string          `json:"namespace"`
	FlowID    string          `json:"flowId"`
	Revision  int             `json:"flowRevision"`
	State     shownState      `json:"state"`
	Labels    labels          `json:"labels"`
	Inputs    json.RawMessage `json:"inputs"`
	Outputs   json.RawMessage `json:"outputs"`
	Runs      []shownRun      `json:"taskRunList"`
	ParentID  string          `json:"parentId"` // of the execution that this one repeats
	Trigger   struct {
		ID        string `json:"id"`
		Variables struct {
			Body        json.RawMessage `json:"body"`
			Parameters  json.RawMessage `json:"parameters"`
			ExecutionID string          `json:"executionId"` // of the execution that has started this one
		} `json:"variables"`
	} `json:"trigger"`
}

type shownState struct {
	Current   flow.Status `json:"current"`
	Start     time.Time   `json:"startDate"`
	End       time.Time   `json:"endDate"` // the zero time until it has ended
	Histories []struct {
		State flow.Status `json:"state"`
		Date  time.Time   `json:"date"`
	} `json:"histories"`
}

func (s *shownState) lasted() string { return lasted(s.Start, s.End) }

type shownRun struct {
	ID        string     `json:"id"`
	ParentID  string     `json:"parentTaskRunId"`
	TaskID    string     `json:"taskId"`
	Value     string     `json:"value"`
	Iteration *int       `json:"iteration"`
	State     shownState `json:"state"`
	Attempts  []struct {
		State shownState `json:"state"`
	} `json:"attempts"`
	Outputs json.RawMessage `json:"outputs"`
}

// name returns the task with what tells its runs apart.
func (r *shownRun) name() string {
	switch {
	case r.Value != "":
		return r.TaskID + " [" + cut(r.Value, 20) + "]"
	case r.Iteration != nil:
		return r.TaskID + " #" + strconv.Itoa(*r.Iteration)
	default:
		return r.TaskID
	}
}

// shownErrors is how many error lines `show` prints.
const shownErrors = 5

// lastErrors returns the last lines of level ERROR in an execution's log.
func (r *running) lastErrors(id string) ([]logRow, error) {
	path, err := executionPath(id, "logs")
	if err != nil {
		return nil, err
	}
	var lines []logRow
	err = r.each(path, url.Values{"level": {"ERROR"}, "limit": {strconv.Itoa(maxPage)}}, "after", func(text json.RawMessage) (bool, error) {
		var line logRow
		if err := decodeAnswer(text, &line); err != nil {
			return false, err
		}
		if lines = append(lines, line); len(lines) > shownErrors {
			lines = slices.Delete(lines, 0, 1)
		}
		return true, nil
	})
	return lines, err
}

func printExecution(w io.Writer, e *shownExecution, reasons []logRow) error {
	facts := newTable(w)
	fact := func(name, value string) {
		if value != "" {
			facts.row(name, value)
		}
	}
	fact("Execution", e.ID)
	fact("Flow", fmt.Sprintf("%s/%s, revision %d", e.Namespace, e.FlowID, e.Revision))
	fact("State", strings.TrimSuffix(string(e.State.Current)+" after "+e.State.lasted(), " after "))
	fact("Trigger", printable(e.Trigger.ID))
	fact("Parameters", shortJSON(e.Trigger.Variables.Parameters))
	fact("Body", shortJSON(e.Trigger.Variables.Body))
	fact("Inputs", shortJSON(e.Inputs))
	fact("Outputs", shortJSON(e.Outputs))
	fact("Labels", cut(strings.Join(e.Labels.own(), ", "), cellWidth))
	fact("Started by", printable(e.Trigger.Variables.ExecutionID))
	fact("Replay of", e.ParentID)
	if err := facts.flush(); err != nil {
		return err
	}

	fmt.Fprintln(w)
	states := newTable(w, "STATE", "SINCE")
	for _, h := range e.State.Histories {
		states.row(string(h.State), localTime(h.Date, exactTime))
	}
	if err := states.flush(); err != nil {
		return err
	}
	if len(e.Runs) > 0 {
		fmt.Fprintln(w)
		if err := printRuns(w, e.Runs); err != nil {
			return err
		}
	}
	if len(reasons) > 0 {
		fmt.Fprintln(w, "\nERRORS")
		for i := range reasons {
			if err := reasons[i].print(w); err != nil {
				return err
			}
		}
	}
	return nil
}

// printRuns prints task runs as a tree: what is inside of another is indented below it.
func printRuns(w io.Writer, runs []shownRun) error {
	below := make(map[string][]*shownRun)
	for i := range runs {
		below[runs[i].ParentID] = append(below[runs[i].ParentID], &runs[i])
	}
	t := newTable(w, "TASK", "STATE", "DURATION", "OUTPUTS")
	var add func(parent, indent string)
	add = func(parent, indent string) {
		for _, r := range below[parent] {
			t.row(indent+printable(r.name()), string(r.State.Current), r.State.lasted(), shortJSON(r.Outputs))
			if len(r.Attempts) > 1 {
				for i := range r.Attempts {
					s := &r.Attempts[i].State
					t.row(fmt.Sprintf("%s  attempt %d", indent, i+1), string(s.Current), s.lasted(), "")
				}
			}
			if r.ID != "" {
				add(r.ID, indent+"  ")
			}
		}
	}
	add("", "")
	return t.flush()
}

// shortJSON returns the beginning of a value on one line; nothing for one that is missing or holds nothing.
func shortJSON(value json.RawMessage) string {
	var b bytes.Buffer
	if json.Compact(&b, value) != nil || slices.Contains([]string{"null", "{}", "[]", `""`}, b.String()) {
		return ""
	}
	return cut(b.String(), cellWidth)
}
