package value

import (
	"strconv"
	"unicode/utf8"
)

// SizeJSON returns the length of the JSON text of v in bytes, without making it. The text of an opaque value is taken for
// short.
func SizeJSON(v Value) int64 {
	switch v.kind {
	case KindString:
		return SizeQuoted(v.Str())
	case KindList:
		l := v.List()
		n := 1 + max(1, int64(l.Len())) // brackets and commas
		for _, item := range l.Slice() {
			n += SizeJSON(item)
		}
		return n
	case KindMap:
		m := v.Map()
		n := 1 + max(1, 2*int64(m.Len())) // braces, commas and colons
		for i, key := range m.Keys() {
			n += SizeQuoted(key) + SizeJSON(m.At(i))
		}
		return n
	default:
		return sizeScalar(v)
	}
}

func sizeScalar(v Value) int64 {
	switch {
	case v.kind == KindNull, v.kind == KindBool && v.Bool():
		return int64(len("true"))
	case v.kind == KindBool:
		return int64(len("false"))
	case v.kind == KindInt: // this and the next are many: their buffers stay on the stack
		var buffer [20]byte
		return int64(len(strconv.AppendInt(buffer[:0], v.Int(), 10)))
	case v.kind == KindFloat:
		var buffer [64]byte
		n := int64(len(AppendFloat(buffer[:0], v.Float())))
		if f := v.Float(); f-f != 0 { // it is quoted
			n += 2
		}
		return n
	default:
		var buffer [64]byte
		return int64(len(AppendJSON(buffer[:0], v)))
	}
}

// SizeQuoted returns how many bytes [AppendQuoted] appends.
func SizeQuoted(s string) int64 {
	n := int64(len(s)) + 2
	for i := skipPlain(s, 0); i < len(s); i = skipPlain(s, i) {
		c := s[i]
		switch {
		case c >= utf8.RuneSelf:
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				n += int64(len("\ufffd")) - 1
			}
			i += size
			continue
		case c == '"' || c == '\\' || c == '\b' || c == '\f' || c == '\n' || c == '\r' || c == '\t':
			n++
		default:
			n += int64(len(`\u0000`)) - 1
		}
		i++
	}
	return n
}
