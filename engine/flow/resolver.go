package flow

import (
	"fmt"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// resolver resolves a list of inputs once.
type resolver struct {
	inputs   []*Input
	given    *value.Map
	context  *pebble.Context
	meter    *meter.Meter
	results  []result
	warnings []error

	others     *value.Map // what expressions see of inputs beside those they depend on; made when it is needed
	seesOthers bool
}

// result is what has become of an input.
type result struct {
	done    bool
	present bool // it is enabled, and has a value, which may be null
	value   value.Value
}

func newResolver(inputs []*Input, given *value.Map, c *pebble.Context) *resolver {
	return &resolver{inputs: inputs, given: given, context: c, meter: newMeter(c.Memory), results: make([]result, len(inputs))}
}

func (r *resolver) warn(format string, args ...any) {
	r.warnings = append(r.warnings, violated(format, args...))
}

func (r *resolver) warnOfUndeclared() {
	if r.given.Len() == 0 {
		return
	}
	declared := make(map[string]bool, len(r.inputs))
	for _, in := range r.inputs {
		declared[in.ID] = true
	}
	for id := range r.given.All() {
		if !declared[id] {
			r.warn("Input %s was provided but isn't declared in the workflow inputs", shorten(id))
		}
	}
}

// resolve resolves an input and, before it, those that it depends on. Loading has refused circles.
func (r *resolver) resolve(i int) error {
	in, out := r.inputs[i], &r.results[i]
	if out.done {
		return nil
	}
	out.done = true
	for _, needed := range in.needs {
		if err := r.resolve(needed); err != nil {
			return err
		}
	}
	if !r.isEnabled(i) {
		return nil
	}
	typ, err := r.typeOf(i)
	if err != nil {
		return err
	}
	v, err := r.written(i, typ)
	switch {
	case err != nil:
		return err
	case v.IsNull() && in.Required:
		return &InputError{ID: in.ID}
	case !v.IsNull():
		var o order
		if v, o, err = typ.convert(v, r.meter); err == nil {
			err = typ.check(v, o, r.meter)
		}
		if err != nil {
			return &InputError{ID: in.ID, Err: err}
		}
	}
	out.present, out.value = true, v
	return nil
}

// isEnabled reports whether the inputs that an input depends on have values, and its condition gives true.
func (r *resolver) isEnabled(i int) bool {
	in := r.inputs[i]
	for _, needed := range in.needs {
		if r.results[needed].value.IsNull() {
			return false
		}
	}
	if in.condition == nil {
		return true
	}
	v, err := in.condition.RenderTyped(r.sees(i))
	if err != nil {
		r.warn("Invalid condition: input `%s` is left out: %v", in.ID, err)
	}
	return err == nil && v.Bool()
}

// typeOf returns the type of an input with its values, which an expression may give.
func (r *resolver) typeOf(i int) (*Type, error) {
	in := r.inputs[i]
	if in.expression == nil {
		return &in.Type, nil
	}
	v, err := in.expression.RenderTyped(r.sees(i))
	if err != nil {
		return nil, RenderingError(in.ID, fmt.Errorf("the expression of its values: %w", err))
	}
	if v.Kind() != value.KindList {
		return nil, RenderingError(in.ID, violated("Invalid expression result. Expected a list of strings"))
	}
	if err := r.meter.ChargeItems(v.List().Len()); err != nil {
		return nil, RenderingError(in.ID, err)
	}
	typ := in.Type
	typ.Values = make([]string, 0, v.List().Len())
	for _, item := range v.List().All() {
		if item.IsNull() {
			continue
		}
		text, err := r.meter.JavaText(item)
		if err != nil {
			return nil, RenderingError(in.ID, err)
		}
		typ.Values = append(typ.Values, text)
	}
	return &typ, nil
}

// written returns what is given for an input, or else its default, as it is before it is converted.
func (r *resolver) written(i int, typ *Type) (value.Value, error) {
	in := r.inputs[i]
	if v, _ := r.given.Get(in.ID); !v.IsNull() {
		return v, nil
	}
	if in.Defaults == nil {
		if in.selectFirst {
			return typ.first(), nil
		}
		return value.Null, nil
	}
	v, err := in.Defaults.Render(r.sees(i))
	if err != nil {
		return value.Null, RenderingError(in.ID, err)
	}
	return v, nil
}

// show takes what is given for an input as it is, or else its default if it can be had.
func (r *resolver) show(i int) {
	in, out := r.inputs[i], &r.results[i]
	if out.done {
		return
	}
	out.done = true
	for _, needed := range in.needs {
		r.show(needed)
	}
	if v, given := nested(r.given, in.ID); given {
		out.present, out.value = true, v
		return
	}
	v := in.constant
	if v.IsNull() && in.Defaults != nil {
		written, err := r.written(i, &in.Type)
		if err == nil && !written.IsNull() {
			v, _, err = in.Type.convert(written, r.meter)
		}
		if err != nil {
			r.warn("default of input `%s`: %v", in.ID, err)
			return
		}
	}
	out.present, out.value = !v.IsNull(), v
}

func (r *resolver) resolution(extra *value.Map) *Resolution {
	root := newNest()
	for id, v := range extra.All() {
		root.set(id, v)
	}
	for i, in := range r.inputs {
		if r.results[i].present {
			root.set(in.ID, r.results[i].value)
		}
	}
	return &Resolution{Values: root.value().Map(), Warnings: r.warnings}
}

// sees returns what the expressions of an input see.
func (r *resolver) sees(i int) *pebble.Context {
	c := *r.context
	c.Vars = value.DrawMap(inputScope{r.context.Vars, r.visible(i)})
	return &c
}

// visible returns the variable `inputs` for the expressions of an input; null when there is none.
func (r *resolver) visible(i int) value.Value {
	if r.others == nil {
		blank := newNest()
		for _, in := range r.inputs {
			if in.HasDefault() {
				blank.set(in.ID, value.Null)
			}
		}
		outer, _ := r.context.Vars.Get("inputs")
		r.others = value.DrawMap(twoMaps{blank.value().Map(), outer.Map()})
		r.seesOthers = len(blank.keys) > 0 || outer.Kind() == value.KindMap
	}
	own := newNest()
	for _, needed := range r.inputs[i].needs {
		if r.results[needed].present {
			own.set(r.inputs[needed].ID, r.results[needed].value)
		}
	}
	switch {
	case len(own.keys) > 0:
		return value.FromMap(value.DrawMap(twoMaps{own.value().Map(), r.others}))
	case r.seesOthers:
		return value.FromMap(r.others)
	default:
		return value.Null
	}
}

// twoMaps is the members of one map, and those of another which it does not have.
type twoMaps struct{ first, second *value.Map }

// Get implements [value.Source].
func (m twoMaps) Get(name string) (value.Value, bool) {
	if v, ok := m.first.Get(name); ok {
		return v, true
	}
	return m.second.Get(name)
}

// Has implements [value.Source].
func (m twoMaps) Has(name string) bool { return m.first.Has(name) || m.second.Has(name) }

// Map implements [value.Source].
func (m twoMaps) Map() *value.Map {
	all := value.NewMap(m.first.Len() + m.second.Len())
	for _, from := range []*value.Map{m.first, m.second} {
		for name, v := range from.All() {
			if !all.Has(name) {
				all.Set(name, v)
			}
		}
	}
	return all
}

// inputScope is variables with another variable `inputs`.
type inputScope struct {
	vars   *value.Map
	inputs value.Value // null: there is none
}

// Get implements [value.Source].
func (s inputScope) Get(name string) (value.Value, bool) {
	if name == "inputs" {
		return s.inputs, !s.inputs.IsNull()
	}
	return s.vars.Get(name)
}

// Has implements [value.Source].
func (s inputScope) Has(name string) bool {
	if name == "inputs" {
		return !s.inputs.IsNull()
	}
	return s.vars.Has(name)
}

// Map implements [value.Source].
func (s inputScope) Map() *value.Map {
	all := value.NewMap(s.vars.Len() + 1)
	for name, v := range s.vars.All() {
		if name != "inputs" {
			all.Set(name, v)
		}
	}
	if !s.inputs.IsNull() {
		all.Set("inputs", s.inputs)
	}
	return all
}
