package pebble

import (
	"errors"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// functionsYAML is the function yaml.
func functionsYAML() []Function {
	return []Function{{
		Entry{
			Name: "yaml", Parameters: []Parameter{{Name: "yaml", Required: true}},
			Summary:  "the value that a YAML text says, as in flow files: 012, 0x1f and yes are numbers and booleans; dates stay text; the first document counts",
			Examples: []Example{{"{{ yaml('a: [1, x]').a[1] }}", "x"}, {"{{ yaml(\"- 012\n- 1e3\n- ~\n- yes\n- 2024-01-01\") }}", `[10,1000.0,null,true,"2024-01-01"]`}},
		},
		func(st *state, args []value.Value) (value.Value, error) {
			if args[0].Kind() != value.KindString {
				return value.Null, evaluationError("function yaml needs a string, not %s", args[0].Kind())
			}
			return st.parseYAML(args[0].Str())
		},
	}}
}

// yamlCost is what reading a YAML text costs once, in steps.
const yamlCost = 100

// parseYAML reads the first document of a text.
func (st *state) parseYAML(text string) (value.Value, error) {
	docs, err := yaml.Parse([]byte(text), 1, func(bytes int) error {
		if err := st.Charge(yamlCost + yaml.StepsPerByte*bytes); err != nil {
			return err
		}
		return st.Allocate(yaml.BytesPerByte * bytes)
	})
	if err != nil {
		return value.Null, invalidYAML(err)
	}
	if len(docs) == 0 {
		return value.Null, evaluationError("invalid YAML: text holds no value")
	}
	c := yaml.Converter{Enter: func(members, depth int) error {
		if err := st.EnterValue(members, depth); err != nil {
			return err
		}
		return st.ChargeMembers(members)
	}}
	v, err := c.Value(docs[0])
	if err != nil {
		return value.Null, invalidYAML(err)
	}
	return v, nil
}

// invalidYAML returns the error about a text; what the budget says stays as it is.
func invalidYAML(err error) error {
	if _, ok := errors.AsType[*meter.Fault](err); ok {
		return err
	}
	msg := "invalid YAML: " + meter.Cut(strings.TrimPrefix(err.Error(), "yaml: "), 200)
	if strings.Contains(msg, "unknown anchor") { // which it would name
		msg = "invalid YAML: an alias has no anchor"
	}
	return &meter.Fault{Class: ClassEvaluation, At: -1, Msg: msg, Err: err}
}
