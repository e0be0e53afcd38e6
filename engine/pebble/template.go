package pebble

import (
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Template is a compiled template. It is immutable and safe for concurrent use.
type Template struct {
	engine *Engine
	source string
	stream uint64 // of random numbers, for its place
	tokens int    // how many the source has

	constant  bool // there is no expression: text is all it renders to
	text      string
	textValue value.Value

	single     code // the expression of a template that is one print and nothing else
	singleCost int
	run        action // everything else
	blocks     map[string]action
	references *references // never nil
}

// Source returns the text that the template was compiled from.
func (t *Template) Source() string { return t.source }

// Constant returns the text of a template without any expression.
func (t *Template) Constant() (string, bool) { return t.text, t.constant }

// Render evaluates the template to text, as Kestra renders the properties of tasks. The error is an [*Error].
func (t *Template) Render(c *Context) (string, error) {
	if t.constant {
		return t.text, nil
	}
	st := t.engine.acquire(t, c)
	text, err := t.render(st)
	err = publish(err, t.source)
	t.engine.release(st)
	return text, err
}

func (t *Template) render(st *state) (string, error) {
	if t.single == nil {
		if err := t.run(st); err != nil {
			return "", err
		}
		return string(st.out), nil
	}
	v, err := t.evaluate(st)
	if err != nil {
		return "", err
	}
	if v.Kind() == value.KindString {
		return v.Str(), nil
	}
	if err := st.print(v); err != nil {
		return "", err
	}
	return string(st.out), nil
}

// evaluate evaluates the one expression of a template.
func (t *Template) evaluate(st *state) (value.Value, error) {
	if err := st.Charge(t.singleCost); err != nil {
		return value.Null, err
	}
	return t.single(st)
}

// RenderTyped evaluates the template and keeps the type of what it prints: the value itself when that is the only
// output, null when there is none, else text. The error is an [*Error].
func (t *Template) RenderTyped(c *Context) (value.Value, error) {
	if t.constant {
		if t.text == "" {
			return value.Null, nil
		}
		return t.textValue, nil
	}
	st := t.engine.acquire(t, c)
	v, err := t.renderTyped(st)
	err = publish(err, t.source)
	t.engine.release(st)
	return v, err
}

func (t *Template) renderTyped(st *state) (value.Value, error) {
	if t.single != nil {
		return t.evaluate(st)
	}
	st.typed = true
	if err := t.run(st); err != nil {
		return value.Null, err
	}
	if st.held {
		return st.object, nil
	}
	if len(st.out) == 0 {
		return value.Null, nil
	}
	return value.String(string(st.out)), nil
}

// RenderJSON evaluates the template to the value of its expression or, if that is text, to the value whose JSON it is. The error
// is an [*Error].
func (t *Template) RenderJSON(c *Context) (value.Value, error) {
	st := t.engine.acquire(t, c)
	v, err := value.String(t.text), error(nil)
	if !t.constant {
		v, err = t.renderTyped(st)
	}
	if err == nil && v.Kind() == value.KindString {
		v, err = st.ParseJSON(v.Str())
	}
	err = publish(err, t.source)
	t.engine.release(st)
	return v, err
}

// Test evaluates the template as a condition: true unless the rendered text is blank or, without the white space around
// it, "false". A template that is one print of a boolean allocates nothing.
func (t *Template) Test(c *Context) (bool, error) {
	if t.constant {
		return holds(t.text), nil
	}
	st := t.engine.acquire(t, c)
	ok, err := t.test(st)
	if err != nil {
		err = publish(err, t.source)
	}
	t.engine.release(st)
	return ok, err
}

func (t *Template) test(st *state) (bool, error) {
	if t.single == nil {
		err := t.run(st)
		return err == nil && holds(string(st.out)), err
	}
	v, err := t.evaluate(st)
	if err != nil {
		return false, err
	}
	switch v.Kind() {
	case value.KindNull:
		return false, nil
	case value.KindBool:
		return v.Bool(), nil
	case value.KindString:
		return holds(v.Str()), nil
	default: // prints as a number, a list, a map or a date
		return true, nil
	}
}

// isBlank reports whether a character is blank to the condition rule. A no-break space is not.
func isBlank(r rune) bool { return r <= ' ' || value.IsSpace(r) }

// holds is the condition rule on rendered text.
func holds(text string) bool {
	text = strings.TrimFunc(text, isBlank)
	return text != "" && text != "false"
}
