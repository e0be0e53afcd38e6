package printed

import (
	"fmt"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

const (
	// maxLogged is how many bytes of what commands print are logged, each line with lineBytes more.
	maxLogged = 1 << 20
	lineBytes = 100

	// maxTold is how many bytes commands may have in the lines by which they tell outputs, metrics and log lines.
	maxTold = 16 << 20
)

// Printed is what the commands of an attempt print. It is used by one goroutine at a time.
type Printed struct {
	c      *task.Context
	stop   func()
	vars   *value.Map
	logged int
	told   int
	err    error
}

// New returns a Printed for an attempt. Stop ends the commands; it is called once, when they tell more than there is memory for or than they may.
func New(c *task.Context, stop func()) *Printed {
	return &Printed{c: c, stop: stop, vars: value.NewMap(0)}
}

// Outputs returns the outputs that were told.
func (p *Printed) Outputs() *value.Map { return p.vars }

// Err returns why the commands were ended; nil: they were not.
func (p *Printed) Err() error { return p.err }

// Line takes a line. One that tells something is not logged; others are at level ERROR if they are of the standard error, as in Kestra, and
// else at INFO.
func (p *Printed) Line(l task.CommandLine) {
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
func (p *Printed) log(level task.Level, text string) {
	if p.logged > maxLogged {
		return
	}
	p.logged += len(text) + lineBytes
	if p.logged > maxLogged {
		p.c.Log.Log(task.Warn, fmt.Sprintf("the commands print more than %d bytes: the rest is not logged", maxLogged))
		return
	}
	p.c.Log.Log(level, text)
}

func (p *Printed) warn(text string) { p.log(task.Warn, text) }

// tell takes a message: what it says of outputs replaces what was said before.
func (p *Printed) tell(text string) {
	if p.told += len(text); p.told > maxTold {
		p.fail(fmt.Errorf("the commands tell more than %d bytes of outputs, metrics and log lines", maxTold))
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

// fail ends the commands.
func (p *Printed) fail(err error) {
	p.err = err
	p.stop()
}
