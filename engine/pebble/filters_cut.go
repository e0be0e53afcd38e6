package pebble

import (
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// filtersCut are the filters that take a part of a text or a list.
func filtersCut() []Filter {
	return []Filter{
		substring("substringBefore", "the text before the first separator, all of it when there is none", "a",
			func(text, separator string, null bool) string {
				if null {
					return text
				}
				before, _, _ := strings.Cut(text, separator)
				return before
			}),
		substring("substringAfter", "the text after the first separator, none when there is none", "b.c",
			func(text, separator string, null bool) string {
				if null {
					return ""
				}
				_, after, _ := strings.Cut(text, separator)
				return after
			}),
		substring("substringBeforeLast", "the text before the last separator, all of it when there is none", "a.b",
			func(text, separator string, _ bool) string {
				if i := strings.LastIndex(text, separator); i >= 0 && separator != "" {
					return text[:i]
				}
				return text
			}),
		substring("substringAfterLast", "the text after the last separator, none when there is none", "c",
			func(text, separator string, _ bool) string {
				if i := strings.LastIndex(text, separator); i >= 0 && separator != "" {
					return text[i+len(separator):]
				}
				return ""
			}),
		{
			Entry{
				Name: "abbreviate", Parameters: []Parameter{{Name: "length", Required: true}},
				Summary:  "at most length characters of a string, the last three being dots where it was longer or as long",
				Examples: []Example{{"{{ 'this is a long sentence.' | abbreviate(7) }}", "this..."}},
			},
			func(st *state, v value.Value, args []value.Value) (value.Value, error) {
				if v.IsNull() {
					return v, nil
				}
				if v.Kind() != value.KindString {
					return value.Null, runtimeError("filter abbreviate needs a string, not %s", v.Kind())
				}
				width, ok := meter.Whole(args[0])
				if !ok {
					return value.Null, runtimeError("the length of abbreviate must be a number, not %s", args[0].Kind())
				}
				if width < 0 {
					return value.Null, evaluationError("the length of abbreviate must not be negative")
				}
				return abbreviate(v.Str(), int(min(width, 1<<31-1))), st.ChargeText(v.Str(), v.Str())
			},
		},
		{
			Entry{
				Name: "slice", Parameters: []Parameter{{Name: "fromIndex", Default: value.Int(0)}, {Name: "toIndex"}},
				Summary:  "the part of a string or list from one index up to another that is not included",
				Examples: []Example{{"{{ 'hello' | slice(1, 3) }}", "el"}, {"{{ [1, 2, 3] | slice(1) }}", "[2,3]"}},
			},
			slice,
		},
	}
}

func substring(name, summary, result string, take func(text, separator string, null bool) string) Filter {
	return Filter{
		Entry{
			Name: name, Parameters: []Parameter{{Name: "separator", Required: true}}, Summary: summary,
			Examples: []Example{{"{{ 'a.b.c' | " + name + "('.') }}", result}},
		},
		func(st *state, v value.Value, args []value.Value) (value.Value, error) {
			if v.IsNull() {
				return v, nil
			}
			if k := args[0].Kind(); k != value.KindString && k != value.KindNull {
				return value.Null, runtimeError("the separator of %s must be a string, not %s", name, k)
			}
			text, err := st.JavaText(v)
			if err != nil {
				return value.Null, err
			}
			if err := st.ChargeText(text); err != nil {
				return value.Null, err
			}
			return value.String(take(text, args[0].Str(), args[0].IsNull())), nil
		},
	}
}

func abbreviate(text string, width int) value.Value {
	length := value.UTF16Length(text)
	switch {
	case length < width || length <= 3:
		return value.String(text)
	case width <= 3:
		return value.String(value.UTF16Slice(text, 0, width))
	default:
		return value.String(value.UTF16Slice(text, 0, width-3) + "...")
	}
}

func slice(st *state, v value.Value, args []value.Value) (value.Value, error) {
	var length int
	switch v.Kind() {
	case value.KindNull:
		return v, nil
	case value.KindString:
		if err := st.ChargeText(v.Str()); err != nil {
			return value.Null, err
		}
		length = value.UTF16Length(v.Str())
	case value.KindList:
		length = v.List().Len()
	default:
		return value.Null, evaluationError("filter slice needs a string or a list, not %s", v.Kind())
	}
	from, ok := meter.Whole(args[0])
	if !ok && !args[0].IsNull() {
		return value.Null, evaluationError("the fromIndex of slice must be a number, not %s", args[0].Kind())
	}
	to, toEnd := int64(length), args[1].IsNull()
	if !toEnd {
		if to, ok = meter.Whole(args[1]); !ok {
			return value.Null, evaluationError("the toIndex of slice must be a number, not %s", args[1].Kind())
		}
	}
	switch {
	case from < 0:
		return value.Null, runtimeError("the fromIndex of slice must not be negative")
	case toEnd && from > to:
		return value.Null, runtimeError("the fromIndex of slice must not be greater than the length %d", length)
	case toEnd: // may be empty, unlike what a toIndex gives
	case to > int64(length):
		return value.Null, evaluationError("the toIndex of slice must not be greater than the length %d", length)
	case from >= to:
		return value.Null, evaluationError("the toIndex of slice must be greater than its fromIndex")
	}
	if v.Kind() == value.KindList {
		return v.List().Sub(int(from), int(to)), st.Charge(int(to-from) / meter.SlicedPerStep)
	}
	text := value.UTF16Slice(v.Str(), int(from), int(to))
	return value.String(text), st.ChargeOutput(len(text))
}
