package storage

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/javaregex"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// maxParts is how many files are written at once: each is open.
const maxParts = 1000

// errNoSplit is what a task fails with that does not say how to split.
var errNoSplit = errors.New("Invalid configuration with no size, count, rows, nor regexPattern") //nolint:staticcheck // Kestra's words

func splitSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.storage.Split",
		Aliases: []string{"io.kestra.core.tasks.storages.Split"},
		Summary: "Write the lines of a file into several files. One of `bytes`, `partitions`, `rows` and `regexPattern` says how; the first of them counts.",
		Properties: []flow.Property{
			{Name: "from", Type: flow.String, Required: true, Dynamic: true, Summary: "The URI of the file."},
			{Name: "bytes", Type: flow.String, Dynamic: true, Summary: "How many bytes each file has at most, as in `10MB`. A line that is longer has a file of its own."},
			{Name: "partitions", Type: flow.Integer, Dynamic: true, Summary: "How many files there are, at most 1,000. They get the lines in turn; one that gets none is left out."},
			{Name: "rows", Type: flow.Integer, Dynamic: true, Summary: "How many lines each file has at most."},
			{Name: "regexPattern", Type: flow.String, Dynamic: true, Summary: "A regular expression with a group: there is a file for each text that it matches. Lines without a match are dropped."},
			{Name: "separator", Type: flow.String, Dynamic: true, Default: "a line feed", Summary: "What is written after each line."},
		},
		Outputs: []flow.TaskOutput{
			{Name: "uris", Type: flow.TypeArray, Summary: "The URIs of the files, in the order of their first lines."},
		},
		Example: `id: parts
type: io.kestra.plugin.core.storage.Split
from: "{{ trigger.body.file }}"
rows: 100
`,
		Compile: func(c *flow.Component) (any, error) {
			s := &split{
				from: c.Template("from"), bytes: c.Template("bytes"), pattern: c.Template("regexPattern"), separator: c.Template("separator"),
				partitions: newWhole(c, "partitions"), rows: newWhole(c, "rows"),
			}
			for name, w := range map[string]whole{"partitions": s.partitions, "rows": s.rows} {
				if w.given && w.expression == nil {
					if err := checkWhole(w.number, name); err != nil {
						return nil, c.Errorf(name, "%w", err)
					}
				}
			}
			return s, nil
		},
	}
}

// split is io.kestra.plugin.core.storage.Split.
type split struct {
	from                      *pebble.Template
	bytes, pattern, separator *pebble.Template // may be nil
	partitions, rows          whole
}

func (s *split) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	from, err := s.from.Render(c.Pebble)
	if err != nil {
		return task.Result{}, err
	}
	separator, err := render(s.separator, c, "\n")
	if err != nil {
		return task.Result{}, err
	}
	into, err := s.way(c)
	if err != nil {
		return task.Result{}, err
	}
	in, err := openLines(ctx, c, from)
	if err != nil {
		return task.Result{}, err
	}
	defer in.close()
	out := &parts{extension: extensionOf(from), open: map[int]*part{}}
	defer out.close()
	for {
		line, err := in.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return task.Result{}, err
		}
		n, err := into(line, len(separator))
		if err != nil {
			return task.Result{}, err
		}
		if n < 0 {
			continue
		}
		if err := out.write(ctx, c, n, line, separator); err != nil {
			return task.Result{}, err
		}
		if s.inOrder() {
			if err := out.commit(n); err != nil {
				return task.Result{}, err
			}
		}
	}
	if err := out.commit(math.MaxInt); err != nil {
		return task.Result{}, err
	}
	return task.Result{Outputs: value.MapOf("uris", value.Strings(out.uris))}, nil
}

// inOrder reports whether a file is complete once the next one has begun.
func (s *split) inOrder() bool { return s.bytes != nil || !s.partitions.given && s.rows.given }

// way returns a function that says into which file a line goes, counted from 0; -1: into none.
func (s *split) way(c *task.Context) (func(line []byte, separator int) (int, error), error) {
	part := -1
	switch {
	case s.bytes != nil:
		text, err := s.bytes.Render(c.Pebble)
		if err != nil {
			return nil, err
		}
		most, err := parseSize(text)
		var size int64
		return func(line []byte, separator int) (int, error) {
			n := int64(len(line) + separator)
			if size += n; part < 0 || size > most {
				part, size = part+1, n
			}
			return part, nil
		}, err
	case s.partitions.given:
		count, err := s.partitions.render(c, "partitions")
		return func([]byte, int) (int, error) {
			part = int((int64(part) + 1) % count)
			return part, nil
		}, err
	case s.rows.given:
		rows, err := s.rows.render(c, "rows")
		var lines int64
		return func([]byte, int) (int, error) {
			lines++
			return int((lines - 1) / rows), nil
		}, err
	case s.pattern != nil:
		return s.byPattern(c)
	default:
		return nil, errNoSplit
	}
}

// byPattern is a way by what a pattern matches.
func (s *split) byPattern(c *task.Context) (func(line []byte, separator int) (int, error), error) {
	text, err := s.pattern.Render(c.Pebble)
	if err != nil {
		return nil, err
	}
	m := newMeter(c)
	pattern, err := javaregex.Compile(text, javaregex.Options{Charge: m.Charge})
	if err != nil {
		return nil, fmt.Errorf("regexPattern: %w", err)
	}
	parts := map[string]int{}
	return func(line []byte, _ int) (int, error) {
		part := -1
		if pattern.NumGroups() == 0 {
			return part, nil
		}
		m := newMeter(c) // each line has its own limit
		err := pattern.Matches(string(line), m, func(match javaregex.Match) (bool, error) {
			key, _ := match.Group(1)
			n, known := parts[key]
			if !known {
				n = len(parts)
				parts[strings.Clone(key)] = n
			}
			part = n
			return false, nil
		})
		return part, err
	}, nil
}

// parts are the files that a task writes.
type parts struct {
	extension string
	uris      []string      // of those that are complete
	open      map[int]*part // the others, by number
}

// part is a file that is written.
type part struct {
	*bufio.Writer
	file task.NewFile
}

// partBuffer is how much is written at once to each of many files.
const partBuffer = 4 << 10

// write writes a line into the file with a number, which it makes if there is none.
func (p *parts) write(ctx context.Context, c *task.Context, n int, line []byte, separator string) error {
	f := p.open[n]
	if f == nil {
		if len(p.open) == maxParts {
			return fmt.Errorf("the file is split into more than %d files at once", maxParts)
		}
		file, err := create(ctx, c, n, p.extension)
		if err != nil {
			return err
		}
		f = &part{bufio.NewWriterSize(file, partBuffer), file}
		p.open[n] = f
	}
	if _, err := f.Write(line); err != nil {
		return err
	}
	_, err := f.WriteString(separator)
	return err
}

// commit completes the files with a number before n.
func (p *parts) commit(n int) error {
	for next := len(p.uris); next < n && p.open[next] != nil; next++ {
		f := p.open[next]
		if err := f.Flush(); err != nil {
			return err
		}
		uri, err := f.file.Commit()
		if err != nil {
			return err
		}
		p.uris = append(p.uris, uri)
		delete(p.open, next)
	}
	return nil
}

// close gives up the files that are not complete.
func (p *parts) close() {
	for _, f := range p.open {
		_ = f.file.Close()
	}
}

// parseSize returns the bytes of a size as Kestra writes it: a number, with KB, MB or GB behind it or not.
func parseSize(text string) (int64, error) {
	number, shift := strings.ToUpper(strings.TrimSpace(text)), 0
	for unit, bits := range map[string]int{"KB": 10, "MB": 20, "GB": 30} {
		if rest, ok := strings.CutSuffix(number, unit); ok {
			number, shift = rest, bits
		}
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 1 || n > math.MaxInt64>>shift {
		return 0, fmt.Errorf("Invalid size with value '%s'", text) //nolint:staticcheck // Kestra's words
	}
	return n << shift, nil
}

// checkWhole returns why a number is none that a property takes.
func checkWhole(n int64, name string) error {
	switch {
	case n < 1:
		return fmt.Errorf("%s must be a whole number of at least 1", name)
	case name == "partitions" && n > maxParts:
		return fmt.Errorf("partitions must be at most %d", maxParts)
	default:
		return nil
	}
}
