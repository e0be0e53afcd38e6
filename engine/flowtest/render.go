package flowtest

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// render returns a request whose texts are rendered: from the second step on they may be expressions over `steps`, a list of what the steps
// before were answered with: status, headers, body and executionId.
func (p *play) render(q *request, number int) (*request, error) {
	if number == 1 {
		return q, nil
	}
	out := *q
	t := &texts{variables: p.variables}
	out.path = t.text(q.path)
	out.headers, out.parameters, out.form = t.pairs(q.headers), t.pairs(q.parameters), t.pairs(q.form)
	if q.body != nil {
		text := t.text(*q.body)
		out.body = &text
	}
	if q.json != nil {
		v := t.value(*q.json)
		out.json = &v
	}
	return &out, t.err
}

// variables returns what expressions of requests see, as JSON.
func (p *play) variables() []byte {
	steps := make([]value.Value, 0, len(p.done))
	for _, o := range p.done[:len(p.done)-1] {
		if !o.hasAnswer() {
			steps = append(steps, value.Null)
			continue
		}
		body, err := value.DecodeJSON(o.response.Body)
		if err != nil {
			body = value.String(string(o.response.Body))
		}
		headers := value.NewMap(len(o.header))
		for name, texts := range o.header {
			headers.Set(name, value.String(strings.Join(texts, ", ")))
		}
		steps = append(steps, value.MapOf("status", value.Int(int64(o.response.Status)), "headers", value.FromMap(headers),
			"body", body, "executionId", value.String(o.response.ExecutionID)))
	}
	return value.AppendJSON(nil, value.MapOf("steps", value.ListOf(steps...)))
}

// texts renders texts until one fails.
type texts struct {
	variables func() []byte
	context   json.RawMessage
	err       error
}

func (t *texts) text(text string) string {
	if t.err != nil || !strings.Contains(text, "{{") && !strings.Contains(text, "{%") {
		return text
	}
	if t.context == nil {
		t.context = t.variables()
	}
	rendered, err := engine.Eval(text, engine.EvalOptions{Context: t.context, Dialect: 1})
	if err != nil {
		t.err = fmt.Errorf("an expression of the request: %w", err)
	}
	return rendered
}

func (t *texts) pairs(all pairs) pairs {
	if all == nil {
		return nil
	}
	out := make(pairs, 0, len(all))
	for _, one := range all {
		out = append(out, pair{one.name, t.text(one.text)})
	}
	return out
}

func (t *texts) value(v value.Value) value.Value {
	switch v.Kind() {
	case value.KindString:
		return value.String(t.text(v.Str()))
	case value.KindList:
		items := make([]value.Value, v.List().Len())
		for i, item := range v.List().All() {
			items[i] = t.value(item)
		}
		return value.ListOf(items...)
	case value.KindMap:
		m := value.NewMap(v.Map().Len())
		for name, member := range v.Map().All() {
			m.Set(name, t.value(member))
		}
		return value.FromMap(m)
	default:
		return v
	}
}
