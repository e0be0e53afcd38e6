package condition

import (
	"math/bits"
	"strings"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/decls"
	"cel.dev/cel-go/common/functions"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// CEL charges a call after it returned, so neither the cost limit nor the deadline stops a single call that takes too
// much. Guards refuse such calls before they begin (spec/expressions.md §5.3).
const (
	maxResult  = 16 << 20 // bytes of a text that a call makes
	maxItems   = 100_000  // items of a list that a call makes or walks over
	maxText    = 4 << 20  // bytes of a text that a call walks over character by character
	maxNumber  = 1 << 10  // bytes of a text that is read as a number, a duration or a time
	maxZone    = 64       // bytes of the name of a time zone
	maxProduct = 1_000_000
	maxSort    = 20_000  // weight of a list that is sorted
	maxWeight  = 200_000 // weight of values that are compared or printed
)

// guardError is the refusal of a call.
type guardError struct{ message string }

// Error returns what was too large.
func (e *guardError) Error() string { return e.message }

func refuse(message string) ref.Val { return types.WrapErr(&guardError{message}) }

// A guard looks at the arguments of a call and refuses it with an error.
type guard func(args []ref.Val) error

// guards are the guards by overload id. TestGuards walks over all overloads of the environment, so that one that comes
// with a later library cannot be forgotten.
var guards = map[string]guard{
	"string_char_at_int":               textGuard(maxText, 0),
	"string_index_of_string":           searchGuard,
	"string_index_of_string_int":       searchGuard,
	"string_last_index_of_string":      searchGuard,
	"string_last_index_of_string_int":  searchGuard,
	"string_lower_ascii":               textGuard(maxText, 0),
	"string_upper_ascii":               textGuard(maxText, 0),
	"string_reverse":                   textGuard(maxText, 0),
	"string_substring_int":             textGuard(maxText, 0),
	"string_substring_int_int":         textGuard(maxText, 0),
	"strings_quote":                    textGuard(maxText, 0),
	"string_replace_string_string":     replaceGuard,
	"string_replace_string_string_int": replaceGuard,
	"string_split_string":              splitGuard,
	"string_split_string_int":          splitGuard,
	"string_format":                    formatGuard,
	"list_join":                        joinGuard,
	"list_join_string":                 joinGuard,

	"base64_decode_string": textGuard(maxResult, 0),
	"base64_encode_bytes":  textGuard(maxResult/2, 0),

	"regex_extract_string_string":            checkPattern,
	"regex_extractAll_string_string":         checkPattern,
	"regex_replace_string_string_string":     checkRegexReplace,
	"regex_replace_string_string_string_int": checkRegexReplace,

	"list_slice":         sliceGuard,
	"list_flatten":       flattenGuard,
	"list_flatten_int":   flattenGuard,
	"list_reverse":       itemsGuard,
	"list_distinct":      distinctGuard,
	"lists_range":        rangeGuard,
	"optional_unwrap":    itemsGuard,
	"optional_unwrapOpt": itemsGuard,

	"math_@min_list_double": itemsGuard,
	"math_@min_list_int":    itemsGuard,
	"math_@min_list_uint":   itemsGuard,
	"math_@max_list_double": itemsGuard,
	"math_@max_list_int":    itemsGuard,
	"math_@max_list_uint":   itemsGuard,

	"string_to_int64":     textGuard(maxNumber, 0),
	"string_to_uint64":    textGuard(maxNumber, 0),
	"string_to_double":    textGuard(maxNumber, 0),
	"string_to_bool":      textGuard(maxNumber, 0),
	"string_to_duration":  textGuard(maxNumber, 0),
	"string_to_timestamp": textGuard(maxNumber, 0),

	"timestamp_to_year_with_tz":                 textGuard(maxZone, 1),
	"timestamp_to_month_with_tz":                textGuard(maxZone, 1),
	"timestamp_to_day_of_year_with_tz":          textGuard(maxZone, 1),
	"timestamp_to_day_of_month_with_tz":         textGuard(maxZone, 1),
	"timestamp_to_day_of_month_1_based_with_tz": textGuard(maxZone, 1),
	"timestamp_to_day_of_week_with_tz":          textGuard(maxZone, 1),
	"timestamp_to_hours_with_tz":                textGuard(maxZone, 1),
	"timestamp_to_minutes_with_tz":              textGuard(maxZone, 1),
	"timestamp_to_seconds_tz":                   textGuard(maxZone, 1),
	"timestamp_to_milliseconds_with_tz":         textGuard(maxZone, 1),
}

// guarded returns env with the bindings of all overloads that have a guard replaced by guarded ones.
func guarded(env *cel.Env) (*cel.Env, error) {
	var options []cel.EnvOption
	for name, function := range env.Functions() {
		if function.HasSingletonBinding() || function.HasLateBinding() {
			continue // guarded where they are declared, or in decorate
		}
		bindings, err := function.Bindings()
		if err != nil {
			return nil, err
		}
		byID := make(map[string]*functions.Overload, len(bindings))
		for _, b := range bindings {
			byID[b.Operator] = b
		}
		var overloads []cel.FunctionOpt
		for _, o := range function.OverloadDecls() {
			check, binding := guards[o.ID()], byID[o.ID()]
			if check == nil || binding == nil {
				continue
			}
			declare := cel.Overload
			if o.IsMemberFunction() {
				declare = cel.MemberOverload
			}
			overloads = append(overloads, declare(o.ID(), o.ArgTypes(), o.ResultType(), check.bind(binding)))
		}
		if overloads != nil {
			// The library's own choice about type guards stays: the two are combined by "and".
			options = append(options, cel.Function(name, append(overloads, decls.DisableTypeGuards(true))...))
		}
	}
	return env.Extend(options...)
}

func (check guard) bind(b *functions.Overload) cel.OverloadOpt {
	switch {
	case b.Unary != nil:
		return cel.UnaryBinding(func(v ref.Val) ref.Val {
			if err := check([]ref.Val{v}); err != nil {
				return types.WrapErr(err)
			}
			return b.Unary(v)
		})
	case b.Binary != nil:
		return cel.BinaryBinding(func(v, w ref.Val) ref.Val {
			if err := check([]ref.Val{v, w}); err != nil {
				return types.WrapErr(err)
			}
			return b.Binary(v, w)
		})
	default:
		return cel.FunctionBinding(func(args ...ref.Val) ref.Val {
			if err := check(args); err != nil {
				return types.WrapErr(err)
			}
			return b.Function(args...)
		})
	}
}

func checkBytes(n int) error {
	if n > maxResult {
		return &guardError{"the result would be longer than 16 MiB"}
	}
	return nil
}

func checkItems(n int) error {
	if n > maxItems {
		return &guardError{"the list has more than 100000 items"}
	}
	return nil
}

func textGuard(limit, arg int) guard {
	return func(args []ref.Val) error {
		if length(args[arg]) > limit {
			return &guardError{"the text is too long for this function"}
		}
		return nil
	}
}

func itemsGuard(args []ref.Val) error { return checkItems(count(args[0])) }

// searchGuard: the library compares the two texts character by character at each place.
func searchGuard(args []ref.Val) error {
	if err := textGuard(maxText, 0)(args); err != nil {
		return err
	}
	if n, m := length(args[0]), length(args[1]); n >= m && n*m > 16*maxProduct {
		return &guardError{"the texts are too long to search one in the other"}
	}
	return nil
}

func replaceGuard(args []ref.Val) error {
	text, ok1 := args[0].(types.String)
	old, ok2 := args[1].(types.String)
	replacement, ok3 := args[2].(types.String)
	if !ok1 || !ok2 || !ok3 {
		return nil
	}
	n := strings.Count(string(text), string(old))
	if len(args) > 3 {
		if limit, ok := args[3].(types.Int); ok && limit >= 0 {
			n = min(n, int(limit))
		}
	}
	if n > maxProduct/2 {
		return &guardError{"the text has more than 500000 places to replace"}
	}
	return checkBytes(len(text) + n*max(0, len(replacement)-len(old)))
}

func splitGuard(args []ref.Val) error {
	text, ok1 := args[0].(types.String)
	separator, ok2 := args[1].(types.String)
	if !ok1 || !ok2 {
		return nil
	}
	n := strings.Count(string(text), string(separator)) + 1
	if separator == "" {
		n = utf8.RuneCountInString(string(text))
	}
	if len(args) > 2 {
		if limit, ok := args[2].(types.Int); ok && limit >= 0 {
			n = min(int(limit), len(text)+1) // what is allocated before looking
		}
	}
	return checkItems(n)
}

func joinGuard(args []ref.Val) error {
	list, ok := args[0].(traits.Lister)
	if !ok {
		return nil
	}
	n := count(list)
	if err := checkItems(n); err != nil {
		return err
	}
	size := 0
	if len(args) > 1 {
		size = n * length(args[1])
	}
	for i := range n {
		if size > maxResult {
			break
		}
		size += length(list.Get(types.Int(i)))
	}
	return checkBytes(size)
}

// formatGuard: a clause prints one argument whole, at most ten times its size (%x of a text, escapes of a map).
func formatGuard(args []ref.Val) error {
	if err := textGuard(maxText/4, 0)(args); err != nil {
		return err
	}
	return checkWeight(weigh(args[1], maxSort), maxSort)
}

func sliceGuard(args []ref.Val) error {
	start, ok1 := args[1].(types.Int)
	end, ok2 := args[2].(types.Int)
	if !ok1 || !ok2 || start < 0 || end < start {
		return nil
	}
	return checkItems(min(int(end-start), count(args[0])))
}

func flattenGuard(args []ref.Val) error {
	depth := int64(1)
	if len(args) > 1 {
		if d, ok := args[1].(types.Int); ok {
			depth = int64(d)
		}
	}
	return checkItems(flatCount(args[0], depth, maxItems))
}

// flatCount is the number of items after flattening, lists that are opened included; it stops above limit.
func flatCount(v ref.Val, depth int64, limit int) int {
	list, ok := v.(traits.Lister)
	if !ok || depth < 0 {
		return 1
	}
	n := count(list)
	if depth == 0 || n > limit {
		return n
	}
	total := 0
	for i := range n {
		if total > limit {
			break
		}
		item := list.Get(types.Int(i))
		total++
		if _, ok := item.(traits.Lister); ok {
			total += flatCount(item, depth-1, limit-total)
		}
	}
	return total
}

// distinctGuard: the library compares each item with each other.
func distinctGuard(args []ref.Val) error {
	n := count(args[0])
	if n > maxProduct/max(n, 1) {
		return &guardError{"the list has more than 1000 items"}
	}
	return checkWeight(n*weigh(args[0], maxProduct), 2*maxProduct)
}

func rangeGuard(args []ref.Val) error {
	n, _ := args[0].(types.Int)
	if n > maxItems {
		return checkItems(maxItems + 1)
	}
	return nil
}

func sortGuard(args []ref.Val) error {
	keys := args[len(args)-1] // the list itself, or the keys of sortBy
	n := weigh(keys, maxSort)
	return checkWeight(n, maxSort)
}

// equalGuard bounds the comparison of two lists or maps, which walks over the smaller one at most.
func equalGuard(args []ref.Val) error {
	if !isContainer(args[0]) || !isContainer(args[1]) || weigh(args[0], maxWeight) <= maxWeight {
		return nil
	}
	return checkWeight(weigh(args[1], maxWeight), maxWeight)
}

// addGuard bounds concatenation. The library appends to lists without copying, but walking over them takes time.
func addGuard(args []ref.Val) error {
	if err := checkBytes(length(args[0]) + length(args[1])); err != nil {
		return err
	}
	if n := count(args[1]); n > 0 {
		return checkItems(count(args[0]) + n)
	}
	return nil
}

// inGuard bounds the search in lists that an expression made: they may hold one large value many times. Searching a
// list of the request takes no more than walking over it once.
func inGuard(args []ref.Val) error {
	if _, ok := args[1].(array); ok {
		return nil
	}
	n := count(args[1])
	if n == 0 {
		return nil
	}
	if err := checkItems(n); err != nil {
		return err
	}
	hi, product := bits.Mul64(uint64(n), uint64(weigh(args[0], 64*maxProduct)))
	if hi > 0 || product > 4*maxProduct {
		return &guardError{"the value is too large to search such a list for it"}
	}
	return nil
}
