package pebble

import (
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/javaformat"
	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func stringMethods() methodTable {
	length := methodCall{0, 0, func(st *state, v value.Value, _ []value.Value) (value.Value, error) { return st.length(v.Str()) }}
	isBlank := methodCall{0, 0, func(st *state, v value.Value, _ []value.Value) (value.Value, error) {
		return value.Bool(trimSpace(v.Str()) == ""), st.ChargeText(v.Str(), v.Str(), v.Str()) // it decodes every character
	}}
	return methodTable{
		"length": length, "tostring": textMethod, "intern": textMethod,
		"isempty": plain(0, func(v value.Value, _ []value.Value) value.Value { return value.Bool(v.Str() == "") }),
		"empty":   plain(0, func(v value.Value, _ []value.Value) value.Value { return value.Bool(v.Str() == "") }),
		"isblank": isBlank, "blank": isBlank,
		"touppercase": textOf(javaformat.Upper),
		"tolowercase": textOf(javaformat.Lower),
		"trim":        textOf(trimControl),
		"strip":       textOf(trimSpace),
		"concat": strictText(1, func(st *state, s string, args []string) (value.Value, error) {
			if err := st.ChargeOutput(len(s) + len(args[0])); err != nil {
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
		"equalsignorecase": strictText(1, func(st *state, s string, args []string) (value.Value, error) {
			return value.Bool(strings.EqualFold(s, args[0])), st.Charge(min(len(s), len(args[0])) / meter.TextPerChange)
		}),
		"indexof": strictText(1, func(_ *state, s string, args []string) (value.Value, error) {
			return utf16Index(s, strings.Index(s, args[0])), nil
		}),
		"lastindexof": strictText(1, func(_ *state, s string, args []string) (value.Value, error) {
			return utf16Index(s, strings.LastIndex(s, args[0])), nil
		}),
		"compareto": strictText(1, func(_ *state, s string, args []string) (value.Value, error) {
			return value.Int(int64(value.CompareUTF16(s, args[0]))), nil
		}),
		"replace": strictText(2, func(st *state, s string, args []string) (value.Value, error) {
			return st.replaceAll(s, args[0], args[1])
		}),
		"replaceall": strictText(2, func(st *state, s string, args []string) (value.Value, error) {
			return st.replaceRegex(s, args[0], args[1])
		}),
		"matches": strictText(1, func(st *state, s string, args []string) (value.Value, error) {
			ok, err := st.engine.regexes.MatchWhole(st.budget(), s, args[0])
			return value.Bool(ok), err
		}),
		"split": strictText(1, func(st *state, s string, args []string) (value.Value, error) {
			return st.splitRegex(s, args[0], 0)
		}),
		"hashcode": strictText(0, func(_ *state, s string, _ []string) (value.Value, error) {
			return value.Int(int64(javaformat.HashText(s))), nil
		}),
	}
}

// textOf makes a method of a function from text to text of about the same length.
func textOf(change func(s string) string) methodCall {
	return strictText(0, func(st *state, s string, _ []string) (value.Value, error) {
		if err := st.ChargeOutput(len(s)); err != nil {
			return value.Null, err
		}
		if !value.IsASCII(s) {
			if err := st.Charge(len(s) / meter.TextPerChange); err != nil {
				return value.Null, err
			}
		}
		return value.String(change(s)), nil
	})
}

// length returns the length of a text as Java counts it.
func (st *state) length(text string) (value.Value, error) {
	return value.Int(int64(value.UTF16Length(text))), st.ChargeText(text)
}

// strictText makes a method whose arguments must be strings; for others Java has no such method. It is charged for reading
// the text.
func strictText(arity int, call func(st *state, s string, args []string) (value.Value, error)) methodCall {
	return methodCall{arity, arity, func(st *state, v value.Value, args []value.Value) (value.Value, error) {
		texts := make([]string, len(args))
		for i, a := range args {
			if a.Kind() != value.KindString && !a.IsNull() {
				return value.Null, errNoMethod
			}
			if a.IsNull() {
				return value.Null, evaluationError("argument %d of the method must be a string, not null", i+1)
			}
			texts[i] = a.Str()
		}
		if err := st.ChargeText(v.Str()); err != nil {
			return value.Null, err
		}
		return call(st, v.Str(), texts)
	}}
}

// utf16Index returns a byte offset of text as Java counts it; -1 stays.
func utf16Index(text string, i int) value.Value {
	if i < 0 {
		return value.Int(-1)
	}
	return value.Int(int64(value.UTF16Length(text[:i])))
}

// trimControl removes what Java's String.trim removes: everything up to the blank.
func trimControl(s string) string { return strings.TrimFunc(s, func(r rune) bool { return r <= ' ' }) }

func trimSpace(s string) string { return strings.TrimFunc(s, value.IsSpace) }
