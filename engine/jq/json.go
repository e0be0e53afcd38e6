package jq

import (
	"bytes"
	"math"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// The texts of values: jq's own, in which doubles without a fraction are written without one and an exponent has its sign,
// and those of Java, which stand where a text is put together.

// json returns the JSON text of v as jq writes it.
func (r *run) json(v value.Value) (string, error) {
	if err := r.walk(v); err != nil {
		return "", err
	}
	size := size(v)
	if err := r.m.ChargeOutput(size); err != nil {
		return "", err
	}
	return string(appendJSON(make([]byte, 0, size), v, math.MaxInt)), nil
}

// text returns a string as it is and anything else as JSON.
func (r *run) text(v value.Value) (string, error) {
	switch {
	case v.Kind() == value.KindString:
		return v.Str(), nil
	case typeName(v) == "string":
		return r.m.JavaText(v)
	default:
		return r.json(v)
	}
}

// plain returns the text of a value that is inserted into another one without a format: Java's.
func (r *run) plain(v value.Value) (string, error) {
	switch v.Kind() {
	case value.KindNull:
		return "null", nil
	case value.KindList, value.KindMap:
		return r.m.JSON(v)
	default:
		return r.m.JavaText(v)
	}
}

// appendJSON appends the JSON text of v, at least as much of it as makes dst limit bytes long.
func appendJSON(dst []byte, v value.Value, limit int) []byte {
	switch v.Kind() {
	case value.KindString:
		text := v.Str()
		if len(text) > limit {
			text = text[:limit]
		}
		return value.AppendQuoted(dst, text)
	case value.KindList:
		dst = append(dst, '[')
		for i, item := range v.List().All() {
			if len(dst) > limit {
				return dst
			}
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendJSON(dst, item, limit)
		}
		return append(dst, ']')
	case value.KindMap:
		dst = append(dst, '{')
		for i := range v.Map().Len() {
			if len(dst) > limit {
				return dst
			}
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(appendJSON(dst, value.String(v.Map().Key(i)), limit), ':')
			dst = appendJSON(dst, v.Map().At(i), limit)
		}
		return append(dst, '}')
	case value.KindFloat:
		return appendDouble(dst, v.Float())
	default:
		return value.AppendJSON(dst, v)
	}
}

func appendDouble(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "null"...)
	case math.IsInf(f, 0):
		f = math.Copysign(math.MaxFloat64, f)
	}
	if whole := whole(value.Float(f)); whole.Kind() == value.KindInt {
		return value.AppendJSON(dst, whole)
	}
	start := len(dst)
	dst = value.AppendFloat(dst, f)
	at := bytes.IndexByte(dst[start:], 'E')
	if at < 0 {
		return dst
	}
	exponent := string(dst[start+at+1:])
	dst = append(dst[:start+at], 'e')
	if exponent[0] != '-' {
		dst = append(dst, '+')
	}
	return append(dst, exponent...)
}

// size returns the length of the JSON text of v.
func size(v value.Value) int {
	switch v.Kind() {
	case value.KindString:
		return quotedSize(v.Str())
	case value.KindList:
		n := 1 + max(1, v.List().Len())
		for _, item := range v.List().Slice() {
			n += size(item)
		}
		return n
	case value.KindMap:
		n := 1 + max(1, v.Map().Len())
		for i := range v.Map().Len() {
			n += quotedSize(v.Map().Key(i)) + 1 + size(v.Map().At(i))
		}
		return n
	default:
		var few [64]byte
		return len(appendJSON(few[:0], v, math.MaxInt))
	}
}

func quotedSize(text string) int {
	n := len(text) + 2
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"' || c == '\\':
			n++
		case c < ' ':
			n += 5
		}
	}
	return n
}
