package pebble

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func stringMethods() methodTable {
	length := plain(0, func(v value.Value, _ []value.Value) value.Value { return value.Int(int64(utf16Length(v.Str()))) })
	return methodTable{
		"length": length, "tostring": textMethod, "intern": textMethod,
		"isempty": plain(0, func(v value.Value, _ []value.Value) value.Value { return value.Bool(v.Str() == "") }),
		"empty":   plain(0, func(v value.Value, _ []value.Value) value.Value { return value.Bool(v.Str() == "") }),
		"isblank": plain(0, func(v value.Value, _ []value.Value) value.Value { return value.Bool(trimSpace(v.Str()) == "") }),
		"blank":   plain(0, func(v value.Value, _ []value.Value) value.Value { return value.Bool(trimSpace(v.Str()) == "") }),
		"touppercase": textOf(func(s string, _ []value.Value) string {
			return strings.ToUpper(s)
		}, 0),
		"tolowercase": textOf(func(s string, _ []value.Value) string { return strings.ToLower(s) }, 0),
		"trim":        textOf(func(s string, _ []value.Value) string { return trimControl(s) }, 0),
		"strip":       textOf(func(s string, _ []value.Value) string { return trimSpace(s) }, 0),
		"concat": strictText(1, func(st *state, s string, args []string) (value.Value, error) {
			if err := st.produce(len(s) + len(args[0])); err != nil {
				return value.Null, err
			}
			return value.String(s + args[0]), nil
		}),
		"startswith": strictText(1, func(_ *state, s string, args []string) (value.Value, error) {
			return value.Bool(strings.HasPrefix(s, args[0])), nil
		}),
		"endswith": strictText(1, func(_ *state, s string, args []string) (value.Value, error) {
			return value.Bool(strings.HasSuffix(s, args[0])), nil
		}),
		"equalsignorecase": strictText(1, func(_ *state, s string, args []string) (value.Value, error) {
			return value.Bool(strings.EqualFold(s, args[0])), nil
		}),
		"indexof": strictText(1, func(_ *state, s string, args []string) (value.Value, error) {
			return utf16Index(s, strings.Index(s, args[0])), nil
		}),
		"lastindexof": strictText(1, func(_ *state, s string, args []string) (value.Value, error) {
			return utf16Index(s, strings.LastIndex(s, args[0])), nil
		}),
		"compareto": strictText(1, func(_ *state, s string, args []string) (value.Value, error) {
			return value.Int(int64(compareUTF16(s, args[0]))), nil
		}),
		"replace": strictText(2, func(st *state, s string, args []string) (value.Value, error) {
			return st.replaceAll(s, args[0], args[1])
		}),
		"matches": strictText(1, func(st *state, s string, args []string) (value.Value, error) {
			ok, err := st.matchesRegex(s, `^(?:`+args[0]+`)\z`)
			return value.Bool(ok), err
		}),
		"split": strictText(1, func(st *state, s string, args []string) (value.Value, error) {
			return st.splitRegex(s, args[0], 0)
		}),
		"hashcode": plain(0, func(v value.Value, _ []value.Value) value.Value {
			var h int32
			for _, unit := range utf16.Encode([]rune(v.Str())) {
				h = 31*h + int32(unit)
			}
			return value.Int(int64(h))
		}),
	}
}

// textOf makes a method of a function from text to text of about the same length.
func textOf(call func(s string, args []value.Value) string, arity int) methodCall {
	return methodCall{arity, arity, func(st *state, v value.Value, args []value.Value) (value.Value, error) {
		if err := st.produce(len(v.Str())); err != nil {
			return value.Null, err
		}
		return value.String(call(v.Str(), args)), nil
	}}
}

// strictText makes a method whose arguments must be strings; for others Java has no such method.
func strictText(arity int, call func(st *state, s string, args []string) (value.Value, error)) methodCall {
	return methodCall{arity, arity, func(st *state, v value.Value, args []value.Value) (value.Value, error) {
		texts := make([]string, len(args))
		for i, a := range args {
			if a.Kind() != value.KindString {
				return value.Null, evaluationError("argument %d of the method must be a string, not %s", i+1, a.Kind())
			}
			texts[i] = a.Str()
		}
		if err := st.charge(len(v.Str()) / textPerStep); err != nil {
			return value.Null, err
		}
		return call(st, v.Str(), texts)
	}}
}

// utf16Length returns the length of text as Java counts it.
func utf16Length(text string) int {
	n := 0
	for i := 0; i < len(text); {
		if text[i] < utf8.RuneSelf {
			i++
			n++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		i += size
		if n++; r > 0xffff {
			n++
		}
	}
	return n
}

// utf16Index returns a byte offset of text as Java counts it; -1 stays.
func utf16Index(text string, i int) value.Value {
	if i < 0 {
		return value.Int(-1)
	}
	return value.Int(int64(utf16Length(text[:i])))
}

// compareUTF16 is Java's String.compareTo: the difference of the first units that differ, else of the lengths.
func compareUTF16(a, b string) int {
	x, y := utf16.Encode([]rune(a)), utf16.Encode([]rune(b))
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return int(x[i]) - int(y[i])
		}
	}
	return len(x) - len(y)
}

// trimControl removes what Java's String.trim removes: everything up to the blank.
func trimControl(s string) string { return strings.TrimFunc(s, func(r rune) bool { return r <= ' ' }) }

func trimSpace(s string) string { return strings.TrimFunc(s, isSpace) }
