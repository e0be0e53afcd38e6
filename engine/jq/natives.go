package jq

import (
	"maps"
	"strings"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// native makes the node of a call of a built-in function from those of its arguments.
type native func(args []filter) filter

// natives returns the functions that are written in Go, by name/arguments.
func natives() map[string]native {
	out := map[string]native{
		"empty/0":   func([]filter) filter { return func(*run, *bindings, datum, emit) error { return nil } },
		"error/0":   func([]filter) filter { return raise(identity) },
		"error/1":   func(args []filter) filter { return raise(args[0]) },
		"path/1":    pathOf,
		"getpath/1": getPath,
		"recurse/1": recurse,
		"until/2":   until,
		"while/2":   while,
		"limit/2":   limit,
		"range/1":   func(args []filter) filter { return count(constant(value.Int(0)), args[0]) },
		"range/2":   func(args []filter) filter { return count(args[0], args[1]) },
		"range/3":   span,
		"paths/1":   paths,
		"walk/1":    walk,
		"sub/2":     substitute(""),
		"sub/3":     substitute(""),
		"gsub/2":    substitute("g"),
		"gsub/3":    substitute("g"),
		"not/0": function(func(_ *run, v value.Value, _ []value.Value) (value.Value, error) {
			return value.Bool(!truth(v)), nil
		}),
		"type/0": function(func(_ *run, v value.Value, _ []value.Value) (value.Value, error) {
			return value.String(typeName(v)), nil
		}),
		"setpath/2": function(func(r *run, v value.Value, a []value.Value) (value.Value, error) {
			path, err := steps(a[0])
			if err != nil {
				return value.Null, err
			}
			return r.update(v, path, func(value.Value) (value.Value, error) { return a[1], nil })
		}),
		"delpaths/1": function(func(r *run, v value.Value, a []value.Value) (value.Value, error) {
			if a[0].Kind() != value.KindList {
				return value.Null, fail("Paths must be specified as an array")
			}
			return r.removeAll(v, a[0].List().Slice())
		}),
		"builtins/0": function(func(r *run, _ value.Value, _ []value.Value) (value.Value, error) {
			return value.ListOf(r.library.names...), nil
		}),
		"now/0": function(func(r *run, _ value.Value, _ []value.Value) (value.Value, error) {
			return value.Float(float64(r.clock.Now().UnixMilli()) / 1000), nil
		}),
	}
	for name, call := range binaryFunctions() {
		out[name] = func(args []filter) filter { // the first argument varies slowest
			return function(func(r *run, v value.Value, a []value.Value) (value.Value, error) { return call(r, a[1], a[0]) })([]filter{args[1], args[0]})
		}
	}
	for _, more := range []map[string]valueFunc{listFunctions(), textFunctions(), regexFunctions(), numberFunctions()} {
		for name, call := range more {
			out[name] = function(call)
		}
	}
	maps.Copy(out, sortings())
	return out
}

// raise is error(v), for which null is no failure.
func raise(node filter) filter {
	return func(r *run, env *bindings, in datum, _ emit) error {
		return node(r, env, datum{v: in.v}, func(it datum) error {
			if it.v.IsNull() {
				return nil
			}
			return &failure{v: it.v}
		})
	}
}

// valueFunc is a function that gives one output for an input and values of its arguments. The slice is only valid during
// the call.
type valueFunc func(r *run, v value.Value, args []value.Value) (value.Value, error)

// function calls a function for every combination of the outputs of its arguments, the last of which varies slowest.
func function(call valueFunc) native {
	return func(args []filter) filter {
		if len(args) == 0 {
			return func(r *run, _ *bindings, in datum, emit emit) error {
				v, err := call(r, in.v, nil)
				if err != nil {
					return err
				}
				return emit(datum{v: v})
			}
		}
		return func(r *run, env *bindings, in datum, emit emit) error {
			return arguments(r, env, in.v, args, make([]value.Value, len(args)), func(values []value.Value) error {
				v, err := call(r, in.v, values)
				if err != nil {
					return err
				}
				return emit(datum{v: v})
			})
		}
	}
}

func arguments(r *run, env *bindings, in value.Value, args []filter, values []value.Value, next func([]value.Value) error) error {
	if len(args) == 0 {
		return next(values)
	}
	last := len(args) - 1
	return args[last](r, env, datum{v: in}, func(it datum) error {
		values[last] = it.v
		return arguments(r, env, in, args[:last], values, next)
	})
}

func pathOf(args []filter) filter {
	return func(r *run, env *bindings, in datum, emit emit) error {
		return r.paths(args[0], env, in.v, func(path value.Value) error { return emit(datum{v: path}) })
	}
}

// getPath is getpath(path): null from where there is nothing on.
func getPath(args []filter) filter {
	return func(r *run, env *bindings, in datum, emit emit) error {
		return args[0](r, env, datum{v: in.v}, func(path datum) error {
			steps, err := steps(path.v)
			if err != nil {
				return err
			}
			if err := r.m.Charge(len(steps)); err != nil {
				return err
			}
			it := in
			for _, key := range steps {
				if it, err = at(r, it, key); err != nil {
					return err
				}
			}
			return emit(it)
		})
	}
}

// outputs returns all outputs of a node.
func (r *run) outputs(node filter, env *bindings, in datum) ([]datum, error) {
	var items []datum
	err := node(r, env, in, func(it datum) error {
		if err := r.added(len(items) + 1); err != nil {
			return err
		}
		if err := r.m.Allocate(pathBytes); err != nil {
			return err
		}
		items = append(items, it)
		return nil
	})
	return items, err
}

// length is the length of a string in characters, of a list or map in members, and of a number its size.
func length(r *run, v value.Value, _ []value.Value) (value.Value, error) {
	switch typeName(v) {
	case "null":
		return value.Int(0), nil
	case "number":
		if n, ok := value.Compare(v, value.Int(0)); ok && n < 0 {
			return negated(v)
		}
		return whole(v), nil
	case "string":
		text := value.JavaText(v)
		return value.Int(int64(utf8.RuneCountInString(text))), r.m.Charge(len(text) / meter.TextPerCount)
	case "array":
		return value.Int(int64(v.List().Len())), nil
	case "object":
		return value.Int(int64(v.Map().Len())), nil
	default:
		return value.Null, fail("%s has no length", v)
	}
}

// contains reports whether b is a part of a: a text in a text, every item and member of it in some item or the same
// member.
func (r *run) contains(a, b value.Value) (bool, error) {
	if err := r.m.Charge(1); err != nil {
		return false, err
	}
	switch {
	case a.Kind() == value.KindMap && b.Kind() == value.KindMap:
		for key, part := range b.Map().All() {
			whole, ok := a.Map().Get(key)
			if !ok {
				return false, nil
			}
			if ok, err := r.contains(whole, part); err != nil || !ok {
				return false, err
			}
		}
		return true, nil
	case a.Kind() == value.KindList && b.Kind() == value.KindList:
		for _, part := range b.List().Slice() {
			found := false
			for _, whole := range a.List().Slice() {
				var err error
				if found, err = r.contains(whole, part); err != nil {
					return false, err
				}
				if found {
					break
				}
			}
			if !found {
				return false, nil
			}
		}
		return true, nil
	case a.Kind() == value.KindString && b.Kind() == value.KindString:
		if err := r.m.ChargeSearch(a.Str(), b.Str()); err != nil {
			return false, err
		}
		return strings.Contains(a.Str(), b.Str()), nil
	default:
		n, err := r.compare(a, b)
		return n == 0, err
	}
}
