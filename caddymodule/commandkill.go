package caddymodule

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

func killCommand() *cobra.Command {
	var server running
	c := &cobra.Command{
		Use:   "kill <execution>…" + serverFlags,
		Short: "Ends executions, and those that they have started",
		Long: `
Ends executions, and those that they have started, in the state KILLED. Tasks
that run are interrupted; what a task has done outside stays done.`,
		Example: `  caddy kestra kill 5Vm8ynzfUb2oTjIFXMGFcp`,
		Args:    cobra.MinimumNArgs(1),
		RunE: runE(func(c *cobra.Command, ids []string) error {
			return forEach(ids, func(id string) error {
				path, err := executionPath(id, "kill")
				if err != nil {
					return err
				}
				if _, err := server.post(path, nil, nil); err != nil {
					return err
				}
				_, err = fmt.Fprintf(c.OutOrStdout(), "killing %s\n", id)
				return err
			})
		}),
	}
	server.addFlags(c)
	return c
}

// forEach does the same for several things, whatever becomes of the others. Errors are named by the thing when there are several.
func forEach(names []string, do func(string) error) error {
	var failed []error
	for _, name := range names {
		if err := do(name); err != nil {
			if len(names) > 1 {
				err = fmt.Errorf("%s: %w", name, err)
			}
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

func resumeCommand() *cobra.Command {
	var server running
	var inputs []string
	var data, breakpoints string
	c := &cobra.Command{
		Use:   "resume <execution> [--input <name>=<text>… | --data <JSON or @file> | --breakpoints <tasks>]" + serverFlags,
		Short: "Lets an execution go on that is paused, or at a breakpoint",
		Long: `
Lets an execution go on that is paused. What its Pause asks for by onResume is
given as texts by --input, or as a JSON object by --data; - stands for the
standard input, as in --data @-.

One that is at a breakpoint goes on to its end, or with --breakpoints to the
next of these tasks.`,
		Example: `  caddy kestra resume 5Vm8ynzfUb2oTjIFXMGFcp
  caddy kestra resume 5Vm8ynzfUb2oTjIFXMGFcp --input approved=true --input reason="it is fine"`,
		Args: cobra.ExactArgs(1),
		RunE: runE(func(c *cobra.Command, args []string) error {
			body, err := resumeInputs(c.InOrStdin(), inputs, data)
			if err != nil {
				return err
			}
			path, err := executionPath(args[0])
			if err != nil {
				return err
			}
			if breakpoints == "" {
				if _, err = server.post(path+"/resume", body, nil); err != nil && len(inputs) == 0 && data == "" && server.atBreakpoint(path) {
					_, err = server.post(path+"/resume-from-breakpoint", nil, nil)
				}
			} else {
				_, err = server.post(path+"/resume-from-breakpoint?"+url.Values{"breakpoints": {breakpoints}}.Encode(), nil, nil)
			}
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "resumed %s\n", args[0])
			return err
		}),
	}
	server.addFlags(c)
	c.Flags().StringArrayVar(&inputs, "input", nil, "a value that the Pause asks for, as in approved=true; repeatable")
	c.Flags().StringVar(&data, "data", "", "all values as a JSON object: as text, or as @file")
	c.Flags().StringVar(&breakpoints, "breakpoints", "", "of one that is at a breakpoint: the tasks before which it stops again, as of replay")
	c.MarkFlagsMutuallyExclusive("input", "data", "breakpoints")
	return c
}

// atBreakpoint reports whether the execution with a path is known to be at a breakpoint.
func (r *running) atBreakpoint(path string) bool {
	var e shownExecution
	_, err := r.get(path, nil, &e)
	return err == nil && e.State.Current == flow.AtBreakpoint
}

// resumeInputs returns the JSON object to resume with.
func resumeInputs(standard io.Reader, inputs []string, data string) (json.RawMessage, error) {
	values := make(map[string]string)
	for _, input := range inputs {
		name, value, ok := strings.Cut(input, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("--input %s must be as in approved=true", input)
		}
		values[name] = value
	}
	if data == "" {
		return json.Marshal(values)
	}
	text := []byte(data)
	if file, ok := strings.CutPrefix(data, "@"); ok {
		var err error
		if text, err = readInput(standard, file); err != nil {
			return nil, fmt.Errorf("--data: %w", err)
		}
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(text, &object); err != nil || object == nil {
		return nil, errors.New("--data must be a JSON object")
	}
	return text, nil
}

// readInput returns what is in a file, or, for -, comes by the standard input.
func readInput(standard io.Reader, file string) ([]byte, error) {
	if file == "-" {
		return io.ReadAll(standard)
	}
	return os.ReadFile(file)
}
