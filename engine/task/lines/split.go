package lines

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/javaregex"
	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// Split divides the lines of a file among several.
type Split struct {
	bytes, pattern, separator *pebble.Template // may be nil
	partitions, rows          whole
}

// errNoSplit is what a task fails with that does not say how to split.
var errNoSplit = errors.New("Invalid configuration with no size, count, rows, nor regexPattern") //nolint:staticcheck // Kestra's words

// SplitProperties are the properties that say how a file is split.
func SplitProperties() []flow.Property {
	return []flow.Property{
		{Name: "regexPattern", Type: flow.String, Dynamic: true, Summary: "A regular expression with a group: there is a file for each text that it matches. Lines without a match are dropped. It counts before the others."},
		{Name: "bytes", Type: flow.String, Dynamic: true, Summary: "How many bytes each file has at most, as in `10MB`. A line that is longer has a file of its own. It counts before `partitions` and `rows`."},
		{Name: "partitions", Type: flow.Integer, Dynamic: true, Summary: "How many files there are, at most 1,000. They get the lines in turn; one that gets none is left out. It counts before `rows`."},
		{Name: "rows", Type: flow.Integer, Dynamic: true, Summary: "How many lines each file has at most."},
		{Name: "separator", Type: flow.String, Dynamic: true, Default: "a line feed", Summary: "What is written after each line."},
	}
}

// NewSplit compiles the properties of [SplitProperties]. If they do not say how a file is split, each part has so many rows; with 0
// that is an error of [Split.Run].
func NewSplit(m *flow.Members, rows int64) (*Split, error) {
	s := &Split{
		bytes: m.Template("bytes"), pattern: m.Template("regexPattern"), separator: m.Template("separator"),
		partitions: newWhole(m, "partitions"), rows: newWhole(m, "rows"),
	}
	var errs []error
	for _, w := range []whole{s.partitions, s.rows} {
		if w.given && w.expression == nil {
			if err := w.check(w.number); err != nil {
				errs = append(errs, m.Errorf(w.name, "%w", err))
			}
		}
	}
	if !s.rows.given && rows > 0 {
		s.rows = whole{name: "rows", given: true, number: rows}
	}
	return s, errors.Join(errs...)
}

// Run splits a file into files of the task run at hand. It calls each with their URIs, in the order of their first lines. The one with
// a number, counted from 0, has the name that [task.FileName] gives it, and ends as the name of the file that is split.
func (s *Split) Run(ctx context.Context, c *task.Context, from string, each func(uri string) error) error {
	separator := "\n"
	if s.separator != nil {
		var err error
		if separator, err = s.separator.Render(c.Pebble); err != nil {
			return err
		}
	}
	into, err := s.way(c)
	if err != nil {
		return err
	}
	in, err := Open(ctx, c, from)
	if err != nil {
		return err
	}
	defer in.Close()
	out := &parts{extension: Extension(from), open: map[int]*part{}, each: each}
	defer out.close()
	for {
		line, err := in.Next()
		if errors.Is(err, io.EOF) {
			return out.commit(math.MaxInt)
		}
		if err != nil {
			return err
		}
		n, err := into(line, len(separator))
		if err != nil {
			return err
		}
		if n < 0 {
			continue
		}
		if err := out.write(ctx, c, n, line, separator); err != nil {
			return err
		}
		if s.inOrder() {
			if err := out.commit(n); err != nil {
				return err
			}
		}
	}
}

// inOrder reports whether a file is complete once the next one has begun.
func (s *Split) inOrder() bool {
	return s.pattern == nil && (s.bytes != nil || !s.partitions.given && s.rows.given)
}

// way returns a function that says into which file a line goes, counted from 0; -1: into none.
func (s *Split) way(c *task.Context) (func(line []byte, separator int) (int, error), error) {
	part := -1
	switch {
	case s.pattern != nil:
		return s.byPattern(c)
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
		count, err := s.partitions.render(c)
		return func([]byte, int) (int, error) {
			part = int((int64(part) + 1) % count)
			return part, nil
		}, err
	case s.rows.given:
		rows, err := s.rows.render(c)
		var lines int64
		return func([]byte, int) (int, error) {
			lines++
			return int((lines - 1) / rows), nil
		}, err
	default:
		return nil, errNoSplit
	}
}

// byPattern is a way by what a pattern matches.
func (s *Split) byPattern(c *task.Context) (func(line []byte, separator int) (int, error), error) {
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

// whole is an Integer property that may be an expression.
type whole struct {
	name       string
	given      bool
	number     int64
	expression *pebble.Template // stands for it; nil: there is none
}

func newWhole(m *flow.Members, name string) whole {
	return whole{name: name, given: m.Has(name), number: m.Int(name), expression: m.Template(name)}
}

// render returns the number.
func (w whole) render(c *task.Context) (int64, error) {
	n := w.number
	if w.expression != nil {
		text, err := w.expression.Render(c.Pebble)
		if err != nil {
			return 0, err
		}
		if n, err = strconv.ParseInt(strings.TrimSpace(text), 10, 64); err != nil {
			n = 0
		}
	}
	return n, w.check(n)
}

// check returns why a number is none that the property takes.
func (w whole) check(n int64) error {
	switch {
	case n < 1:
		return fmt.Errorf("%s must be a whole number of at least 1", w.name)
	case w.name == "partitions" && n > maxParts:
		return fmt.Errorf("partitions must be at most %d", maxParts)
	default:
		return nil
	}
}

// lineLimits bound what searching one line can cost.
var lineLimits = meter.Limits{Steps: 1_000_000, Memory: 64 << 20, RegexTime: 30 * time.Millisecond}

// newMeter returns what searching one line may spend.
func newMeter(c *task.Context) *meter.Meter {
	m := new(meter.Meter)
	m.Reset(&lineLimits, c.Pebble.Memory)
	return m
}
