package caddymodule

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/flowtest"
)

// errNoCase makes the exit status 2.
var errNoCase = errors.New("no case found")

func testCommand() *cobra.Command {
	var run, format, base string
	var verbose bool
	var from origin
	var server running
	c := &cobra.Command{
		Use:   "test [--run <regexp>] [--format text|json|junit] [--verbose] [--base <url> [--address <address>]] [--config <file> [--adapter <name>]] <folder or case file>...",
		Short: "Runs the test cases beside flows, without a server or against one",
		Long: `
Runs the test cases of flows: of the files named *.test.yml in folders, or of
single files with the flows of their folders. No server is needed, and nothing
is connected to: a case says what other servers answer, which secrets there are
and what time it is. Time that a flow waits for passes at once.

    name: a push to main
    request: {flow: company.team/github_push, event: push}
    expect: {status: 200, state: SUCCESS, logs: [octocat pushed 6dcb09b]}

With --base, the same cases are run against a server that runs at this URL, with
the flows and the secrets of the cases. Its admin endpoint, which is the one
after --address or that of the configuration, says what executions did.

docs/testing.md describes all members. What does not hold is printed with file,
line and column, and as a difference: - is expected, + is what there is. The exit
status is 1 if a case fails, or a flow or a case file has errors, and 2 if there
is no case.

With --format json, prints one object:

    cases     how many cases were run
    failed    how many of them failed
    results   the cases, in the order of files and lines:
      file      the file
      line      where the case begins
      name      its name
      failures  what does not hold, if anything:
        line, column  where that is expected
        path          of what differs, as in json.items[0]; absent for all
        message       what differs
        diff          lines that begin with - or +; absent if there are none`,
		Args: cobra.MinimumNArgs(1),
		RunE: runE(func(c *cobra.Command, paths []string) error {
			write, ok := testReports[format]
			if !ok {
				return fmt.Errorf("--format is text, json or junit, not %s", format)
			}
			only, err := regexp.Compile(run)
			if err != nil {
				return fmt.Errorf("--run: %w", err)
			}
			tests, err := from.loadTests(paths, only)
			if err != nil {
				return err
			}
			for _, d := range tests.found {
				kind := "error"
				if d.Severity == flow.SeverityWarning {
					kind = "warning"
				}
				printFinding(c.ErrOrStderr(), kind, d)
			}
			wrong := countErrors(len(tests.found.Errors()))
			if len(tests.results) == 0 {
				return cmp.Or(wrong, errNoCase)
			}
			at, err := testServer(base, &server, &from)
			if err != nil {
				return err
			}
			if err := tests.run(c.Context(), at); err != nil {
				return err
			}
			if err := write(c.OutOrStdout(), tests.results, verbose); err != nil {
				return err
			}
			if n := failed(tests.results); n > 0 {
				return errors.New(count(n, "case") + " failed")
			}
			return wrong
		}),
	}
	from.addFlags(c)
	c.Flags().StringVar(&base, "base", "", "URL of a server that runs, as in http://localhost:8080: run the cases against it")
	c.Flags().StringVar(&server.address, "address", "", "address of its admin endpoint (default: that of the configuration, else "+caddy.DefaultAdminListen+")")
	c.Flags().StringVar(&run, "run", "", "run only the cases whose name, behind that of their file and a slash, matches")
	c.Flags().StringVar(&format, "format", "text", "text, json or junit")
	c.Flags().BoolVarP(&verbose, "verbose", "v", false, "name the cases that pass, too")
	return c
}

// testRun is the cases of a command.
type testRun struct {
	found   flow.Diagnostics // what keeps flows and files of cases from loading
	results []*testResult
}

// testResult is what became of a case.
type testResult struct {
	suite    *flowtest.Suite
	file     *flowtest.File
	of       *flowtest.Case
	failures []*flowtest.Failure
	took     time.Duration
}

// loadTests loads flows and cases. The configuration counts for the options of groups of tasks alone.
func (o *origin) loadTests(paths []string, only *regexp.Regexp) (*testRun, error) {
	all := new(testRun)
	catalog, unread, err := o.loadCatalog()
	if err != nil {
		return nil, err
	}
	if unread != nil {
		all.found = append(all.found, unread)
	}
	for _, path := range paths {
		dir := path
		var cases []*flow.Source
		info, err := os.Stat(path)
		switch {
		case err != nil:
			return nil, err
		case info.IsDir():
			cases, err = flow.ReadCases(path)
		case flow.IsCaseFile(path):
			dir, cases = filepath.Dir(path), []*flow.Source{flow.ReadFile(path)}
		default:
			err = fmt.Errorf("%s is no case file, whose name ends in .test.yml", path)
		}
		if err != nil {
			return nil, err
		}
		sources, err := flow.ReadDir(dir)
		if err != nil {
			return nil, err
		}
		set, found := catalog.Load(sources)
		all.found = append(all.found, found.Errors()...)
		files, found := flowtest.Load(cases)
		all.found = append(all.found, found.Errors()...)
		suite := flowtest.NewSuite(set, []string{dir})
		for _, file := range files {
			for _, one := range file.Cases {
				if only.MatchString(filepath.Base(file.Source.Name) + "/" + one.Name) {
					all.results = append(all.results, &testResult{suite: suite, file: file, of: one})
				}
			}
		}
	}
	return all, nil
}

// testServer returns the server at a URL against which cases are run; nil: none.
func testServer(base string, server *running, from *origin) (*flowtest.Server, error) {
	parsed, err := parseBaseURL(base)
	switch {
	case err != nil:
		return nil, errors.New("--base must be as in https://example.com")
	case parsed == "" && server.address != "":
		return nil, errors.New("--address goes with --base")
	case parsed == "":
		return nil, nil //nolint:nilnil // there is none
	}
	server.config, server.adapter = from.config, from.adapter
	return &flowtest.Server{
		URL:  parsed,
		HTTP: &http.Client{Timeout: sendTimeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		Admin: func(path string, query url.Values) ([]byte, error) {
			return server.call(http.MethodGet, path, query, nil)
		},
	}, nil
}

// run runs the cases, as many at once as there are processors, against a server if there is one.
func (t *testRun) run(ctx context.Context, at *flowtest.Server) error {
	dir, err := os.MkdirTemp("", "kestra-test-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, r := range t.results {
		group.Go(func() (err error) {
			begin := time.Now()
			if at != nil {
				r.failures, err = r.suite.RunAt(ctx, r.of, *at)
			} else {
				r.failures, err = r.suite.Run(ctx, r.of, filepath.Join(dir, strconv.Itoa(i)))
			}
			r.took = time.Since(begin)
			return err
		})
	}
	return group.Wait()
}

func failed(results []*testResult) int {
	n := 0
	for _, r := range results {
		if len(r.failures) > 0 {
			n++
		}
	}
	return n
}

// printTests prints results as text.
func printTests(w io.Writer, results []*testResult, verbose bool) error {
	var b strings.Builder
	var files []string
	for _, r := range results {
		if name := r.file.Source.Name; !slices.Contains(files, name) {
			files = append(files, name)
		}
		switch {
		case len(r.failures) > 0:
			fmt.Fprintf(&b, "FAIL %s: %s\n", filepath.Base(r.file.Source.Name), printable(r.of.Name))
			for _, f := range r.failures {
				b.WriteString(describeFailure(f, "  "))
			}
		case verbose:
			fmt.Fprintf(&b, "ok   %s: %s\n", filepath.Base(r.file.Source.Name), printable(r.of.Name))
		}
	}
	passed := len(results) - failed(results)
	fmt.Fprintf(&b, "%s of %s in %s passed\n", strconv.Itoa(passed), count(len(results), "case"), count(len(files), "file"))
	_, err := io.WriteString(w, b.String())
	return err
}

// describeFailure returns what does not hold in lines.
func describeFailure(f *flowtest.Failure, indent string) string {
	d := &flow.Diagnostic{Pos: f.Pos, Path: f.Path, Message: f.Message}
	var b strings.Builder
	b.WriteString(indent + printable(d.Error()) + "\n")
	for line := range strings.Lines(f.Diff) {
		b.WriteString(indent + "    " + printable(strings.TrimSuffix(line, "\n")) + "\n")
	}
	return b.String()
}
