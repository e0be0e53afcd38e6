package pebble

import (
	"encoding/base64"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// jqFormat is one of @text, @json and the like: what it makes of a value.
type jqFormat func(r *jqRun, v value.Value) (string, error)

// jqFormats are the formats by their names. NUL is written out by all that escape anything.
var jqFormats = map[string]jqFormat{
	"@text": (*jqRun).text,
	"@json": (*jqRun).json,
	"@html": func(r *jqRun, v value.Value) (string, error) {
		text, err := r.text(v)
		if err != nil {
			return "", err
		}
		return r.escape(text, jqHTML)
	},
	"@uri":     jqURI,
	"@base64":  jqBase64,
	"@base64d": jqUnbase64,
	"@csv":     func(r *jqRun, v value.Value) (string, error) { return r.row(v, "csv", ",", `"`, jqCSV) },
	"@tsv":     func(r *jqRun, v value.Value) (string, error) { return r.row(v, "tsv", "\t", "", jqTSV) },
	"@sh":      jqShell,
}

// What formats escape, and how.
func jqHTML(c byte) string {
	switch c {
	case '<':
		return "&lt;"
	case '>':
		return "&gt;"
	case '&':
		return "&amp;"
	case '\'':
		return "&apos;"
	case '"':
		return "&quot;"
	default:
		return jqNUL(c)
	}
}

func jqCSV(c byte) string {
	if c == '"' {
		return `""`
	}
	return jqNUL(c)
}

func jqTSV(c byte) string {
	switch c {
	case '\\':
		return `\\`
	case '\t':
		return `\t`
	case '\n':
		return `\n`
	case '\r':
		return `\r`
	default:
		return jqNUL(c)
	}
}

func jqQuote(c byte) string {
	if c == '\'' {
		return `'\''`
	}
	return jqNUL(c)
}

func jqNUL(c byte) string {
	if c == 0 {
		return `\0`
	}
	return ""
}

// escape replaces the bytes of a text for which there is something else.
func (r *jqRun) escape(text string, with func(c byte) string) (string, error) {
	if err := r.st.Charge(len(text) / meter.TextPerChange / 4); err != nil {
		return "", err
	}
	size := len(text)
	for i := range len(text) {
		if other := with(text[i]); other != "" {
			size += len(other) - 1
		}
	}
	if err := r.st.ChargeOutput(size); err != nil {
		return "", err
	}
	if size == len(text) {
		return text, nil
	}
	var b strings.Builder
	b.Grow(size)
	for i := range len(text) {
		if other := with(text[i]); other != "" {
			b.WriteString(other)
		} else {
			b.WriteByte(text[i])
		}
	}
	return b.String(), nil
}

// jqURI leaves letters, digits and -_.!~*'() as they are.
func jqURI(r *jqRun, v value.Value) (string, error) {
	text, err := r.text(v)
	if err != nil {
		return "", err
	}
	plain := func(c byte) bool {
		return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'z' || strings.IndexByte("-_.!~*'()", c) >= 0
	}
	if err := r.st.Charge(len(text) / meter.TextPerChange / 4); err != nil {
		return "", err
	}
	size := len(text)
	for i := range len(text) {
		if !plain(text[i]) {
			size += 2
		}
	}
	if err := r.st.ChargeOutput(size); err != nil {
		return "", err
	}
	const hex = "0123456789ABCDEF"
	out := make([]byte, 0, size)
	for i := range len(text) {
		if c := text[i]; plain(c) {
			out = append(out, c)
		} else {
			out = append(out, '%', hex[c>>4], hex[c&15])
		}
	}
	return string(out), nil
}

func jqBase64(r *jqRun, v value.Value) (string, error) {
	text, err := r.text(v)
	if err != nil {
		return "", err
	}
	if err := r.st.Charge(len(text) / meter.TextPerChange / 4); err != nil {
		return "", err
	}
	if err := r.st.ChargeOutput(base64.StdEncoding.EncodedLen(len(text))); err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString([]byte(text)), nil
}

func jqUnbase64(r *jqRun, v value.Value) (string, error) {
	text, err := r.text(v)
	if err != nil {
		return "", err
	}
	if err := r.st.Charge(len(text) / meter.TextPerChange / 4); err != nil {
		return "", err
	}
	if err := r.st.ChargeOutput(len(text)); err != nil {
		return "", err
	}
	for _, c := range text {
		if c < utf8.RuneSelf && (isDigit(byte(c)) || isLetter(byte(c)) || strings.ContainsRune("+/=", c)) {
			continue
		}
		if c > 0xff { // Latin-1 has no such character
			c = '?'
		}
		return "", jqFail("%s is not valid base64 data: Illegal base64 character%s", value.String(text), jqOnlyCaught(" "+strconv.FormatInt(int64(int8(c)), 16)))
	}
	encoding := base64.StdEncoding
	if !strings.HasSuffix(text, "=") {
		encoding = base64.RawStdEncoding
	}
	plain, err := encoding.DecodeString(text)
	switch {
	case len(text) == 1:
		return "", jqFail("%s is not valid base64 data: Input byte[] should at least have 2 bytes for base64 bytes", value.String(text))
	case err != nil && strings.Contains(text, "="):
		return "", jqFail("%s is not valid base64 data: Input byte array has wrong 4-byte ending unit", value.String(text))
	case err != nil:
		return "", jqFail("%s is not valid base64 data: Last unit does not have enough valid bits", value.String(text))
	}
	return value.DecodeUTF8(plain), nil
}

// row joins the items of an array, of which the strings are quoted.
func (r *jqRun) row(v value.Value, name, separator, quote string, with func(c byte) string) (string, error) {
	if v.Kind() != value.KindList {
		return "", jqFail("%s cannot be %s-formatted, only array", v, name)
	}
	return r.joined(v.List().Slice(), separator, func(item value.Value) (string, error) {
		f, _ := item.AsFloat()
		switch jqType(item) {
		case "null":
			return "", nil
		case "string":
			return r.quoted(item, quote, with)
		case "array", "object":
			return "", jqFail("%s is not valid in a csv row", item)
		}
		if item.IsNumber() && math.IsNaN(f) {
			return "", nil
		}
		return r.json(item)
	})
}

// jqShell quotes strings for a shell: one, or those of an array.
func jqShell(r *jqRun, v value.Value) (string, error) {
	items := []value.Value{v}
	if v.Kind() == value.KindList {
		items = v.List().Slice()
	}
	return r.joined(items, " ", func(item value.Value) (string, error) {
		switch jqType(item) {
		case "string":
			return r.quoted(item, "'", jqQuote)
		case "array", "object":
			return "", jqFail("%s cannot be escaped for shell", jqNodeType(item))
		default:
			return r.json(item)
		}
	})
}

func (r *jqRun) quoted(v value.Value, quote string, with func(c byte) string) (string, error) {
	text, err := r.text(v)
	if err != nil {
		return "", err
	}
	if text, err = r.escape(text, with); err != nil {
		return "", err
	}
	return quote + text + quote, r.st.ChargeOutput(2 * len(quote))
}

func (r *jqRun) joined(items []value.Value, separator string, field func(value.Value) (string, error)) (string, error) {
	var b strings.Builder
	for i, item := range items {
		text, err := field(item)
		if err != nil {
			return "", err
		}
		if i > 0 {
			text = separator + text
		}
		if err := r.st.Charge(1); err != nil {
			return "", err
		}
		if err := r.st.ChargeOutput(2 * len(text)); err != nil { // with the room that a growing text has
			return "", err
		}
		b.WriteString(text)
	}
	return b.String(), nil
}
