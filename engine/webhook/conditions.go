package webhook

import (
	"context"
	"errors"

	"github.com/caddy-kestra/kestra-webhook/engine/condition"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
)

// Question is one thing that a trigger asks of every request: its `when`, or one of its conditions.
type Question struct {
	Path   string // where it stands in the flow, as in triggers[0].conditions[1]
	source func() string
	asked  condition.Condition
}

// Source returns the expression as the flow has it, cut to a length that fits into a line. Conditions that are made of
// others stand as in Not({{ a }}, {{ b }}).
func (q *Question) Source() string { return cutSource(q.source()) }

// Unmet asks the trigger's `when` and then its conditions, and returns the first that does not hold; nil means that all hold.
// An error says that the returned one could not be answered, which counts as not met; it is a [*condition.PlacedError], of that one or of
// one inside of it.
func (t *Trigger) Unmet(ctx context.Context, e *condition.Event) (*Question, error) {
	return unmetOf(ctx, t.questions, e)
}

func unmetOf(ctx context.Context, questions []Question, e *condition.Event) (*Question, error) {
	for i := range questions {
		q := &questions[i]
		if met, err := q.asked.Holds(ctx, e); err != nil {
			return q, err
		} else if !met {
			return q, nil
		}
	}
	return nil, nil
}

// questions returns what a trigger, or an answer of its `respond`, asks.
func questions(c *flow.Members) []Question {
	var all []Question
	if template := c.Template("when"); template != nil {
		path := c.Path + ".when"
		all = append(all, Question{Path: path, source: template.Source, asked: when{template, path}})
	}
	for _, child := range c.Children("conditions") {
		all = append(all, Question{Path: child.Path, source: func() string { return condition.Source(child) }, asked: condition.Placed(child)})
	}
	return all
}

// when is the property `when`: unlike a condition, it is not met when it renders to 0.
type when struct {
	template *pebble.Template
	path     string
}

// Holds implements [condition.Condition].
func (w when) Holds(_ context.Context, e *condition.Event) (bool, error) {
	text, err := w.template.Render(e.Pebble)
	if err != nil {
		return false, &condition.PlacedError{Path: w.path, Type: "when", Err: err}
	}
	return pebble.Truthy(text), nil
}

// maxSource is how many characters of an expression a line of the log shows.
const maxSource = 300

func cutSource(text string) string {
	if len(text) <= maxSource {
		return text
	}
	if characters := []rune(text); len(characters) > maxSource {
		return string(characters[:maxSource]) + "…"
	}
	return text
}

// ErrorReason returns the word for metrics and logs that says why a condition could not be answered.
func ErrorReason(err error) string {
	if e := new(condition.Error); errors.As(err, &e) {
		return string(e.Reason)
	}
	return string(condition.ReasonError)
}
