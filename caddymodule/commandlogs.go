package caddymodule

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

func logsCommand() *cobra.Command {
	var server running
	var o logOptions
	c := &cobra.Command{
		Use:   "logs <execution> [--follow] [--level <level>] [--json]" + serverFlags,
		Short: "Prints the log of an execution",
		Long: `
Prints the log of an execution. With --follow, goes on printing until the
execution has ended; the exit status is then 0 if it ended in SUCCESS or
WARNING, and 1 otherwise.

With --json, prints an object per line, with seq, timestamp, level, taskId,
taskRunId, attemptNumber and message.`,
		Example: `  caddy kestra logs 5Vm8ynzfUb2oTjIFXMGFcp
  caddy kestra logs 5Vm8ynzfUb2oTjIFXMGFcp -f --level WARN`,
		Args: cobra.ExactArgs(1),
		RunE: runE(func(c *cobra.Command, args []string) error {
			path, err := executionPath(args[0])
			if err != nil {
				return err
			}
			p := logPrinter{w: c.OutOrStdout(), asJSON: o.asJSON}
			if !o.follow {
				query := o.query()
				query.Set("limit", strconv.Itoa(maxPage))
				return server.each(path+"/logs", query, "after", func(line json.RawMessage) (bool, error) { return true, p.print(line) })
			}
			ended, err := server.follow(path, o.query(), &p)
			if err == nil && ended != flow.Success && ended != flow.Warning {
				err = fmt.Errorf("execution %s ended in %s", args[0], ended)
			}
			return err
		}),
	}
	server.addFlags(c)
	c.Flags().BoolVarP(&o.follow, "follow", "f", false, "go on until the execution has ended")
	c.Flags().StringVar(&o.level, "level", "", "only lines of this level and above: TRACE, DEBUG, INFO, WARN or ERROR")
	addJSONFlag(c, &o.asJSON, "print an object per line")
	return c
}

type logOptions struct {
	follow, asJSON bool
	level          string
}

func (o *logOptions) query() url.Values {
	query := url.Values{}
	if o.level != "" {
		query.Set("level", strings.ToUpper(o.level))
	}
	return query
}

// follow prints the log of the execution with this path until it has ended, and returns the state that it ended in. A stream that
// ends before that, as when the server takes a new configuration, is asked for anew from where it ended.
func (r *running) follow(path string, query url.Values, p *logPrinter) (flow.Status, error) {
	query.Set("follow", "true")
	for {
		printed := p.last
		if err := r.stream(path+"/logs", query, p); err != nil {
			return "", err
		}
		var e shownExecution
		if _, err := r.get(path, nil, &e); err != nil {
			return "", err
		}
		switch {
		case !e.State.End.IsZero():
			return e.State.Current, nil
		case p.last == printed:
			return "", fmt.Errorf("the server ended the log of execution %s, which is %s", e.ID, e.State.Current)
		}
		query.Set("after", strconv.FormatInt(p.last, 10))
	}
}

// stream prints lines as they arrive until there are no more.
func (r *running) stream(path string, query url.Values, p *logPrinter) error {
	answer, err := r.open(http.MethodGet, path, query, nil)
	if err != nil {
		return err
	}
	defer answer.Close()
	for lines := json.NewDecoder(answer); ; {
		var line json.RawMessage
		if err := lines.Decode(&line); err != nil {
			if bad := (*json.SyntaxError)(nil); errors.As(err, &bad) {
				return fmt.Errorf("answer of the server: %w", err)
			}
			return nil // the end, or that of the connection: what of a line had come then comes again
		}
		if err := p.print(line); err != nil {
			return err
		}
	}
}

// logPrinter prints lines of a log.
type logPrinter struct {
	w      io.Writer
	asJSON bool
	last   int64 // the number of the line that was printed last
}

func (p *logPrinter) print(text json.RawMessage) error {
	var line logRow
	if err := decodeAnswer(text, &line); err != nil {
		return err
	}
	p.last = line.Seq
	if !p.asJSON {
		return line.print(p.w)
	}
	_, err := fmt.Fprintf(p.w, "%s\n", text)
	return err
}

// logRow is a line of an execution's log.
type logRow struct {
	Seq     int64     `json:"seq"`
	At      time.Time `json:"timestamp"`
	Level   string    `json:"level"`
	Task    string    `json:"taskId"`
	Message string    `json:"message"`
}

// print prints a line whole: what follows its first newline is indented, so that it cannot be taken for another one.
func (l *logRow) print(w io.Writer) error {
	task := ""
	if l.Task != "" {
		task = l.Task + ": "
	}
	text := strings.Split(strings.TrimRight(task+l.Message, "\n"), "\n")
	for i := range text {
		text[i] = printable(text[i])
	}
	_, err := fmt.Fprintf(w, "%s %-5s %s\n", localTime(l.At, exactTime), printable(l.Level), strings.Join(text, "\n    "))
	return err
}
