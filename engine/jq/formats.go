package jq

import (
	"encoding/base64"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// format is one of @text, @json and the like: what it makes of a value.
type format func(r *run, v value.Value) (string, error)

// formats are the formats by their names. NUL is written out by all that escape anything.
var formats = map[string]format{
	"@text": (*run).text,
	"@json": (*run).json,
	"@html": func(r *run, v value.Value) (string, error) {
		text, err := r.text(v)
		if err != nil {
			return "", err
		}
		return r.escape(text, html)
	},
	"@uri":     uri,
	"@base64":  encodeBase64,
	"@base64d": unbase64,
	"@csv":     func(r *run, v value.Value) (string, error) { return r.row(v, "csv", ",", `"`, csv) },
	"@tsv":     func(r *run, v value.Value) (string, error) { return r.row(v, "tsv", "\t", "", tsv) },
	"@sh":      shell,
}

// What formats escape, and how.
func html(c byte) string {
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
		return nul(c)
	}
}

func csv(c byte) string {
	if c == '"' {
		return `""`
	}
	return nul(c)
}

func tsv(c byte) string {
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
		return nul(c)
	}
}

func quote(c byte) string {
	if c == '\'' {
		return `'\''`
	}
	return nul(c)
}

func nul(c byte) string {
	if c == 0 {
		return `\0`
	}
	return ""
}

// escape replaces the bytes of a text for which there is something else.
func (r *run) escape(text string, with func(c byte) string) (string, error) {
	if err := r.m.Charge(len(text) / meter.TextPerChange / 4); err != nil {
		return "", err
	}
	size := len(text)
	for i := range len(text) {
		if other := with(text[i]); other != "" {
			size += len(other) - 1
		}
	}
	if err := r.m.ChargeOutput(size); err != nil {
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

// uri leaves letters, digits and -_.!~*'() as they are.
func uri(r *run, v value.Value) (string, error) {
	text, err := r.text(v)
	if err != nil {
		return "", err
	}
	plain := func(c byte) bool {
		return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'z' || strings.IndexByte("-_.!~*'()", c) >= 0
	}
	if err := r.m.Charge(len(text) / meter.TextPerChange / 4); err != nil {
		return "", err
	}
	size := len(text)
	for i := range len(text) {
		if !plain(text[i]) {
			size += 2
		}
	}
	if err := r.m.ChargeOutput(size); err != nil {
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

func encodeBase64(r *run, v value.Value) (string, error) {
	text, err := r.text(v)
	if err != nil {
		return "", err
	}
	if err := r.m.Charge(len(text) / meter.TextPerChange / 4); err != nil {
		return "", err
	}
	if err := r.m.ChargeOutput(base64.StdEncoding.EncodedLen(len(text))); err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString([]byte(text)), nil
}

func unbase64(r *run, v value.Value) (string, error) {
	text, err := r.text(v)
	if err != nil {
		return "", err
	}
	if err := r.m.Charge(len(text) / meter.TextPerChange / 4); err != nil {
		return "", err
	}
	if err := r.m.ChargeOutput(len(text)); err != nil {
		return "", err
	}
	for _, c := range text {
		if c < utf8.RuneSelf && (isDigit(byte(c)) || isLetter(byte(c)) || strings.ContainsRune("+/=", c)) {
			continue
		}
		if c > 0xff { // Latin-1 has no such character
			c = '?'
		}
		return "", fail("%s is not valid base64 data: Illegal base64 character%s", value.String(text), onlyCaught(" "+strconv.FormatInt(int64(int8(c)), 16)))
	}
	encoding := base64.StdEncoding
	if !strings.HasSuffix(text, "=") {
		encoding = base64.RawStdEncoding
	}
	plain, err := encoding.DecodeString(text)
	switch {
	case len(text) == 1:
		return "", fail("%s is not valid base64 data: Input byte[] should at least have 2 bytes for base64 bytes", value.String(text))
	case err != nil && strings.Contains(text, "="):
		return "", fail("%s is not valid base64 data: Input byte array has wrong 4-byte ending unit", value.String(text))
	case err != nil:
		return "", fail("%s is not valid base64 data: Last unit does not have enough valid bits", value.String(text))
	}
	return value.DecodeUTF8(plain), nil
}

// row joins the items of an array, of which the strings are quoted.
func (r *run) row(v value.Value, name, separator, quote string, with func(c byte) string) (string, error) {
	if v.Kind() != value.KindList {
		return "", fail("%s cannot be %s-formatted, only array", v, name)
	}
	return r.joined(v.List().Slice(), separator, func(item value.Value) (string, error) {
		f, _ := item.AsFloat()
		switch typeName(item) {
		case "null":
			return "", nil
		case "string":
			return r.quoted(item, quote, with)
		case "array", "object":
			return "", fail("%s is not valid in a csv row", item)
		}
		if item.IsNumber() && math.IsNaN(f) {
			return "", nil
		}
		return r.json(item)
	})
}

// shell quotes strings for a shell: one, or those of an array.
func shell(r *run, v value.Value) (string, error) {
	items := []value.Value{v}
	if v.Kind() == value.KindList {
		items = v.List().Slice()
	}
	return r.joined(items, " ", func(item value.Value) (string, error) {
		switch typeName(item) {
		case "string":
			return r.quoted(item, "'", quote)
		case "array", "object":
			return "", fail("%s cannot be escaped for shell", nodeType(item))
		default:
			return r.json(item)
		}
	})
}

func (r *run) quoted(v value.Value, quote string, with func(c byte) string) (string, error) {
	text, err := r.text(v)
	if err != nil {
		return "", err
	}
	if text, err = r.escape(text, with); err != nil {
		return "", err
	}
	return quote + text + quote, r.m.ChargeOutput(2 * len(quote))
}

func (r *run) joined(items []value.Value, separator string, field func(value.Value) (string, error)) (string, error) {
	var b strings.Builder
	for i, item := range items {
		text, err := field(item)
		if err != nil {
			return "", err
		}
		if i > 0 {
			text = separator + text
		}
		if err := r.m.Charge(1); err != nil {
			return "", err
		}
		if err := r.m.ChargeOutput(2 * len(text)); err != nil { // with the room that a growing text has
			return "", err
		}
		b.WriteString(text)
	}
	return b.String(), nil
}
