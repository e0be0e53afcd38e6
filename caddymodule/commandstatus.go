package caddymodule

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

func statusCommand() *cobra.Command {
	var server running
	var asJSON bool
	c := &cobra.Command{
		Use:   "status [--json]" + serverFlags,
		Short: "Shows what a running server does: its store, its load, its flows and their errors",
		Long: `
Shows what a running server does: its version and store, how many executions are
under way, its flows, and the errors of those that did not load.

With --json, prints one object: version, startedAt, store, underWay, pending
(accepted and not begun), capacity, flows, and errors, of which those with
servesRevision have an earlier revision that goes on serving.`,
		Args: cobra.NoArgs,
		RunE: runE(func(c *cobra.Command, _ []string) error {
			var s serverStatus
			text, err := server.get("/kestra/status", nil, &s)
			switch {
			case err != nil:
				return err
			case asJSON:
				return printIndented(c.OutOrStdout(), text)
			default:
				return s.print(c.OutOrStdout())
			}
		}),
	}
	server.addFlags(c)
	addJSONFlag(c, &asJSON, "print it as JSON")
	return c
}

func reloadCommand() *cobra.Command {
	var server running
	var asJSON bool
	c := &cobra.Command{
		Use:   "reload [--json]" + serverFlags,
		Short: "Has a running server read its flow files now",
		Long: `
Has a running server read its flow files now, and returns when it serves them.
What it serves otherwise stays as it is; ` + "`caddy reload`" + ` loads a configuration.
A flow with errors goes on serving as it was before them; they are printed, and
the exit status is 1.`,
		Args: cobra.NoArgs,
		RunE: runE(func(c *cobra.Command, _ []string) error {
			var s serverStatus
			text, err := server.post("/kestra/flows/reload", nil, &s)
			if err != nil {
				return err
			}
			if asJSON {
				err = printIndented(c.OutOrStdout(), text)
			} else {
				err = s.printErrors(c.OutOrStdout())
			}
			if err == nil {
				err = countErrors(s.errors())
			}
			if err == nil && !asJSON {
				_, err = fmt.Fprintln(c.OutOrStdout(), "flows are loaded")
			}
			return err
		}),
	}
	server.addFlags(c)
	addJSONFlag(c, &asJSON, "print what was found about the flows as JSON")
	return c
}

// serverStatus is what a server says of itself.
type serverStatus struct {
	Version   string    `json:"version"`
	StartedAt time.Time `json:"startedAt"`
	Store     struct {
		Kind       string `json:"kind"`
		Path       string `json:"path"`
		Durable    bool   `json:"durable"`
		Bytes      int64  `json:"bytes"`
		Executions int64  `json:"executions"`
	} `json:"store"`
	UnderWay int64 `json:"underWay"`
	Pending  int64 `json:"pending"`
	Capacity int64 `json:"capacity"`
	Flows    []struct {
		Namespace string `json:"namespace"`
		ID        string `json:"id"`
		Revision  int    `json:"revision"`
		File      string `json:"file"`
		Disabled  bool   `json:"disabled"`
	} `json:"flows"`
	Errors []flowFinding `json:"errors"`
}

// flowFinding is what the server found about a flow file.
type flowFinding struct {
	File     string   `json:"file"`
	Line     int      `json:"line"`
	Column   int      `json:"column"`
	Message  string   `json:"message"`
	Severity severity `json:"severity"`
	Serves   int      `json:"servesRevision"` // an earlier revision that goes on serving; 0: none
}

func (s *serverStatus) errors() int {
	n := 0
	for _, f := range s.Errors {
		if f.Severity != severityWarning {
			n++
		}
	}
	return n
}

func (s *serverStatus) print(w io.Writer) error {
	kept := "kept on disk"
	if !s.Store.Durable {
		kept = "gone when the process ends"
	}
	facts := newTable(w)
	facts.row("Version", printable(s.Version))
	facts.row("Started", localTime(s.StartedAt, listTime))
	facts.row("Store", strings.TrimSpace(s.Store.Kind+" "+printable(s.Store.Path)))
	facts.row("Executions", fmt.Sprintf("%d, %s, %s", s.Store.Executions, binarySize(s.Store.Bytes), kept))
	facts.row("Under way", fmt.Sprintf("%d of %d", s.UnderWay, s.Capacity))
	facts.row("Pending", fmt.Sprint(s.Pending))
	if err := facts.flush(); err != nil {
		return err
	}
	if len(s.Flows) > 0 {
		fmt.Fprintln(w)
		flows := newTable(w, "FLOW", "REVISION", "FILE")
		for _, f := range s.Flows {
			name := f.Namespace + "/" + f.ID
			if f.Disabled {
				name += " (disabled)"
			}
			flows.row(printable(name), fmt.Sprint(f.Revision), printable(f.File))
		}
		if err := flows.flush(); err != nil {
			return err
		}
	}
	if len(s.Errors) > 0 {
		fmt.Fprintln(w)
	}
	return s.printErrors(w)
}

// printErrors prints a line for each finding, as `validate` does.
func (s *serverStatus) printErrors(w io.Writer) error {
	for _, f := range s.Errors {
		place := f.File
		switch {
		case f.Column > 0:
			place = fmt.Sprintf("%s:%d:%d", place, f.Line, f.Column)
		case f.Line > 0:
			place = fmt.Sprintf("%s:%d", place, f.Line)
		}
		text := fmt.Sprintf("%s: %s: %s", place, f.Severity, f.Message)
		if f.Serves > 0 {
			text += fmt.Sprintf(" (revision %d goes on serving)", f.Serves)
		}
		if _, err := fmt.Fprintln(w, printable(text)); err != nil {
			return err
		}
	}
	return nil
}
