package pebble

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// jqNative makes the node of a call of a built-in function from those of its arguments.
type jqNative func(args []jqNode) jqNode

// jqNatives returns the functions that are written in Go, by name/arguments.
func jqNatives() map[string]jqNative {
	out := map[string]jqNative{
		"empty/0":   func([]jqNode) jqNode { return func(*jqRun, *jqEnv, jqItem, jqEmit) error { return nil } },
		"error/0":   jqFunction(func(_ *jqRun, v value.Value, _ []value.Value) (value.Value, error) { return value.Null, &jqError{v} }),
		"error/1":   jqFunction(func(_ *jqRun, _ value.Value, a []value.Value) (value.Value, error) { return value.Null, &jqError{a[0]} }),
		"path/1":    jqPathOf,
		"getpath/1": jqGetPath,
		"recurse/1": jqRecurse,
		"until/2":   jqUntil,
		"while/2":   jqWhile,
		"limit/2":   jqLimit,
		"range/3":   jqSpan,
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
			if a[0].Kind() != value.KindList {
				return value.Null, jqFail("path must be an array, not " + jqType(a[0]))
			}
			return r.update(v, a[0].List().Slice(), func(value.Value) (value.Value, error) { return a[1], nil })
		}),
		"delpaths/1": jqFunction(func(r *jqRun, v value.Value, a []value.Value) (value.Value, error) {
			if a[0].Kind() != value.KindList {
				return value.Null, jqFail("paths must be an array, not " + jqType(a[0]))
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
	for _, more := range []map[string]jqFunc{jqListFunctions(), jqTextFunctions(), jqRegexFunctions(), jqNumberFunctions()} {
		for name, call := range more {
			out[name] = jqFunction(call)
		}
	}
	return out
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
			if path.v.Kind() != value.KindList {
				return jqFail("path must be an array, not " + jqType(path.v))
			}
			if err := r.st.charge(path.v.List().Len()); err != nil {
				return err
			}
			it := in
			for _, key := range path.v.List().Slice() {
				var err error
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
		items = append(items, it)
		return r.added(len(items))
	})
	return items, err
}

// jqNumberFunctions are the functions on numbers.
func jqNumberFunctions() map[string]jqFunc {
	out := map[string]jqFunc{
		"infinite/0": func(*jqRun, value.Value, []value.Value) (value.Value, error) { return value.Float(math.Inf(1)), nil },
		"nan/0":      func(*jqRun, value.Value, []value.Value) (value.Value, error) { return value.Float(math.NaN()), nil },
		"isnan/0":    jqIs(math.IsNaN),
		"isinfinite/0": jqIs(func(f float64) bool {
			return math.IsInf(f, 0)
		}),
		"isfinite/0": jqIs(func(f float64) bool { return !math.IsInf(f, 0) && !math.IsNaN(f) }),
		"isnormal/0": jqIs(func(f float64) bool {
			return math.Abs(f) >= 0x1p-1022 && !math.IsInf(f, 0)
		}),
	}
	for name, f := range map[string]func(float64) float64{
		"acos": math.Acos, "asin": math.Asin, "atan": math.Atan, "cbrt": math.Cbrt, "ceil": math.Ceil, "cos": math.Cos, "cosh": math.Cosh,
		"exp": math.Exp, "exp2": math.Exp2, "expm1": math.Expm1, "floor": math.Floor, "log": math.Log, "log10": math.Log10,
		"log1p": math.Log1p, "log2": math.Log2, "round": math.Round, "sin": math.Sin, "sinh": math.Sinh, "sqrt": math.Sqrt,
		"tan": math.Tan, "tanh": math.Tanh, "exp10": func(x float64) float64 { return math.Pow(10, x) },
	} {
		out[name+"/0"] = func(r *jqRun, v value.Value, _ []value.Value) (value.Value, error) {
			if err := r.st.weigh(v); err != nil {
				return value.Null, err
			}
			if !v.IsNumber() {
				return value.Null, jqFail(name + " needs a number, not " + jqType(v))
			}
			x, _ := v.AsFloat()
			return value.Float(f(x)), nil
		}
	}
	for name, f := range map[string]func(x, y float64) float64{"pow": math.Pow, "atan2": math.Atan2} {
		out[name+"/2"] = func(_ *jqRun, _ value.Value, a []value.Value) (value.Value, error) {
			if !a[0].IsNumber() || !a[1].IsNumber() {
				return value.Null, jqFail(name + " needs numbers")
			}
			x, _ := a[0].AsFloat()
			y, _ := a[1].AsFloat()
			return value.Float(f(x, y)), nil
		}
	}
	return out
}

func jqIs(test func(float64) bool) jqFunc {
	return func(_ *jqRun, v value.Value, _ []value.Value) (value.Value, error) {
		if !v.IsNumber() {
			return value.Null, jqFail("number expected, not " + jqType(v))
		}
		f, _ := v.AsFloat()
		return value.Bool(test(f)), nil
	}
}

// jqLength is the length of a string in characters, of a list or map in members, and of a number its size.
func jqLength(r *jqRun, v value.Value, _ []value.Value) (value.Value, error) {
	switch jqType(v) {
	case "null":
		return value.Int(0), nil
	case "number":
		if n, ok := value.Compare(v, value.Int(0)); ok && n < 0 {
			negative, err := value.Neg(v)
			return negative, err
		}
		return v, nil
	case "string":
		text := value.JavaText(v)
		return value.Int(int64(utf8.RuneCountInString(text))), r.st.charge(len(text) / textPerCount)
	case "array":
		return value.Int(int64(v.List().Len())), nil
	case "object":
		return value.Int(int64(v.Map().Len())), nil
	default:
		return value.Null, jqFail("boolean has no length")
	}
}

// contains reports whether b is a part of a: a text in a text, every item and member of it in some item or the same
// member.
func (r *jqRun) contains(a, b value.Value) (bool, error) {
	if err := r.st.charge(1); err != nil {
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
				if jqType(whole) != jqType(part) {
					continue
				}
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
		if err := r.st.search(a.Str(), b.Str()); err != nil {
			return false, err
		}
		return strings.Contains(a.Str(), b.Str()), nil
	case jqType(a) == jqType(b):
		n, err := r.compare(a, b)
		return n == 0, err
	default:
		return false, jqFail(jqType(a) + " cannot contain " + jqType(b))
	}
}

// sorted returns a copy of a list in order.
func (r *jqRun) sorted(v value.Value) ([]value.Value, error) {
	if v.Kind() != value.KindList {
		return nil, jqFail(jqType(v) + " cannot be sorted")
	}
	items := slices.Clone(v.List().Slice())
	return items, r.sort(items, func(v value.Value) value.Value { return v })
}
