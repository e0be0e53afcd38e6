package pebble

import (
	"iter"
	"slices"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Structure is a value whose strings and map keys, at any depth, are templates: a map or a list of task properties. It
// is immutable and safe for concurrent use.
type Structure struct {
	constant bool
	value    value.Value // of a constant or of a scalar that is no string
	text     *Template
	items    []*Structure // of a list
	keys     []*Template  // of a map
	members  []*Structure
	isMap    bool
}

// CompileValue compiles every string and map key of v, which stands at a place as in [Engine.CompileAt]. The error is a
// [*PathError] around an [*Error].
func (e *Engine) CompileValue(place string, v value.Value) (*Structure, error) {
	sc := structureCompiler{engine: e, stream: streamAt(place)}
	return sc.value(v, nil)
}

// structureCompiler compiles the texts of one structure, in their order.
type structureCompiler struct {
	engine *Engine
	stream uint64 // of the last text
}

func (sc *structureCompiler) value(v value.Value, path []any) (*Structure, error) {
	if len(path) > meter.MaxNesting {
		err := &Error{Class: ClassLimit, Line: 1, Column: 1, Msg: meter.NewFault(ClassLimit, 0, "value is nested deeper than %d levels", meter.MaxNesting).Msg}
		return nil, &PathError{Path: slices.Clone(path), Err: err}
	}
	switch v.Kind() {
	case value.KindString:
		t, err := sc.text(v.Str(), path)
		if err != nil {
			return nil, err
		}
		s := &Structure{text: t, constant: t.constant}
		if t.constant {
			s.value = t.textValue
		}
		return s, nil
	case value.KindList:
		s := &Structure{constant: true}
		for i, item := range v.List().All() {
			c, err := sc.value(item, append(path, i))
			if err != nil {
				return nil, err
			}
			s.constant = s.constant && c.constant
			s.items = append(s.items, c)
		}
		if s.constant {
			s.value, s.items = constantList(s.items), nil
		} else if s.items == nil {
			s.items = []*Structure{}
		}
		return s, nil
	case value.KindMap:
		return sc.members(v.Map(), path)
	default:
		return &Structure{constant: true, value: v}, nil
	}
}

func (sc *structureCompiler) members(m *value.Map, path []any) (*Structure, error) {
	s := &Structure{constant: true, isMap: true}
	path = append(path, nil)
	for key, member := range m.All() {
		path[len(path)-1] = key
		k, err := sc.text(key, path)
		if err != nil {
			return nil, err
		}
		c, err := sc.value(member, path)
		if err != nil {
			return nil, err
		}
		s.constant = s.constant && k.constant && c.constant
		s.keys, s.members = append(s.keys, k), append(s.members, c)
	}
	if s.constant {
		out := value.NewMap(len(s.keys))
		for i, k := range s.keys {
			setFirst(out, k.text, s.members[i].value)
		}
		s.value = value.FromMap(out)
	}
	return s, nil
}

func (sc *structureCompiler) text(text string, path []any) (*Template, error) {
	t, err := sc.engine.Compile(text)
	if err != nil {
		return nil, &PathError{Path: slices.Clone(path), Err: err}
	}
	const odd = 0x9e3779b97f4a7c15 // gives numbers that have little in common
	sc.stream += odd
	t.stream = sc.stream
	return t, nil
}

func constantList(items []*Structure) value.Value {
	out := make([]value.Value, len(items))
	for i, item := range items {
		out[i] = item.value
	}
	return value.ListOf(out...)
}

// setFirst sets a member unless the map has the key: when two keys render to one text the first wins, as in Kestra.
func setFirst(m *value.Map, key string, v value.Value) {
	if !m.Has(key) {
		m.Set(key, v)
	}
}

// Constant returns the value of a structure without any expression.
func (s *Structure) Constant() (value.Value, bool) { return s.value, s.constant }

// Members iterates over the names and the values of a structure that is a map.
func (s *Structure) Members() iter.Seq2[*Template, *Structure] {
	return func(yield func(*Template, *Structure) bool) {
		for i, key := range s.keys {
			if !yield(key, s.members[i]) {
				return
			}
		}
	}
}

// Template returns the template of a structure that is one text; nil for a structure of any other shape.
func (s *Structure) Template() *Template { return s.text }

// Render evaluates all texts of the structure, each as [Template.Render] does; other scalars stay. The error is a
// [*PathError] around an [*Error]. Each text has the limits of one evaluation.
func (s *Structure) Render(c *Context) (value.Value, error) {
	return s.render(c, nil, false)
}

// RenderTyped evaluates the structure as [Structure.Render] does, but each text of a value as [Template.RenderTyped] does.
func (s *Structure) RenderTyped(c *Context) (value.Value, error) {
	return s.render(c, nil, true)
}

// RenderJSON evaluates the structure as [Structure.Render] does. One that is a text is what [Template.RenderJSON] gives.
func (s *Structure) RenderJSON(c *Context) (value.Value, error) {
	if s.text != nil {
		return s.text.RenderJSON(c)
	}
	return s.Render(c)
}

// Items returns the structures of the items of a list.
func (s *Structure) Items() []*Structure {
	if !s.constant {
		return s.items
	}
	items := make([]*Structure, s.value.List().Len())
	for i, v := range s.value.List().All() {
		items[i] = &Structure{constant: true, value: v}
	}
	return items
}

func (s *Structure) render(c *Context, path []any, typed bool) (value.Value, error) {
	switch {
	case s.constant:
		return s.value, nil
	case s.text != nil:
		v, err := s.renderText(c, typed)
		if err != nil {
			return value.Null, &PathError{Path: slices.Clone(path), Err: err}
		}
		return v, nil
	case !s.isMap:
		out := make([]value.Value, len(s.items))
		for i, item := range s.items {
			v, err := item.render(c, append(path, i), typed)
			if err != nil {
				return value.Null, err
			}
			out[i] = v
		}
		return value.ListOf(out...), nil
	}
	out := value.NewMap(len(s.keys))
	path = append(path, nil)
	for i, k := range s.keys {
		path[len(path)-1] = k.source
		key, err := k.Render(c)
		if err != nil {
			return value.Null, &PathError{Path: slices.Clone(path), Err: err}
		}
		v, err := s.members[i].render(c, path, typed)
		if err != nil {
			return value.Null, err
		}
		setFirst(out, key, v)
	}
	return value.FromMap(out), nil
}

func (s *Structure) renderText(c *Context, typed bool) (value.Value, error) {
	if typed {
		return s.text.RenderTyped(c)
	}
	text, err := s.text.Render(c)
	return value.String(text), err
}
