package caddymodule

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

func validateCommand() *cobra.Command {
	var from origin
	var portable, strict bool
	var format string
	c := &cobra.Command{
		Use:   "validate [--strict] [--portable] [--format text|json]" + flowsUsage,
		Short: "Prints every error and warning of flows, with file, line and column",
		Long: `
Prints every error and warning of flows, with file, line and column. With
--strict, or where the configuration says strict, a warning that such a
configuration refuses is an error: of a condition that is always or never met,
a name that does not exist, a trigger that never fires.

With --format json, prints one object:

    flows     how many flows have no error
    errors    how many findings are errors
    warnings  how many are warnings
    findings  what was found, in the order of files and lines:
      severity  error, warning, note (a key that needs the server's
                environment) or portability (what Kestra does not have)
      source    the file, or the place of an inline flow in its configuration
      inline    true for an inline flow, whose lines count from its beginning
      line      from 1; absent where it is not known
      column    from 1; absent where it is not known
      path      the member, as in tasks[0].message; absent for the whole flow
      message   what is wrong`,
		Args: cobra.ArbitraryArgs,
		RunE: runE(func(c *cobra.Command, args []string) error {
			if format != "text" && format != "json" {
				return fmt.Errorf("--format is text or json, not %s", format)
			}
			flows, err := from.load(args)
			if err != nil {
				return err
			}
			flows.strict = flows.strict || strict
			found := flows.validate(portable)
			if format == "json" {
				err = printJSON(c.OutOrStdout(), found.json())
			} else {
				err = found.print(c.OutOrStdout())
			}
			if err != nil {
				return err
			}
			return countErrors(found.count(severityError))
		}),
	}
	from.addFlags(c)
	c.Flags().BoolVar(&strict, "strict", false, "take as errors the warnings that a strict configuration refuses")
	c.Flags().BoolVar(&portable, "portable", false, "also name what Kestra does not have")
	c.Flags().StringVar(&format, "format", "text", "text, or json for programs")
	return c
}

// severity is how bad a finding is, in the words of `validate --format json`.
type severity string

const (
	severityError       severity = "error"
	severityWarning     severity = "warning"
	severityNote        severity = "note"        // of a key that the environment of the command lacks
	severityPortability severity = "portability" // what Kestra does not have
)

// finding is one line of what `validate` prints.
type finding struct {
	severity severity
	*flow.Diagnostic
}

// validation is what was found about flows.
type validation struct {
	flows    int // without errors
	findings []finding
}

// validate collects all findings about flows.
func (f *commandFlows) validate(portable bool) *validation {
	v := new(validation)
	add := func(s severity, d *flow.Diagnostic) { v.findings = append(v.findings, finding{s, d}) }
	refused := make(map[*flow.Source]bool)
	for _, d := range f.found {
		if d.Refuses(f.strict) {
			refused[d.Pos.Source] = true
			add(severityError, d)
		} else {
			add(severityWarning, d)
		}
	}
	for _, u := range f.urls {
		if u.Short != nil {
			add(severityWarning, u.Short)
		}
		switch {
		case u.Finding == nil:
		case u.Key == "" && len(u.Needs) > 0:
			note := *u.Finding
			note.Message = needs(u)
			add(severityNote, &note)
		case u.Finding.Severity == flow.SeverityError:
			add(severityError, u.Finding)
		default:
			add(severityWarning, u.Finding)
		}
	}
	if portable {
		for _, d := range f.set.Extensions() {
			add(severityPortability, d)
		}
	}
	v.flows = f.set.Filter(func(f *flow.Flow) bool { return !refused[f.Source] }).Len()
	return v
}

func (v *validation) count(s severity) int {
	n := 0
	for _, f := range v.findings {
		if f.severity == s {
			n++
		}
	}
	return n
}

// print prints the findings as text.
func (v *validation) print(w io.Writer) error {
	for _, f := range v.findings {
		kind := string(f.severity)
		if f.severity == severityPortability {
			kind = "not portable"
		}
		printFinding(w, kind, f.Diagnostic)
	}
	_, err := fmt.Fprintf(w, "%s without errors\n", count(v.flows, "flow"))
	return err
}

// validationJSON is what `validate --format json` prints: the command's help describes it. Members may be added to it, and none is
// taken away.
type validationJSON struct {
	Flows    int           `json:"flows"`
	Errors   int           `json:"errors"`
	Warnings int           `json:"warnings"`
	Findings []findingJSON `json:"findings"`
}

type findingJSON struct {
	Severity severity `json:"severity"`
	Source   string   `json:"source,omitempty"`
	Inline   bool     `json:"inline,omitempty"`
	Line     int      `json:"line,omitempty"`
	Column   int      `json:"column,omitempty"`
	Path     string   `json:"path,omitempty"`
	Message  string   `json:"message"`
}

func (v *validation) json() validationJSON {
	out := validationJSON{Flows: v.flows, Errors: v.count(severityError), Warnings: v.count(severityWarning), Findings: []findingJSON{}}
	for _, f := range v.findings {
		j := findingJSON{Severity: f.severity, Line: f.Pos.Line, Column: f.Pos.Column, Path: f.Path, Message: f.Message}
		if f.Pos.Source != nil {
			j.Source, j.Inline = f.Pos.Source.Name, f.Pos.Source.Inline
		}
		out.Findings = append(out.Findings, j)
	}
	return out
}
