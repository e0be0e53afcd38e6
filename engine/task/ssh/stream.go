package ssh

import (
	"bytes"
	"strings"
	"sync"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/printed"
)

// maxLine is the longest line that is read as one, in bytes; a longer one becomes several.
const maxLine = 256 << 10

// stream divides what commands print into lines.
type stream struct {
	stderr bool
	mu     *sync.Mutex // of into, which the other stream has, too
	into   *printed.Printed
	line   []byte // the last one, which has no end yet
	lines  int64
}

// Write implements [io.Writer].
func (s *stream) Write(text []byte) (int, error) {
	for rest := text; len(rest) > 0; {
		n := len(rest)
		end := bytes.IndexByte(rest, '\n')
		if end >= 0 {
			n = end
		}
		n = min(n, maxLine-len(s.line))
		s.line = append(s.line, rest[:n]...)
		rest = rest[n:]
		switch {
		case n == end:
			rest = rest[1:]
			s.finish()
		case len(s.line) == maxLine:
			s.finish()
		}
	}
	return len(text), nil
}

// end takes a last line without an end.
func (s *stream) end() {
	if len(s.line) > 0 {
		s.finish()
	}
}

func (s *stream) finish() {
	line := strings.ToValidUTF8(strings.TrimSuffix(string(s.line), "\r"), "\ufffd")
	s.line = s.line[:0]
	s.lines++
	s.mu.Lock()
	defer s.mu.Unlock()
	s.into.Line(task.CommandLine{Text: line, Stderr: s.stderr})
}
