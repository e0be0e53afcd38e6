package pebble

import (
	"errors"
	"slices"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// bind compiles the arguments of a call into the slots of its parameters; a nil slot is one that was not given.
func (c *compiler) bind(kind, name string, at int, args *arguments, entry *Entry) ([]code, error) {
	fail := func(at int, format string, a ...any) ([]code, error) {
		f := meter.NewFault(ClassUnknown, at, format, a...)
		f.Name, f.Public = name, true
		return nil, f
	}
	if entry.Needs != "" {
		return fail(at, "%s %q needs %s, which is not supported yet", kind, name, entry.Needs)
	}
	if entry.refused != "" {
		return fail(at, "%s %q %s", kind, name, entry.refused)
	}
	if entry.Loose { // arguments are evaluated and ignored, as in Kestra
		if _, err := c.expressions(args.named); err != nil {
			return nil, err
		}
		return c.expressions(args.positional)
	}
	positional := len(args.positional)
	if positional > len(entry.Parameters) && !entry.Variadic {
		return fail(args.positional[len(entry.Parameters)].offset(), "%s %q takes at most %d arguments, not %d",
			kind, name, len(entry.Parameters), positional)
	}
	slots := make([]code, max(positional, len(entry.Parameters)))
	given := make([]expression, len(slots))
	bindTo := func(slot int, e expression) error {
		given[slot] = e
		if text, ok := literal(e); ok && text.Kind() == value.KindString && slot < len(entry.Parameters) && entry.Parameters[slot].check != nil {
			if wrong := entry.Parameters[slot].check(text.Str()); wrong != nil {
				return wrongLiteral(wrong, name, e.offset())
			}
		}
		var err error
		slots[slot], err = c.expression(e)
		return err
	}
	for i, e := range args.positional {
		if err := bindTo(i, e); err != nil {
			return nil, err
		}
	}
	for i, argument := range args.names {
		slot := slices.IndexFunc(entry.Parameters, func(p Parameter) bool { return p.Name == argument })
		if slot < 0 {
			f := meter.NewFault(ClassUnknown, args.named[i].offset(), "%s %q has no argument named %q", kind, name, meter.Cut(argument, 40))
			f.Name = name
			return nil, f
		}
		if slots[slot] != nil {
			return fail(args.named[i].offset(), "%s %q is given the argument %q twice", kind, name, argument)
		}
		if err := bindTo(slot, args.named[i]); err != nil {
			return nil, err
		}
	}
	for i, p := range entry.Parameters {
		switch {
		case slots[i] != nil:
		case p.Required:
			return fail(at, "%s %q needs the argument %q", kind, name, p.Name)
		case !p.Default.IsNull():
			slots[i] = constant(p.Default)
		}
	}
	if entry.check != nil {
		return slots, entry.check(given)
	}
	return slots, nil
}

// wrongLiteral is the error of a literal argument that can never work: of the class that its evaluation would have.
func wrongLiteral(wrong error, name string, at int) *meter.Fault {
	f := &meter.Fault{Class: ClassUnknown, At: at, Name: name, Msg: wrong.Error()}
	if found, ok := errors.AsType[*meter.Fault](wrong); ok {
		f.Class = found.Class
	}
	return f
}

// push evaluates arguments onto the stack. After an error the caller resets the stack.
func (st *state) push(slots []code) error {
	for _, slot := range slots {
		v := value.Null
		if slot != nil {
			var err error
			if v, err = slot(st); err == nil {
				err = st.ChargeNumber(v)
			}
			if err != nil {
				return err
			}
		}
		st.args = append(st.args, v)
	}
	return nil
}

// pushed returns the arguments above base.
func (st *state) pushed(base int) []value.Value { return st.args[base:len(st.args):len(st.args)] }

func (c *compiler) filter(e *filterExpr) (code, error) {
	if e.input == nil { // the first filter of a filter tag: its input is the captured text
		return c.filterOn(e, func(st *state) (value.Value, error) { return st.filtered, nil })
	}
	input, err := c.expression(e.input)
	if err != nil {
		return nil, err
	}
	return c.filterOn(e, input)
}

func (c *compiler) filterOn(e *filterExpr, input code) (code, error) {
	at := e.offset()
	f := c.engine.registry.filters[e.name]
	if f == nil {
		return nil, c.engine.registry.unknownFilter(e)
	}
	slots, err := c.bind("filter", e.name, at, &e.args, &f.Entry)
	if err != nil {
		return nil, err
	}
	call, rescues := f.call, f.rescues
	return func(st *state) (value.Value, error) {
		base := len(st.args)
		v, err := st.operands(slots, input, rescues)
		if err != nil {
			return value.Null, err
		}
		v, err = call(st, v, st.pushed(base))
		st.args = st.args[:base]
		if err != nil {
			return value.Null, meter.Locate(err, at)
		}
		return v, nil
	}, nil
}

// operands evaluates the arguments of a filter or test, which it leaves on the stack, and its input; one that rescues takes
// null for an input that is missing. After an error nothing is left.
func (st *state) operands(slots []code, input code, rescues bool) (value.Value, error) {
	base := len(st.args)
	err := st.push(slots)
	if err == nil {
		var v value.Value
		if v, err = input(st); err == nil {
			err = st.ChargeNumber(v)
		}
		if err == nil {
			return v, nil
		}
		if rescues && meter.IsMissing(err) {
			return value.Null, nil
		}
	}
	st.args = st.args[:base]
	return value.Null, err
}

func (c *compiler) test(e *testExpr) (code, error) {
	at, negated := e.offset(), e.negated
	t := c.engine.registry.tests[e.name]
	if t == nil {
		return nil, c.engine.registry.unknownTest(e.name, at)
	}
	input, err := c.expression(e.input)
	if err != nil {
		return nil, err
	}
	slots, err := c.bind("test", e.name, at, &e.args, &t.Entry)
	if err != nil {
		return nil, err
	}
	call, rescues := t.call, t.rescues
	return func(st *state) (value.Value, error) {
		base := len(st.args)
		v, err := st.operands(slots, input, rescues)
		if err != nil {
			return value.Null, err
		}
		ok, err := call(st, v, st.pushed(base))
		st.args = st.args[:base]
		if err != nil {
			return value.Null, meter.Locate(err, at)
		}
		return value.Bool(ok != negated), nil
	}, nil
}

func (c *compiler) call(e *callExpr) (code, error) {
	at := e.offset()
	f := c.engine.registry.functions[e.name]
	if f == nil {
		if m := c.macros[e.name]; m != nil {
			return c.macroCall(e, m)
		}
		return nil, c.engine.registry.unknownFunction(e.name, at)
	}
	slots, err := c.bind("function", e.name, at, &e.args, &f.Entry)
	if err != nil {
		return nil, err
	}
	call := f.call
	return func(st *state) (value.Value, error) {
		base := len(st.args)
		err := st.push(slots)
		if err != nil {
			st.args = st.args[:base]
			return value.Null, err
		}
		v, err := call(st, st.pushed(base))
		st.args = st.args[:base]
		if err != nil {
			return value.Null, meter.Locate(err, at)
		}
		return v, nil
	}, nil
}

// macro is a compiled macro.
type macro struct {
	name     string
	params   []string
	defaults []code // nil where there is none; evaluated in the scope of the macro
	body     action
}

func (c *compiler) macroCall(e *callExpr, m *macro) (code, error) {
	entry := &Entry{Name: m.name}
	for _, p := range m.params {
		entry.Parameters = append(entry.Parameters, Parameter{Name: p})
	}
	slots, err := c.bind("macro", m.name, e.offset(), &e.args, entry)
	if err != nil {
		return nil, err
	}
	at := e.offset()
	return func(st *state) (value.Value, error) {
		base := len(st.args)
		err := st.push(slots)
		var text string
		if err == nil {
			text, err = st.runMacro(m, slots, st.pushed(base), at)
		}
		st.args = st.args[:base]
		return value.String(text), err
	}, nil
}

// runMacro runs a macro in a scope of its own, which sees no other variable, and returns its text.
func (st *state) runMacro(m *macro, slots []code, args []value.Value, at int) (string, error) {
	if err := st.Descend(); err != nil {
		return "", meter.Locate(err, at)
	}
	vars, floor, mark := st.vars, st.floor, len(st.locals)
	st.vars, st.floor = nil, mark
	var err error
	for i, name := range m.params {
		v := args[i]
		if slots[i] == nil && m.defaults[i] != nil {
			if v, err = m.defaults[i](st); err != nil {
				break
			}
		}
		st.declare(name, v)
	}
	var text string
	if err == nil {
		text, err = st.capture(m.body)
	}
	st.vars, st.floor, st.locals = vars, floor, st.locals[:mark]
	st.Ascend()
	return text, err
}
