package ssh

import (
	"bytes"
	"strings"
	"sync"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// maxLine is the longest line that is read as one, in bytes; a longer one becomes several.
const maxLine = 256 << 10

// printed takes what commands print: each line is logged, and lines that carry outputs are read.
type printed struct {
	task  *task.Context
	level task.Level

	mu     *sync.Mutex // of vars, and of the log
	vars   *value.Map  // the outputs
	line   []byte      // the last one, which has no end yet
	lines  int64
	failed error // memory is short
}

// Write implements [io.Writer].
func (p *printed) Write(text []byte) (int, error) {
	for rest := text; len(rest) > 0; {
		n := len(rest)
		end := bytes.IndexByte(rest, '\n')
		if end >= 0 {
			n = end
		}
		n = min(n, maxLine-len(p.line))
		p.line = append(p.line, rest[:n]...)
		rest = rest[n:]
		switch {
		case n == end:
			rest = rest[1:]
			p.finish()
		case len(p.line) == maxLine:
			p.finish()
		}
	}
	return len(text), p.failed
}

// end takes a last line without an end.
func (p *printed) end() {
	if len(p.line) > 0 {
		p.finish()
	}
}

func (p *printed) finish() {
	line := strings.ToValidUTF8(strings.TrimSuffix(string(p.line), "\r"), "\ufffd")
	p.line = p.line[:0]
	p.lines++
	p.mu.Lock()
	defer p.mu.Unlock()
	if outputs, ok := outputsOf(line); ok {
		if account := p.task.Pebble.Memory; account != nil && p.failed == nil {
			p.failed = account.Take(int64(2 * len(line)))
		}
		if p.failed == nil {
			for name, v := range outputs.All() {
				p.vars.Set(name, v)
			}
		}
	}
	p.task.Log.Log(p.level, line)
}

// outputsOf returns the outputs that a line carries, as in ::{"outputs":{"name":1}}::
func outputsOf(line string) (*value.Map, bool) {
	text, ok := strings.CutPrefix(strings.TrimSpace(line), "::{")
	if !ok {
		return nil, false
	}
	if text, ok = strings.CutSuffix(text, "}::"); !ok {
		return nil, false
	}
	v, err := value.DecodeJSONText("{" + text + "}")
	if err != nil {
		return nil, false
	}
	outputs, ok := v.Map().Get("outputs")
	return outputs.Map(), ok && outputs.Kind() == value.KindMap
}
