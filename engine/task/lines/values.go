package lines

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/caddy-kestra/kestra-webhook/engine/ion"
	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// valueLimits bound what reading or writing the value of one line can cost.
var valueLimits = meter.Limits{
	Steps: 1_000_000, OutputBytes: 16 << 20, RangeItems: 100_000, Depth: 1_000, Memory: 64 << 20,
}

// Meters says what reading or writing the value of one line may spend, line by line: the memory that one has taken from its execution
// serves the next.
type Meters struct {
	of          meter.Account // nil: there is no bound
	meter       meter.Meter
	taken, most int64 // bytes, by the value of this line and by that which took most
}

// NewMeters returns those for the lines that a task reads or writes.
func NewMeters(c *task.Context) *Meters { return &Meters{of: c.Pebble.Memory} }

// Next returns the meter for the next line; that of the line before may not be used any more, nor what was made with it be kept.
func (m *Meters) Next() *meter.Meter {
	m.taken = 0
	m.meter.Reset(&valueLimits, m)
	return &m.meter
}

// Take implements [meter.Account].
func (m *Meters) Take(bytes int64) error {
	m.taken += bytes
	if m.taken <= m.most || m.of == nil {
		return nil
	}
	if err := m.of.Take(m.taken - m.most); err != nil {
		return err
	}
	m.most = m.taken
	return nil
}

// Values calls each for the value of every line of a file that is not blank, as Ion or JSON, which Ion includes. The line and
// the value hold until each returns. An error names the line.
func Values(ctx context.Context, c *task.Context, uri string, each func(line []byte, v value.Value) error) error {
	return ReadValues(ctx, c, uri, ion.Read, each)
}

// ReadValues is [Values] for those who read the values in their own way: all of a text, or the first.
func ReadValues(
	ctx context.Context, c *task.Context, uri string, read func(m *meter.Meter, text string, all bool) ([]value.Value, error),
	each func(line []byte, v value.Value) error,
) error {
	in, err := Open(ctx, c, uri)
	if err != nil {
		return err
	}
	defer in.Close()
	meters := NewMeters(c)
	for {
		line, err := in.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		rows, err := read(meters.Next(), string(line), false)
		switch {
		case err != nil:
		case len(rows) == 0: // a comment alone
			continue
		default:
			err = each(line, rows[0])
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", in.Number(), err)
		}
	}
}
