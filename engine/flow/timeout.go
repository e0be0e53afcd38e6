package flow

import (
	"errors"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// Timeout is how long an attempt of a task may take; of a flowable, all the tasks inside of it together.
type Timeout struct {
	Duration   time.Duration
	Expression *pebble.Template // it renders to the duration; nil: Duration says it
}

var errTimeout = errors.New("timeout must be > 0") // Kestra's words

// ParseTimeout reads a duration that is longer than nothing.
func ParseTimeout(text string) (time.Duration, error) {
	d, err := ParseSeconds(strings.TrimSpace(text))
	if err == nil && d <= 0 {
		return 0, errTimeout
	}
	return d, err
}

// timeout reads the member `timeout` of a task; nil when it has errors.
func (l *loader) timeout(n *yaml.Node, path string) *Timeout {
	text, ok := l.text(n, path)
	if !ok {
		return nil
	}
	if hasExpression(text) {
		return &Timeout{Expression: l.template(n, text, path)}
	}
	d, err := ParseTimeout(text)
	if err != nil {
		l.errorAt(n, path, "%v", err)
		return nil
	}
	return &Timeout{Duration: d}
}
