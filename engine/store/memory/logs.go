package memory

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/store/packing"
)

// lines are the log lines of an execution, in the order of their numbers, as bytes for the reason that packed.go has. They are
// added at the end and let go at the beginning, and never changed: so they are read without the lock.
type lines struct {
	bytes []byte // each after its length
	count int
	gone  int       // how many there were before
	last  int64     // the number of the last of those
	when  time.Time // its time
}

// log keeps a line. When there are too many, the oldest of its execution go.
func (s *Store) log(line *execution.LogLine) {
	e := s.entry(line.Execution)
	l := &e.lines
	before := len(l.bytes)
	s.last.line++
	c := s.lendCodec()
	c.Line(line, &s.last.line)
	l.bytes = slices.Grow(l.bytes, binary.MaxVarintLen32+len(c.Bytes()))
	l.bytes = binary.AppendUvarint(l.bytes, uint64(len(c.Bytes())))
	l.bytes = append(l.bytes, c.Bytes()...)
	s.takeBack(c)
	l.count++
	for l.count > 1 && (l.count > s.options.Lines || len(l.bytes) > s.options.LineBytes) {
		var gone execution.LogLine
		l.bytes = readLine(l.bytes, &gone)
		l.count--
		l.gone++
		l.last, l.when = gone.Seq, gone.At
	}
	s.grow(e, len(l.bytes)-before)
}

// readLine reads the first of some lines, and returns the others.
func readLine(bytes []byte, line *execution.LogLine) []byte {
	size, n := binary.Uvarint(bytes)
	end := n + int(size)
	c := packing.Reader(string(bytes[n:end]), nil)
	c.Line(line, &line.Seq)
	return bytes[end:]
}

// Logs implements [execution.Store].
func (s *Store) Logs(_ context.Context, id string, after int64, limit int) ([]execution.LogLine, error) {
	s.mu.RLock()
	if s.closed {
		s.mu.RUnlock()
		return nil, execution.ErrClosed
	}
	var l lines
	if e := s.look(id); e != nil {
		l = e.lines
	}
	s.mu.RUnlock()
	var found []execution.LogLine
	if l.gone > 0 && after < l.last && limit > 0 {
		found = append(found, execution.LogLine{
			Execution: id, Seq: l.last, Level: "WARN", At: l.when, Message: fmt.Sprintf("%d earlier lines are left out", l.gone),
		})
	}
	for len(l.bytes) > 0 && len(found) < limit {
		line := execution.LogLine{Execution: id}
		if l.bytes = readLine(l.bytes, &line); line.Seq > after {
			found = append(found, line)
		}
	}
	return found, nil
}

// DeleteLogs implements [execution.Store].
func (s *Store) DeleteLogs(_ context.Context, id string, f execution.LogFilter) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return 0, execution.ErrClosed
	}
	e := s.look(id)
	if e == nil {
		return 0, nil
	}
	kept, dropped := []byte(nil), 0
	for rest := e.lines.bytes; len(rest) > 0; {
		var line execution.LogLine
		after := readLine(rest, &line)
		if f.Has(&line) {
			dropped++
		} else {
			kept = append(kept, rest[:len(rest)-len(after)]...)
		}
		rest = after
	}
	if dropped > 0 {
		e = s.entry(id) // to be changed
		s.grow(e, len(kept)-len(e.lines.bytes))
		e.lines.bytes = kept
		e.lines.count -= dropped
	}
	return dropped, nil
}
