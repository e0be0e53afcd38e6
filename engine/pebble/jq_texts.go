package pebble

import (
	"encoding/base64"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// jqTextFunctions are the functions on strings.
func jqTextFunctions() map[string]jqFunc {
	return map[string]jqFunc{
		"tostring/0": func(r *jqRun, v value.Value, _ []value.Value) (value.Value, error) {
			text, err := r.text(v)
			return value.String(text), err
		},
		"tojson/0": func(r *jqRun, v value.Value, _ []value.Value) (value.Value, error) {
			text, err := r.json(v)
			return value.String(text), err
		},
		"fromjson/0": jqOnText("fromjson", func(r *jqRun, text string) (value.Value, error) {
			v, err := r.st.parseJSON(text)
			if failed, ok := err.(*fault); ok && failed.class == ClassLimit { //nolint:errorlint // never wrapped
				return v, err
			}
			if err != nil {
				return v, jqFail("text is no JSON")
			}
			return v, nil
		}),
		"tonumber/0": func(r *jqRun, v value.Value, _ []value.Value) (value.Value, error) {
			if v.IsNumber() {
				return v, nil
			}
			if v.Kind() == value.KindString {
				if err := r.st.charge(len(v.Str()) / textPerChange); err != nil {
					return value.Null, err
				}
				if n, ok := value.ParseNumber(strings.TrimSpace(v.Str())); ok {
					return n, nil
				}
			}
			return value.Null, jqFail(jqType(v) + " is no number")
		},
		"ascii_downcase/0": jqOnText("ascii_downcase", func(r *jqRun, text string) (value.Value, error) {
			return value.String(mapASCII(text, 'A', 'Z', 'a'-'A')), r.st.produce(len(text))
		}),
		"ascii_upcase/0": jqOnText("ascii_upcase", func(r *jqRun, text string) (value.Value, error) {
			return value.String(mapASCII(text, 'a', 'z', 'A'-'a')), r.st.produce(len(text))
		}),
		"utf8bytelength/0": jqOnText("utf8bytelength", func(_ *jqRun, text string) (value.Value, error) { return value.Int(int64(len(text))), nil }),
		"explode/0": jqOnText("explode", func(r *jqRun, text string) (value.Value, error) {
			n := utf8.RuneCountInString(text)
			if err := r.st.items(n); err != nil {
				return value.Null, err
			}
			out := make([]value.Value, 0, n)
			for _, c := range text {
				out = append(out, value.Int(int64(c)))
			}
			return value.ListOf(out...), nil
		}),
		"implode/0": jqImplode,
		"startswith/1": jqOnTexts("startswith", func(text, part string) value.Value {
			return value.Bool(strings.HasPrefix(text, part))
		}),
		"endswith/1": jqOnTexts("endswith", func(text, part string) value.Value {
			return value.Bool(strings.HasSuffix(text, part))
		}),
		"ltrimstr/1": jqTrim(strings.TrimPrefix),
		"rtrimstr/1": jqTrim(strings.TrimSuffix),
		"split/1": func(r *jqRun, v value.Value, a []value.Value) (value.Value, error) {
			if v.Kind() != value.KindString || a[0].Kind() != value.KindString {
				return value.Null, jqFail("split needs strings, not " + jqType(v) + " and " + jqType(a[0]))
			}
			return r.split(v.Str(), a[0].Str())
		},
		"join/1":    jqJoin,
		"indices/1": func(r *jqRun, v value.Value, a []value.Value) (value.Value, error) { return r.indices(v, a[0], 0) },
		"index/1":   func(r *jqRun, v value.Value, a []value.Value) (value.Value, error) { return r.indices(v, a[0], 1) },
		"rindex/1":  func(r *jqRun, v value.Value, a []value.Value) (value.Value, error) { return r.indices(v, a[0], -1) },
		"fromdateiso8601/0": jqOnText("fromdateiso8601", func(_ *jqRun, text string) (value.Value, error) {
			t, err := time.Parse(time.RFC3339, text)
			if err != nil {
				return value.Null, jqFail("text is no date of ISO 8601")
			}
			return value.Int(t.Unix()), nil
		}),
		"todateiso8601/0": func(_ *jqRun, v value.Value, _ []value.Value) (value.Value, error) {
			seconds, ok := whole(v)
			if !ok || seconds < -62135596800 || seconds > 253402300799 { // the years 1 to 9999
				return value.Null, jqFail(jqType(v) + " is no date in seconds")
			}
			return value.String(time.Unix(seconds, 0).UTC().Format(time.RFC3339)), nil
		},
	}
}

func jqOnText(name string, call func(r *jqRun, text string) (value.Value, error)) jqFunc {
	return func(r *jqRun, v value.Value, _ []value.Value) (value.Value, error) {
		if v.Kind() != value.KindString {
			return value.Null, jqFail(name + " needs a string, not " + jqType(v))
		}
		if err := r.st.scan(v.Str()); err != nil {
			return value.Null, err
		}
		return call(r, v.Str())
	}
}

func jqOnTexts(name string, call func(text, part string) value.Value) jqFunc {
	return func(r *jqRun, v value.Value, a []value.Value) (value.Value, error) {
		if v.Kind() != value.KindString || a[0].Kind() != value.KindString {
			return value.Null, jqFail(name + " needs strings, not " + jqType(v) + " and " + jqType(a[0]))
		}
		return call(v.Str(), a[0].Str()), r.st.charge(len(a[0].Str()) / textPerStep)
	}
}

// jqTrim changes strings and leaves everything else.
func jqTrim(trim func(text, part string) string) jqFunc {
	return func(r *jqRun, v value.Value, a []value.Value) (value.Value, error) {
		if v.Kind() != value.KindString || a[0].Kind() != value.KindString {
			return v, nil
		}
		return value.String(trim(v.Str(), a[0].Str())), r.st.charge(len(a[0].Str()) / textPerStep)
	}
}

// mapASCII adds an offset to the letters of a range.
func mapASCII(text string, from, to byte, offset int) string {
	return strings.Map(func(c rune) rune {
		if c >= rune(from) && c <= rune(to) {
			return c + rune(offset)
		}
		return c
	}, text)
}

func jqImplode(r *jqRun, v value.Value, _ []value.Value) (value.Value, error) {
	if v.Kind() != value.KindList {
		return value.Null, jqFail("implode needs an array, not " + jqType(v))
	}
	if err := r.st.produce(4 * v.List().Len()); err != nil {
		return value.Null, err
	}
	var b strings.Builder
	for _, item := range v.List().Slice() {
		n, ok := whole(item)
		if !ok || n < 0 || n > utf8.MaxRune {
			return value.Null, jqFail("implode needs code points")
		}
		b.WriteRune(rune(n))
	}
	return value.String(b.String()), nil
}

// split returns the parts of a text between separators; an empty separator gives the characters, an empty text nothing.
func (r *jqRun) split(text, separator string) (value.Value, error) {
	if text == "" {
		return value.ListOf(), nil
	}
	if err := r.st.search(text, separator); err != nil {
		return value.Null, err
	}
	n := strings.Count(text, separator) + 1
	if err := r.st.items(n); err != nil {
		return value.Null, err
	}
	return value.Strings(strings.Split(text, separator)), nil
}

// jqJoin joins the texts of a list; null is empty, arrays and objects fail.
func jqJoin(r *jqRun, v value.Value, a []value.Value) (value.Value, error) {
	if v.Kind() != value.KindList || a[0].Kind() != value.KindString {
		return value.Null, jqFail("join needs an array and a string, not " + jqType(v) + " and " + jqType(a[0]))
	}
	var b strings.Builder
	for i, item := range v.List().Slice() {
		start := b.Len()
		if i > 0 {
			b.WriteString(a[0].Str())
		}
		switch jqType(item) {
		case "null":
		case "array", "object":
			return value.Null, jqMismatch(item, a[0], "joined")
		default:
			text, err := r.text(item)
			if err != nil {
				return value.Null, err
			}
			b.WriteString(text)
		}
		if err := r.st.charge(1); err != nil {
			return value.Null, err
		}
		if err := r.st.produce(b.Len() - start); err != nil {
			return value.Null, err
		}
	}
	return value.String(b.String()), nil
}

// indices returns where a part begins in a text or list: all places, the first (which is 1), or the last (-1).
func (r *jqRun) indices(v, part value.Value, which int) (value.Value, error) {
	var places []value.Value
	switch {
	case v.IsNull():
		return value.Null, nil
	case v.Kind() == value.KindString && part.Kind() == value.KindString:
		text, sought := v.Str(), part.Str()
		if sought == "" {
			break
		}
		if err := r.st.search(text, sought); err != nil {
			return value.Null, err
		}
		characters, counted := 0, 0
		for from := 0; ; {
			i := strings.Index(text[from:], sought)
			if i < 0 {
				break
			}
			characters += utf8.RuneCountInString(text[counted : from+i])
			counted = from + i
			places = append(places, value.Int(int64(characters)))
			if err := r.added(len(places)); err != nil {
				return value.Null, err
			}
			if err := r.st.charge(len(sought) / textPerCount); err != nil { // places may overlap
				return value.Null, err
			}
			from += i + 1
		}
	case v.Kind() == value.KindList:
		sought := []value.Value{part}
		if part.Kind() == value.KindList {
			sought = part.List().Slice()
		}
		if len(sought) == 0 {
			break
		}
		if err := r.walk(v, part); err != nil {
			return value.Null, err
		}
		items := v.List().Slice()
		for i := 0; i+len(sought) <= len(items); i++ {
			same := 0
			for same < len(sought) && jqCompare(items[i+same], sought[same]) == 0 {
				same++
			}
			if err := r.st.charge(1 + same); err != nil {
				return value.Null, err
			}
			if same == len(sought) {
				places = append(places, value.Int(int64(i)))
			}
		}
	default:
		return value.Null, jqFail(jqType(v) + " cannot be searched for " + jqType(part))
	}
	switch {
	case which == 0:
		return value.ListOf(places...), nil
	case len(places) == 0:
		return value.Null, nil
	case which < 0:
		return places[len(places)-1], nil
	default:
		return places[0], nil
	}
}

// jqFormat is one of @text, @json and the like: what it makes of a value.
type jqFormat func(r *jqRun, v value.Value) (string, error)

var jqFormats = map[string]jqFormat{
	"@text": func(r *jqRun, v value.Value) (string, error) { return r.text(v) },
	"@json": func(r *jqRun, v value.Value) (string, error) { return r.json(v) },
	"@html": jqOnWhole(strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "'", "&#39;", `"`, "&quot;").Replace),
	"@uri": jqOnWhole(func(text string) string {
		return strings.NewReplacer("+", "%20", "*", "%2A", "%7E", "~").Replace(urlEncode(text))
	}),
	"@base64": jqOnWhole(func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }),
	"@base64d": func(r *jqRun, v value.Value) (string, error) {
		text, err := r.text(v)
		if err != nil {
			return "", err
		}
		plain, err := decodeBase64(strings.TrimRight(text, "="))
		if err != nil {
			return "", jqFail("text is no Base64")
		}
		return strings.ToValidUTF8(string(plain), "\ufffd"), r.st.produce(len(plain))
	},
	"@csv": jqOnRow(",", func(text string) string { return `"` + strings.ReplaceAll(text, `"`, `""`) + `"` }, ""),
	"@tsv": jqOnRow("\t", strings.NewReplacer("\\", "\\\\", "\t", "\\t", "\n", "\\n", "\r", "\\r").Replace, ""),
	"@sh": func(r *jqRun, v value.Value) (string, error) {
		quote := func(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
		if v.Kind() != value.KindList {
			v = value.ListOf(v)
		}
		return jqOnRow(" ", quote, "null")(r, v)
	},
}

func jqOnWhole(change func(string) string) jqFormat {
	return func(r *jqRun, v value.Value) (string, error) {
		text, err := r.text(v)
		if err == nil {
			err = r.st.charge(len(text) / textPerChange / 4)
		}
		if err != nil {
			return "", err
		}
		text = change(text)
		return text, r.st.produce(len(text))
	}
}

// jqOnRow joins the items of a list, of which the strings are quoted.
func jqOnRow(separator string, quote func(string) string, null string) jqFormat {
	return func(r *jqRun, v value.Value) (string, error) {
		if v.Kind() != value.KindList {
			return "", jqFail("row must be an array, not " + jqType(v))
		}
		var b strings.Builder
		for i, item := range v.List().Slice() {
			start := b.Len()
			if i > 0 {
				b.WriteString(separator)
			}
			switch jqType(item) {
			case "null":
				b.WriteString(null)
			case "string":
				b.WriteString(quote(value.JavaText(item)))
			case "array", "object":
				return "", jqFail(jqType(item) + " is no field of a row")
			default:
				text, err := r.json(item)
				if err != nil {
					return "", err
				}
				b.WriteString(text)
			}
			if err := r.st.charge(1); err != nil {
				return "", err
			}
			if err := r.st.produce(b.Len() - start); err != nil {
				return "", err
			}
		}
		return b.String(), nil
	}
}
