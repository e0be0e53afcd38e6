package cel

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/decls"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Bounds of the module's own functions.
const (
	maxParseJSON = 1 << 20
	maxParseURL  = 64 << 10
)

// ownFunctions declares the functions that this module adds to CEL. Those that Tekton's CEL interceptor has too have its
// names and meaning.
func ownFunctions() []cel.EnvOption {
	multimap := cel.MapType(cel.StringType, cel.ListType(cel.StringType))
	str, item := cel.StringType, cel.TypeParamType("T")
	// Their bindings look at the types themselves: CEL's own look into the first member of a map is slow.
	member := func(name, id string, args []*cel.Type, result *cel.Type, binding cel.OverloadOpt) cel.EnvOption {
		return cel.Function(name, cel.MemberOverload(id, args, result, binding), decls.DisableTypeGuards(true))
	}
	first := []*cel.Type{multimap, str}
	return []cel.EnvOption{
		member("header", "multimap_header_string", first, str, cel.BinaryBinding(firstOf)),
		member("canonical", "multimap_canonical_string", first, str, cel.BinaryBinding(firstOf)),
		member("param", "multimap_param_string", first, str, cel.BinaryBinding(firstOf)),
		member("match", "multimap_match_string_string", []*cel.Type{multimap, str, str}, cel.BoolType, cel.FunctionBinding(matchFirst)),
		member("parseJSON", "string_parse_json", []*cel.Type{str}, cel.DynType, cel.UnaryBinding(parseJSON)),
		member("parseURL", "string_parse_url", []*cel.Type{str}, cel.MapType(str, cel.DynType), cel.UnaryBinding(parseURL)),
		member("truncate", "string_truncate_int", []*cel.Type{str, cel.IntType}, str, cel.BinaryBinding(truncate)),
		member("parseYAML", "string_parse_yaml", []*cel.Type{str}, cel.DynType, cel.UnaryBinding(unbound)),
		member("marshalJSON", "dyn_marshal_json", []*cel.Type{cel.DynType}, str, cel.UnaryBinding(unbound)),
		member("translate", "string_translate_string", []*cel.Type{str, str, str}, str, cel.FunctionBinding(translate)),
		member("firstItem", "list_first_item", []*cel.Type{cel.ListType(item)}, item, cel.UnaryBinding(firstItem)),
		member("lastItem", "list_last_item", []*cel.Type{cel.ListType(item)}, item, cel.UnaryBinding(lastItem)),
	}
}

// unbound stands where a function is declared that only runs with a meter, see [meteredCalls].
func unbound(ref.Val) ref.Val { return noOverload("here") }

func firstItem(list ref.Val) ref.Val { return itemAt(list, "firstItem", func(int) int { return 0 }) }

func lastItem(list ref.Val) ref.Val {
	return itemAt(list, "lastItem", func(n int) int { return n - 1 })
}

// itemAt returns an item of a list that has some, by the length of the list.
func itemAt(v ref.Val, function string, index func(n int) int) ref.Val {
	list, ok := v.(traits.Lister)
	if !ok {
		return noOverload(function)
	}
	n := count(list)
	if n == 0 {
		return types.NewErr("%s: the list is empty", function)
	}
	return list.Get(types.Int(index(n)))
}

// firstOf returns the first value of a header or parameter, or "". Names of headers fold case because the map does.
func firstOf(m, name ref.Val) ref.Val {
	multimap, ok1 := m.(object)
	key, ok2 := name.(types.String)
	if !ok1 || !ok2 {
		return firstOfAny(m, name)
	}
	v, _ := multimap.m.Get(string(key))
	if v.List().Len() == 0 {
		return types.String("")
	}
	return types.String(v.List().At(0).Str())
}

// firstOfAny serves maps that the expression made itself.
func firstOfAny(m, name ref.Val) ref.Val {
	multimap, ok := m.(interface{ Find(ref.Val) (ref.Val, bool) })
	if !ok {
		return noOverload("header")
	}
	v, found := multimap.Find(name)
	if !found {
		return types.String("")
	}
	list, ok := v.(interface {
		Size() ref.Val
		Get(ref.Val) ref.Val
	})
	if !ok || list.Size() == types.IntZero {
		return types.String("")
	}
	if s, ok := list.Get(types.IntZero).(types.String); ok {
		return s
	}
	return noOverload("header")
}

// matchFirst reports whether the first value of a header is the one given.
func matchFirst(args ...ref.Val) ref.Val {
	if _, ok := args[2].(types.String); !ok {
		return noOverload("match")
	}
	first := firstOf(args[0], args[1])
	if types.IsError(first) {
		return first
	}
	return types.Bool(first == args[2])
}

// parseJSON reads a JSON text, such as a payload inside a form field.
func parseJSON(text ref.Val) ref.Val {
	s, ok := text.(types.String)
	if !ok {
		return noOverload("parseJSON")
	}
	v, err := value.DecodeJSONText(string(s))
	if err != nil {
		return types.NewErr("parseJSON: the text is no JSON")
	}
	return adapt(v)
}

// parseURL takes a URL apart into scheme, host, path, rawQuery, fragment, query (text by name), queryStrings (list by
// name) and, when the URL has one, auth {username, password}.
func parseURL(text ref.Val) ref.Val {
	s, ok := text.(types.String)
	if !ok {
		return noOverload("parseURL")
	}
	u, err := url.Parse(string(s))
	if err != nil {
		return types.NewErr("parseURL: the text is no URL")
	}
	values := u.Query()
	query, queryStrings := value.NewMap(len(values)), value.NewMap(len(values))
	for pair := range strings.SplitSeq(u.RawQuery, "&") { // in the order of the URL
		name, _, _ := strings.Cut(pair, "=")
		if name, err = url.QueryUnescape(name); err != nil || values[name] == nil {
			continue
		}
		query.Set(name, value.String(strings.Join(values[name], ",")))
		queryStrings.Set(name, value.Strings(values[name]))
		delete(values, name)
	}
	m := value.NewMap(8)
	m.Set("scheme", value.String(u.Scheme))
	m.Set("host", value.String(u.Host))
	m.Set("path", value.String(u.Path))
	m.Set("rawQuery", value.String(u.RawQuery))
	m.Set("fragment", value.String(u.Fragment))
	m.Set("query", value.FromMap(query))
	m.Set("queryStrings", value.FromMap(queryStrings))
	if u.User != nil {
		password, _ := u.User.Password()
		m.Set("auth", value.MapOf("username", value.String(u.User.Username()), "password", value.String(password)))
	}
	return object{m}
}

// truncate returns the first n characters.
func truncate(text, n ref.Val) ref.Val {
	s, ok1 := text.(types.String)
	count, ok2 := n.(types.Int)
	if !ok1 || !ok2 {
		return noOverload("truncate")
	}
	if count < 0 {
		return types.NewErr("truncate: the number of characters is negative")
	}
	if len(s) <= int(count) {
		return text
	}
	end := 0
	for range count {
		if end == len(s) {
			break
		}
		_, size := utf8.DecodeRuneInString(string(s[end:]))
		end += size
	}
	return s[:end]
}

func noOverload(function string) ref.Val { return types.NewErr("no such overload: %s", function) }
