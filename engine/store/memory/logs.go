package memory

import (
	"context"
	"slices"
	"sort"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// lines are the log lines of an execution, in the order of their numbers.
type lines struct {
	lines []execution.LogLine
	bytes int
}

// log keeps a line. When there are too many, the oldest of its execution go.
func (s *Store) log(line execution.LogLine) {
	e := s.executions[line.Execution]
	if e.lines == nil {
		e.lines = &lines{}
	}
	l := e.lines
	before := l.bytes
	s.last.line++
	line.Seq = s.last.line
	l.lines = append(l.lines, line)
	l.bytes += sizeOfLine(&line)
	for len(l.lines) > 1 && (len(l.lines) > s.options.Lines || l.bytes > s.options.LineBytes) {
		l.bytes -= sizeOfLine(&l.lines[0])
		l.lines[0] = execution.LogLine{}
		l.lines = l.lines[1:]
	}
	s.grow(e, l.bytes-before)
}

// Logs implements [execution.Store].
func (s *Store) Logs(_ context.Context, id string, after int64, limit int) ([]execution.LogLine, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return nil, execution.ErrClosed
	}
	e := s.executions[id]
	if e == nil || e.lines == nil {
		return nil, nil
	}
	found := e.lines.lines
	found = found[sort.Search(len(found), func(i int) bool { return found[i].Seq > after }):]
	return slices.Clone(found[:min(max(limit, 0), len(found))]), nil
}
