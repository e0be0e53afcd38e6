package pebble

import (
	"maps"
	"strings"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// jqNative makes the node of a call of a built-in function from those of its arguments.
type jqNative func(args []jqNode) jqNode

// jqNatives returns the functions that are written in Go, by name/arguments.
func jqNatives() map[string]jqNative {
	out := map[string]jqNative{
		"empty/0":   func([]jqNode) jqNode { return func(*jqRun, *jqEnv, jqItem, jqEmit) error { return nil } },
		"error/0":   func([]jqNode) jqNode { return jqRaise(jqIdentity) },
		"error/1":   func(args []jqNode) jqNode { return jqRaise(args[0]) },
		"path/1":    jqPathOf,
		"getpath/1": jqGetPath,
		"recurse/1": jqRecurse,
		"until/2":   jqUntil,
		"while/2":   jqWhile,
		"limit/2":   jqLimit,
		"range/1":   func(args []jqNode) jqNode { return jqCount(jqConstant(value.Int(0)), args[0]) },
		"range/2":   func(args []jqNode) jqNode { return jqCount(args[0], args[1]) },
		"range/3":   jqSpan,
		"paths/1":   jqPaths,
		"walk/1":    jqWalk,
		"sub/2":     jqSubstitute(""),
		"sub/3":     jqSubstitute(""),
		"gsub/2":    jqSubstitute("g"),
		"gsub/3":    jqSubstitute("g"),
		"not/0": jqFunction(func(_ *jqRun, v value.Value, _ []value.Value) (value.Value, error) {
			return value.Bool(!jqTruth(v)), nil
		}),
		"type/0": jqFunction(func(_ *jqRun, v value.Value, _ []value.Value) (value.Value, error) {
			return value.String(jqType(v)), nil
		}),
		"setpath/2": jqFunction(func(r *jqRun, v value.Value, a []value.Value) (value.Value, error) {
			path, err := jqSteps(a[0])
			if err != nil {
				return value.Null, err
			}
			return r.update(v, path, func(value.Value) (value.Value, error) { return a[1], nil })
		}),
		"delpaths/1": jqFunction(func(r *jqRun, v value.Value, a []value.Value) (value.Value, error) {
			if a[0].Kind() != value.KindList {
				return value.Null, jqFail("Paths must be specified as an array")
			}
			return r.removeAll(v, a[0].List().Slice())
		}),
		"builtins/0": jqFunction(func(r *jqRun, _ value.Value, _ []value.Value) (value.Value, error) {
			return value.ListOf(r.library.names...), nil
		}),
		"now/0": jqFunction(func(r *jqRun, _ value.Value, _ []value.Value) (value.Value, error) {
			return value.Float(float64(r.st.clock().UnixMilli()) / 1000), nil
		}),
	}
	for name, call := range jqBinaryFunctions() {
		out[name] = func(args []jqNode) jqNode { // the first argument varies slowest
			return jqFunction(func(r *jqRun, v value.Value, a []value.Value) (value.Value, error) { return call(r, a[1], a[0]) })([]jqNode{args[1], args[0]})
		}
	}
	for _, more := range []map[string]jqFunc{jqListFunctions(), jqTextFunctions(), jqRegexFunctions(), jqNumberFunctions()} {
		for name, call := range more {
			out[name] = jqFunction(call)
		}
	}
	maps.Copy(out, jqSortings())
	return out
}

// jqRaise is error(v), for which null is no failure.
func jqRaise(node jqNode) jqNode {
	return func(r *jqRun, env *jqEnv, in jqItem, _ jqEmit) error {
		return node(r, env, jqItem{v: in.v}, func(it jqItem) error {
			if it.v.IsNull() {
				return nil
			}
			return &jqError{v: it.v}
		})
	}
}

// jqFunc is a function that gives one output for an input and values of its arguments. The slice is only valid during
// the call.
type jqFunc func(r *jqRun, v value.Value, args []value.Value) (value.Value, error)

// jqFunction calls a function for every combination of the outputs of its arguments, the last of which varies slowest.
func jqFunction(call jqFunc) jqNative {
	return func(args []jqNode) jqNode {
		if len(args) == 0 {
			return func(r *jqRun, _ *jqEnv, in jqItem, emit jqEmit) error {
				v, err := call(r, in.v, nil)
				if err != nil {
					return err
				}
				return emit(jqItem{v: v})
			}
		}
		return func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
			return jqArguments(r, env, in.v, args, make([]value.Value, len(args)), func(values []value.Value) error {
				v, err := call(r, in.v, values)
				if err != nil {
					return err
				}
				return emit(jqItem{v: v})
			})
		}
	}
}

func jqArguments(r *jqRun, env *jqEnv, in value.Value, args []jqNode, values []value.Value, next func([]value.Value) error) error {
	if len(args) == 0 {
		return next(values)
	}
	last := len(args) - 1
	return args[last](r, env, jqItem{v: in}, func(it jqItem) error {
		values[last] = it.v
		return jqArguments(r, env, in, args[:last], values, next)
	})
}

func jqPathOf(args []jqNode) jqNode {
	return func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
		return r.paths(args[0], env, in.v, func(path value.Value) error { return emit(jqItem{v: path}) })
	}
}

// jqGetPath is getpath(path): null from where there is nothing on.
func jqGetPath(args []jqNode) jqNode {
	return func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
		return args[0](r, env, jqItem{v: in.v}, func(path jqItem) error {
			steps, err := jqSteps(path.v)
			if err != nil {
				return err
			}
			if err := r.st.Charge(len(steps)); err != nil {
				return err
			}
			it := in
			for _, key := range steps {
				if it, err = jqAt(r, it, key); err != nil {
					return err
				}
			}
			return emit(it)
		})
	}
}

// outputs returns all outputs of a node.
func (r *jqRun) outputs(node jqNode, env *jqEnv, in jqItem) ([]jqItem, error) {
	var items []jqItem
	err := node(r, env, in, func(it jqItem) error {
		if err := r.added(len(items) + 1); err != nil {
			return err
		}
		if err := r.st.Allocate(pathBytes); err != nil {
			return err
		}
		items = append(items, it)
		return nil
	})
	return items, err
}

// jqLength is the length of a string in characters, of a list or map in members, and of a number its size.
func jqLength(r *jqRun, v value.Value, _ []value.Value) (value.Value, error) {
	switch jqType(v) {
	case "null":
		return value.Int(0), nil
	case "number":
		if n, ok := value.Compare(v, value.Int(0)); ok && n < 0 {
			return jqNegated(v)
		}
		return jqWhole(v), nil
	case "string":
		text := value.JavaText(v)
		return value.Int(int64(utf8.RuneCountInString(text))), r.st.Charge(len(text) / meter.TextPerCount)
	case "array":
		return value.Int(int64(v.List().Len())), nil
	case "object":
		return value.Int(int64(v.Map().Len())), nil
	default:
		return value.Null, jqFail("%s has no length", v)
	}
}

// contains reports whether b is a part of a: a text in a text, every item and member of it in some item or the same
// member.
func (r *jqRun) contains(a, b value.Value) (bool, error) {
	if err := r.st.Charge(1); err != nil {
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
		if err := r.st.ChargeSearch(a.Str(), b.Str()); err != nil {
			return false, err
		}
		return strings.Contains(a.Str(), b.Str()), nil
	default:
		n, err := r.compare(a, b)
		return n == 0, err
	}
}
