package pebble

import (
	"bytes"
	"math"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// The texts of values: jq's own, in which doubles without a fraction are written without one and an exponent has its sign,
// and those of Java, which stand where a text is put together.

// json returns the JSON text of v as jq writes it.
func (r *jqRun) json(v value.Value) (string, error) {
	if err := r.walk(v); err != nil {
		return "", err
	}
	size := jqSize(v)
	if err := r.st.ChargeOutput(size); err != nil {
		return "", err
	}
	return string(jqAppendJSON(make([]byte, 0, size), v, math.MaxInt)), nil
}

// text returns a string as it is and anything else as JSON.
func (r *jqRun) text(v value.Value) (string, error) {
	switch {
	case v.Kind() == value.KindString:
		return v.Str(), nil
	case jqType(v) == "string":
		return r.st.JavaText(v)
	default:
		return r.json(v)
	}
}

// plain returns the text of a value that is inserted into another one without a format: Java's.
func (r *jqRun) plain(v value.Value) (string, error) {
	switch v.Kind() {
	case value.KindNull:
		return "null", nil
	case value.KindList, value.KindMap:
		return r.st.JSON(v)
	default:
		return r.st.JavaText(v)
	}
}

// jqAppendJSON appends the JSON text of v, at least as much of it as makes dst limit bytes long.
func jqAppendJSON(dst []byte, v value.Value, limit int) []byte {
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
			dst = jqAppendJSON(dst, item, limit)
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
			dst = append(jqAppendJSON(dst, value.String(v.Map().Key(i)), limit), ':')
			dst = jqAppendJSON(dst, v.Map().At(i), limit)
		}
		return append(dst, '}')
	case value.KindFloat:
		return jqAppendDouble(dst, v.Float())
	default:
		return value.AppendJSON(dst, v)
	}
}

func jqAppendDouble(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "null"...)
	case math.IsInf(f, 0):
		f = math.Copysign(math.MaxFloat64, f)
	}
	if whole := jqWhole(value.Float(f)); whole.Kind() == value.KindInt {
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

// jqSize returns the length of the JSON text of v.
func jqSize(v value.Value) int {
	switch v.Kind() {
	case value.KindString:
		return jqQuotedSize(v.Str())
	case value.KindList:
		n := 1 + max(1, v.List().Len())
		for _, item := range v.List().Slice() {
			n += jqSize(item)
		}
		return n
	case value.KindMap:
		n := 1 + max(1, v.Map().Len())
		for i := range v.Map().Len() {
			n += jqQuotedSize(v.Map().Key(i)) + 1 + jqSize(v.Map().At(i))
		}
		return n
	default:
		var few [64]byte
		return len(jqAppendJSON(few[:0], v, math.MaxInt))
	}
}

func jqQuotedSize(text string) int {
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
