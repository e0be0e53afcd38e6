package pebble

import "github.com/caddy-kestra/kestra-webhook/engine/value"

// functionsNumbers are the functions on numbers.
func functionsNumbers() []Function {
	return []Function{
		{
			Entry{
				Name: "max", Variadic: true, Summary: "the greatest of any number of numbers; null is passed over",
				Examples: []Example{{"{{ max(20, 80.5, null) }}", "80.5"}},
			},
			func(_ *state, args []value.Value) (value.Value, error) { return extreme("max", args, 1) },
		},
		{
			Entry{
				Name: "min", Variadic: true, Summary: "the least of any number of numbers; null is passed over",
				Examples: []Example{{"{{ min(20, 80.5) }}", "20"}},
			},
			func(_ *state, args []value.Value) (value.Value, error) { return extreme("min", args, -1) },
		},
		{
			Entry{
				Name: "range", Parameters: []Parameter{{Name: "start", Required: true}, {Name: "end", Required: true}, {Name: "increment", Default: value.Int(1)}},
				Summary:  "the whole numbers, or characters, from start to end, both included",
				Examples: []Example{{"{{ range(0, 6, 2) }}", "[0,2,4,6]"}, {"{{ range('a', 'c') }}", `["a","b","c"]`}, {"{{ range(3, 1, -1) }}", "[3,2,1]"}},
			},
			func(st *state, args []value.Value) (value.Value, error) {
				step := args[2]
				if step.IsNull() {
					step = value.Int(1)
				}
				return st.span(args[0], args[1], step)
			},
		},
	}
}

// extreme returns the argument that compares greatest in a direction.
func extreme(name string, args []value.Value, direction int) (value.Value, error) {
	best := value.Null
	for _, arg := range args {
		switch {
		case arg.IsNull():
		case best.IsNull():
			best = arg // of any type, as long as nothing is compared with it
		case !arg.IsNumber() || !best.IsNumber():
			return value.Null, runtimeError("function %s compares numbers, not %s with %s", name, arg.Kind(), best.Kind())
		default:
			if order, ok := value.Compare(arg, best); ok && order*direction > 0 {
				best = arg
			}
		}
	}
	return best, nil
}
