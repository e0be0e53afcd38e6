package pebble

import (
	"errors"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// functionsTemplate are the functions that evaluate templates, and secret().
func functionsTemplate() []Function {
	return []Function{
		{
			Entry{
				Name: "block", Parameters: []Parameter{{Name: "name", Required: true}}, Summary: "the text of a block of the template; none when there is no such block",
				Examples: []Example{{"{% block b %}x{% endblock %}{{ block('b') }}", "xx"}},
			},
			func(st *state, args []value.Value) (value.Value, error) {
				run := st.template.blocks[args[0].Str()]
				if run == nil {
					return value.Null, nil
				}
				if err := st.Descend(); err != nil {
					return value.Null, err
				}
				text, err := st.capture(run)
				st.Ascend()
				return value.String(text), err
			},
		},
		{
			Entry{Name: "parent", Loose: true, Summary: "always fails: templates do not extend others"},
			func(*state, []value.Value) (value.Value, error) {
				return value.Null, evaluationError("function parent has no parent template")
			},
		},
		{
			Entry{
				Name: "render", Parameters: []Parameter{{Name: "toRender", Required: true}, {Name: "recursive", Default: value.Bool(true)}},
				Summary:  "evaluates a text, or every text of a list or map, as a template, again and again until nothing changes unless recursive is false",
				Examples: []Example{{"{{ render('{{ 1 + 1 }}') }}", "2"}, {"{{ render({'a': '{{ 1 + 1 }}'}) }}", `{"a":"2"}`}},
			},
			func(st *state, args []value.Value) (value.Value, error) {
				rounds := maxRounds
				switch {
				case args[1].IsNull():
				case args[1].Kind() != value.KindBool:
					return value.Null, evaluationError("argument recursive of render must be a boolean, not %s", args[1].Kind())
				case !args[1].Bool():
					rounds = 1
				}
				return st.renderValue(args[0], rounds, 0)
			},
		},
		{
			Entry{
				Name: "renderOnce", Parameters: []Parameter{{Name: "toRender", Required: true}}, Summary: "evaluates a text, or every text of a list or map, as a template, once",
				Examples: []Example{{"{{ renderOnce('{{ 1 + 1 }}') }}", "2"}},
			},
			func(st *state, args []value.Value) (value.Value, error) { return st.renderValue(args[0], 1, 0) },
		},
		{
			Entry{
				Name: "secret", Parameters: []Parameter{{Name: "key", Required: true}, {Name: "namespace"}, {Name: "subkey"}},
				Summary: "the secret with a name, or with subkey a member of the JSON that it holds; an error when there is none",
			},
			secret,
		},
	}
}

// maxRounds is how often render() evaluates what it rendered.
const maxRounds = 100

// renderValue renders a text or the texts and keys of a list or map.
func (st *state) renderValue(v value.Value, rounds, depth int) (value.Value, error) {
	switch v.Kind() {
	case value.KindString:
		text, err := st.renderText(v.Str(), rounds)
		return value.String(text), err
	case value.KindList:
		return st.ChangeItems(v.List(), depth, func(item value.Value) (value.Value, error) {
			return st.renderValue(item, rounds, depth+1)
		})
	case value.KindMap:
		if err := st.EnterValue(v.Map().Len(), depth); err != nil {
			return value.Null, err
		}
		if err := st.ChargeMembers(v.Map().Len()); err != nil {
			return value.Null, err
		}
		out := value.NewMap(v.Map().Len())
		for key, member := range v.Map().All() {
			name, err := st.renderText(key, rounds)
			if err != nil {
				return value.Null, err
			}
			r, err := st.renderValue(member, rounds, depth+1)
			if err != nil {
				return value.Null, err
			}
			setFirst(out, name, r)
		}
		return value.FromMap(out), nil
	default:
		return v, nil
	}
}

// renderText renders a text with the variables that are visible here.
func (st *state) renderText(text string, rounds int) (string, error) {
	if err := st.Charge(len(text) / meter.TextPerStep); err != nil {
		return "", err
	}
	for round := 0; strings.Contains(text, "{"); round++ {
		if round == maxRounds {
			return "", evaluationError("function render tried %d times and its text still changes", maxRounds)
		}
		if round == rounds {
			break
		}
		result, err := st.renderOnce(text)
		if err != nil {
			return "", err
		}
		if result == text {
			break
		}
		text = result
	}
	return text, nil
}

func (st *state) renderOnce(text string) (string, error) {
	if err := st.Charge(compileCost*(1+strings.Count(text, "{")) + costPerByte*len(text)); err != nil {
		return "", err
	}
	if err := st.Descend(); err != nil {
		return "", err
	}
	defer st.Ascend()
	t, err := st.engine.Compile(text)
	if err != nil {
		return "", innerError(err)
	}
	if t.constant {
		return t.text, nil
	}
	if err := st.Charge(costPerToken * t.tokens); err != nil {
		return "", err
	}
	outer, captures, typed, held, start := st.template, st.captures, st.typed, st.held, len(st.out)
	st.template, st.captures, st.typed, st.held = t, 0, false, false
	if t.single != nil {
		var v value.Value
		if v, err = t.evaluate(st); err == nil {
			err = st.print(v)
		}
	} else {
		err = t.run(st)
	}
	result := string(st.out[start:])
	st.out = st.out[:start]
	st.template, st.captures, st.typed, st.held = outer, captures, typed, held
	if err != nil {
		return "", innerError(publish(err, text))
	}
	return result, nil
}

// What compiling a template costs, in steps: for each brace and byte, which is known before, and for
// each of its tokens.
const (
	compileCost  = 20
	costPerByte  = 4
	costPerToken = 8
)

// innerError is the failure of a call whose template failed: nothing rescues it, as in Kestra.
func innerError(err error) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	f := &meter.Fault{Class: ClassEvaluation, At: -1, Name: e.Name, Msg: "in the rendered text: " + e.Msg, Err: e}
	if e.Class == ClassLimit {
		f.Class = ClassLimit
	}
	return f
}

func secret(st *state, args []value.Value) (value.Value, error) {
	key := args[0]
	if key.Kind() != value.KindString {
		return value.Null, runtimeError("function secret needs the name of a secret, not %s", key.Kind())
	}
	if st.ctx.Secrets == nil {
		return value.Null, evaluationError("cannot find secret for key '%s': there is no source of secrets", meter.Cut(key.Str(), 80))
	}
	namespace := st.ctx.Namespace
	if args[1].Kind() == value.KindString {
		namespace = args[1].Str()
	}
	text, ok, err := st.ctx.Secrets.Secret(namespace, key.Str())
	if err != nil {
		return value.Null, &meter.Fault{Class: ClassEvaluation, At: -1, Name: key.Str(), Msg: "cannot read secret for key '" + meter.Cut(key.Str(), 80) + "'", Err: err}
	}
	if !ok {
		return value.Null, evaluationError("cannot find secret for key '%s'", meter.Cut(key.Str(), 80))
	}
	if args[2].IsNull() {
		return value.String(text), nil
	}
	subkey, err := st.JavaText(args[2])
	if err != nil {
		return value.Null, err
	}
	v, err := st.ParseJSON(text)
	if err != nil || v.Kind() != value.KindMap {
		return value.Null, evaluationError("failed to read secret sub-key '%s' from secret '%s': it holds no JSON object", meter.Cut(subkey, 80), meter.Cut(key.Str(), 80))
	}
	member, ok := v.Map().Get(subkey)
	if !ok {
		return value.Null, evaluationError("cannot find secret sub-key '%s' in secret '%s'", meter.Cut(subkey, 80), meter.Cut(key.Str(), 80))
	}
	if member.Kind() == value.KindString {
		return member, nil
	}
	text, err = st.JSON(member)
	return value.String(text), err
}
