package jq

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// textFunctions are the functions on strings.
func textFunctions() map[string]valueFunc {
	return map[string]valueFunc{
		"tostring/0": func(r *run, v value.Value, _ []value.Value) (value.Value, error) {
			text, err := r.text(v)
			return value.String(text), err
		},
		"tojson/0": func(r *run, v value.Value, _ []value.Value) (value.Value, error) {
			text, err := r.json(v)
			return value.String(text), err
		},
		"fromjson/0": fromJSON,
		"ascii_downcase/0": onText("explode", func(r *run, text string) (value.Value, error) {
			return r.mapASCII(text, 'A', 'Z', 'a'-'A')
		}),
		"ascii_upcase/0": onText("explode", func(r *run, text string) (value.Value, error) {
			return r.mapASCII(text, 'a', 'z', 'A'-'a')
		}),
		"utf8bytelength/0": func(_ *run, v value.Value, _ []value.Value) (value.Value, error) {
			if v.Kind() != value.KindString {
				return value.Null, fail("%s only strings have UTF-8 byte length", v)
			}
			return value.Int(int64(len(v.Str()))), nil
		},
		"explode/0": onText("explode", func(r *run, text string) (value.Value, error) {
			n := utf8.RuneCountInString(text)
			if err := r.m.ChargeItems(n); err != nil {
				return value.Null, err
			}
			out := make([]value.Value, 0, n)
			for _, c := range text {
				out = append(out, value.Int(int64(c)))
			}
			return value.ListOf(out...), nil
		}),
		"implode/0": implode,
		"startswith/1": onTexts("startswith", func(text, part string) value.Value {
			return value.Bool(strings.HasPrefix(text, part))
		}),
		"endswith/1": onTexts("endswith", func(text, part string) value.Value {
			return value.Bool(strings.HasSuffix(text, part))
		}),
		"ltrimstr/1": trim(strings.TrimPrefix),
		"rtrimstr/1": trim(strings.TrimSuffix),
		"split/1": func(r *run, v value.Value, a []value.Value) (value.Value, error) {
			if v.Kind() != value.KindString || a[0].Kind() != value.KindString {
				return value.Null, fail("split input and separator must be strings")
			}
			return r.split(v.Str(), a[0].Str())
		},
		"join/1": join,
		"indices/1": func(r *run, v value.Value, a []value.Value) (value.Value, error) {
			if err := needs("indices", v, "STRING, ARRAY, NULL"); err != nil || v.IsNull() {
				return value.Null, err
			}
			return r.indices(v, a[0])
		},
		"index/1":           index(func(places []value.Value) value.Value { return places[0] }),
		"rindex/1":          index(func(places []value.Value) value.Value { return places[len(places)-1] }),
		"fromdateiso8601/0": fromDate,
		"todateiso8601/0":   toDate,
	}
}

func onText(name string, call func(r *run, text string) (value.Value, error)) valueFunc {
	return func(r *run, v value.Value, _ []value.Value) (value.Value, error) {
		if err := needs(name, v, "STRING"); err != nil {
			return value.Null, err
		}
		if err := r.m.ChargeText(v.Str()); err != nil {
			return value.Null, err
		}
		return call(r, v.Str())
	}
}

func onTexts(name string, call func(text, part string) value.Value) valueFunc {
	return func(r *run, v value.Value, a []value.Value) (value.Value, error) {
		if v.Kind() != value.KindString || a[0].Kind() != value.KindString {
			return value.Null, fail("%s() requires string inputs", name)
		}
		return call(v.Str(), a[0].Str()), r.m.Charge(len(a[0].Str()) / meter.TextPerStep)
	}
}

// trim changes strings and leaves everything else.
func trim(trim func(text, part string) string) valueFunc {
	return func(r *run, v value.Value, a []value.Value) (value.Value, error) {
		if v.Kind() != value.KindString || a[0].Kind() != value.KindString {
			return v, nil
		}
		return value.String(trim(v.Str(), a[0].Str())), r.m.Charge(len(a[0].Str()) / meter.TextPerStep)
	}
}

// mapASCII adds an offset to the letters of a range.
func (r *run) mapASCII(text string, from, to byte, offset int) (value.Value, error) {
	if err := r.m.ChargeOutput(len(text)); err != nil {
		return value.Null, err
	}
	return value.String(strings.Map(func(c rune) rune {
		if c >= rune(from) && c <= rune(to) {
			return c + rune(offset)
		}
		return c
	}, text)), nil
}

func implode(r *run, v value.Value, _ []value.Value) (value.Value, error) {
	if err := needs("implode", v, "ARRAY"); err != nil {
		return value.Null, err
	}
	for _, item := range v.List().Slice() {
		if !item.IsNumber() {
			return value.Null, fail("implode is not applicable to input which contains %s; expected one of [NUMBER]", nodeType(item))
		}
	}
	if err := r.m.ChargeOutput(4 * v.List().Len()); err != nil {
		return value.Null, err
	}
	var b strings.Builder
	for _, item := range v.List().Slice() {
		n, ok := meter.Whole(item)
		if !ok || n < 0 || n > utf8.MaxRune {
			return value.Null, fail("input to implode() must be a list of codepoints; NUMBER found")
		}
		b.WriteRune(rune(n))
	}
	return value.String(b.String()), nil
}

func fromJSON(r *run, v value.Value, _ []value.Value) (value.Value, error) {
	if v.Kind() != value.KindString {
		return value.Null, fail("%s only strings can be parsed", v)
	}
	if err := r.m.ChargeJSON(v.Str()); err != nil {
		return value.Null, err
	}
	if strings.Trim(v.Str(), " \t\r\n") == "" {
		return value.Null, fail("failed to parse %s as json; empty", v)
	}
	out, err := value.DecodeJSONText(v.Str())
	switch {
	case err == nil:
		return out, nil
	case trailing(v.Str(), err):
		return value.Null, fail("failed to parse %s as json; trailing data", v)
	default:
		return value.Null, fail("failed to parse %s as json", v)
	}
}

// trailing reports whether a text that is no JSON is a value with another one behind it.
func trailing(text string, err error) bool {
	wrong, ok := errors.AsType[*value.SyntaxError](err)
	if !ok || wrong.Offset == 0 || wrong.Offset >= len(text) || strings.IndexByte(" \t\r\n}]\"", text[wrong.Offset-1]) < 0 {
		return false
	}
	if _, err := value.DecodeJSONText(text[:wrong.Offset]); err != nil {
		return false
	}
	rest := text[wrong.Offset:]
	_, err = value.DecodeJSONPrefix(rest)
	return err == nil || rest[0] == '{' || rest[0] == '['
}

// split returns the parts of a text between separators; an empty separator gives the characters, an empty text nothing.
func (r *run) split(text, separator string) (value.Value, error) {
	if text == "" {
		return value.ListOf(), nil
	}
	if err := r.m.ChargeSearch(text, separator); err != nil {
		return value.Null, err
	}
	n := strings.Count(text, separator) + 1
	if err := r.m.ChargeItems(n); err != nil {
		return value.Null, err
	}
	if err := r.list(n); err != nil { // the parts, before they are values
		return value.Null, err
	}
	return value.Strings(strings.Split(text, separator)), nil
}

// join joins the texts of a list; null is empty, arrays and objects fail.
func join(r *run, v value.Value, a []value.Value) (value.Value, error) {
	items, err := r.items(v)
	if err != nil {
		return value.Null, err
	}
	var b strings.Builder
	add := func(part value.Value) error {
		var text string
		switch {
		case part.IsNull():
		case typeName(part) == "string", typeName(part) == "number", part.Kind() == value.KindBool:
			if text, err = r.m.JavaText(part); err != nil {
				return err
			}
		default:
			return mismatch(value.String(b.String()), part, "added")
		}
		if err := r.m.Charge(1); err != nil {
			return err
		}
		if err := r.m.ChargeOutput(2 * len(text)); err != nil { // with the room that a growing text has
			return err
		}
		b.WriteString(text)
		return nil
	}
	for i, item := range items {
		if i > 0 {
			if !a[0].IsNull() && a[0].Kind() != value.KindString {
				return value.Null, mismatch(value.String(b.String()), a[0], "added")
			}
			if err := add(a[0]); err != nil {
				return value.Null, err
			}
		}
		if err := add(item); err != nil {
			return value.Null, err
		}
	}
	return value.String(b.String()), nil
}

// index is index(part) or rindex(part), which choose one of the places.
func index(choose func([]value.Value) value.Value) valueFunc {
	return func(r *run, v value.Value, a []value.Value) (value.Value, error) {
		if v.IsNull() {
			return value.Null, nil
		}
		places, err := r.indices(v, a[0])
		if err != nil || places.List().Len() == 0 {
			return value.Null, err
		}
		return choose(places.List().Slice()), nil
	}
}

// indices returns all places where a part begins in a text or list.
func (r *run) indices(v, part value.Value) (value.Value, error) {
	var places []value.Value
	found := func(at int) error {
		if err := r.added(len(places) + 1); err != nil {
			return err
		}
		places = append(places, value.Int(int64(at)))
		return nil
	}
	var err error
	switch {
	case v.Kind() == value.KindString && part.Kind() == value.KindString:
		err = r.indicesOfText(v.Str(), part.Str(), found)
	case v.Kind() == value.KindList:
		sought := []value.Value{part}
		if part.Kind() == value.KindList {
			sought = part.List().Slice()
		}
		err = r.indicesOfItems(v, part, sought, found)
	default:
		err = fail("indices() is not applicable to %s", nodeType(v))
	}
	return value.ListOf(places...), err
}

func (r *run) indicesOfText(text, sought string, found func(at int) error) error {
	if sought == "" {
		return nil
	}
	if err := r.m.ChargeSearch(text, sought); err != nil {
		return err
	}
	characters, counted := 0, 0
	for from := 0; ; {
		i := strings.Index(text[from:], sought)
		if i < 0 {
			return nil
		}
		characters += utf8.RuneCountInString(text[counted : from+i])
		counted = from + i
		if err := found(characters); err != nil {
			return err
		}
		if err := r.m.Charge(len(sought) / meter.TextPerCount); err != nil { // places may overlap
			return err
		}
		from += i + 1
	}
}

func (r *run) indicesOfItems(v, part value.Value, sought []value.Value, found func(at int) error) error {
	if len(sought) == 0 {
		return nil
	}
	if err := r.walk(v, part); err != nil {
		return err
	}
	items := v.List().Slice()
	for i := 0; i+len(sought) <= len(items); i++ {
		same := 0
		for same < len(sought) && compare(items[i+same], sought[same]) == 0 {
			same++
		}
		if err := r.m.Charge(1 + same); err != nil {
			return err
		}
		if same == len(sought) {
			if err := found(i); err != nil {
				return err
			}
		}
	}
	return nil
}

// fromDate reads a date of ISO 8601 in seconds, as jq does not know fractions.
func fromDate(_ *run, v value.Value, _ []value.Value) (value.Value, error) {
	if err := needs("fromdateiso8601", v, "STRING"); err != nil {
		return value.Null, err
	}
	if value.UTF16Length(v.Str()) > len("2024-02-29T13:14:15Z") {
		return value.Null, fail(`date%s does not match format "%%Y-%%m-%%dT%%H:%%M:%%SZ"`, onlyCaught(` "`+v.Str()+`"`))
	}
	t, err := time.Parse(time.RFC3339, strings.ToUpper(v.Str()))
	if err != nil {
		return value.Null, fail("N/A") // what jackson-jq says
	}
	return value.Int(t.Unix()), nil
}

func toDate(_ *run, v value.Value, _ []value.Value) (value.Value, error) {
	if err := needs("todateiso8601", v, "NUMBER"); err != nil {
		return value.Null, err
	}
	seconds, ok := meter.Whole(v)
	if !ok || max(seconds, -seconds) > 31556889864403199 { // the years of Java
		return value.Null, fail("N/A")
	}
	t := time.Unix(seconds, 0).UTC()
	year := fmt.Sprintf("%04d", t.Year())
	switch {
	case t.Year() > 9999:
		year = "+" + year
	case t.Year() < 0:
		year = fmt.Sprintf("%05d", t.Year())
	}
	return value.String(year + t.Format("-01-02T15:04:05Z")), nil
}
