package script

import (
	"context"
	"fmt"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

const (
	// maxLogged is how many bytes of what a script prints are logged, each line with lineBytes more.
	maxLogged = 1 << 20
	lineBytes = 100

	// maxTold is how many bytes a script may have in the lines by which it tells outputs, metrics and log lines.
	maxTold = 16 << 20
)

// printer takes the lines that a script prints.
type printer struct {
	c      *task.Context
	stop   context.CancelFunc // ends the script
	vars   *value.Map
	logged int
	told   int
	err    error // why the script was ended
}

// line takes a line. One that tells something is not logged.
func (p *printer) line(l task.CommandLine) {
	if p.err != nil {
		return
	}
	if strings.HasPrefix(l.Text, "::{") && l.Cut {
		p.warn(fmt.Sprintf("Invalid outputs: the line has more than %d bytes", task.MaxCommandLine))
		return
	}
	if text, ok := message(l.Text); ok {
		p.tell(text)
		return
	}
	level := task.Info
	if l.Stderr {
		level = task.Error
	}
	p.log(level, l.Text)
}

// message returns the JSON text of a line that tells something.
func message(line string) (string, bool) {
	text, ok := strings.CutPrefix(line, "::")
	if !ok || !strings.HasPrefix(text, "{") {
		return "", false
	}
	text, ok = strings.CutSuffix(text, "::")
	return text, ok && strings.HasSuffix(text, "}")
}

// log logs a line, up to a limit.
func (p *printer) log(level task.Level, text string) {
	if p.logged > maxLogged {
		return
	}
	p.logged += len(text) + lineBytes
	if p.logged > maxLogged {
		p.c.Log.Log(task.Warn, fmt.Sprintf("the script prints more than %d bytes: the rest is not logged", maxLogged))
		return
	}
	p.c.Log.Log(level, text)
}

func (p *printer) warn(text string) { p.log(task.Warn, text) }

// tell takes a message: what it says of outputs replaces what was said before.
func (p *printer) tell(text string) {
	if p.told += len(text); p.told > maxTold {
		p.fail(fmt.Errorf("the script tells more than %d bytes of outputs, metrics and log lines", maxTold))
		return
	}
	if err := p.c.Pebble.ChargeJSON(text); err != nil {
		p.fail(err)
		return
	}
	v, err := value.DecodeJSONText(text)
	if err != nil {
		p.warn(fmt.Sprintf("Invalid outputs '%v'", err))
		return
	}
	member := func(name string, kind value.Kind) value.Value {
		m, _ := v.Map().Get(name)
		if m.Kind() != kind && !m.IsNull() {
			p.warn(fmt.Sprintf("Invalid outputs '%s is no %s'", name, kind))
			return value.Null
		}
		return m
	}
	for name, v := range member("outputs", value.KindMap).Map().All() {
		p.vars.Set(name, v)
	}
	for _, m := range member("metrics", value.KindList).List().All() {
		line, err := task.MetricLine(m.Map())
		if err != nil {
			p.warn(fmt.Sprintf("Invalid metric '%v'", err))
			continue
		}
		p.log(task.Trace, line)
	}
	for _, l := range member("logs", value.KindList).List().All() {
		name, _ := l.Map().Get("level")
		text, _ := l.Map().Get("message")
		level, err := task.ParseLevel(name.Str())
		if err != nil {
			p.warn(fmt.Sprintf("Invalid log '%v'", err))
			continue
		}
		p.log(level, value.Text(text))
	}
}

// fail ends the script.
func (p *printer) fail(err error) {
	p.err = err
	p.stop()
}
