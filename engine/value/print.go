package value

import (
	"fmt"
	"time"
	"unicode/utf8"
)

// JSON returns the JSON text of v, see [AppendJSON].
func JSON(v Value) string { return string(AppendJSON(nil, v)) }

// Text returns what printing v in a template writes, see [AppendText].
func Text(v Value) string {
	if v.kind == KindString {
		return v.Str()
	}
	return string(AppendText(nil, v))
}

// JavaText returns the Java text of v, see [AppendJavaText].
func JavaText(v Value) string {
	if v.kind == KindString {
		return v.Str()
	}
	return string(AppendJavaText(nil, v))
}

// String returns the JSON text of v, for %v and test output.
func (v Value) String() string { return JSON(v.force()) }

// AppendJSON appends v as JSON: without blanks, members in their order, null members kept, nothing escaped but what JSON
// demands, doubles as [AppendFloat] writes them, decimals plain, a date-time as a string in ISO form and UTC. What JSON
// cannot write becomes a string: "NaN", "Infinity", the text of an opaque value that has no method AppendJSON.
func AppendJSON(dst []byte, v Value) []byte {
	switch v.kind {
	case KindNull:
		return append(dst, "null"...)
	case KindString:
		return AppendQuoted(dst, v.Str())
	case KindList:
		dst = append(dst, '[')
		for i, item := range v.List().Slice() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = AppendJSON(dst, item)
		}
		return append(dst, ']')
	case KindMap:
		m := v.Map()
		dst = append(dst, '{')
		for i, key := range m.Keys() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = AppendQuoted(dst, key)
			dst = append(dst, ':')
			dst = AppendJSON(dst, m.At(i))
		}
		return append(dst, '}')
	case KindTime:
		return v.Time().UTC().AppendFormat(dst, `"`+time.RFC3339Nano+`"`)
	case KindFloat:
		if f := v.Float(); f-f != 0 { // infinite or not a number
			dst = append(dst, '"')
			dst = AppendFloat(dst, f)
			return append(dst, '"')
		}
		return appendNumber(dst, v)
	case KindOpaque:
		if own, ok := v.Opaque().(interface{ AppendJSON(dst []byte) []byte }); ok {
			return own.AppendJSON(dst)
		}
		return AppendQuoted(dst, opaqueText(v))
	default:
		return appendScalar(dst, v)
	}
}

// AppendText appends what {{ v }} prints: nothing for null, a string as it is, lists and maps
// as JSON, other values as [AppendJavaText] does.
func AppendText(dst []byte, v Value) []byte {
	switch v.kind {
	case KindNull:
		return dst
	case KindList, KindMap:
		return AppendJSON(dst, v)
	default:
		return AppendJavaText(dst, v)
	}
}

// AppendJavaText appends v as Java's toString writes it: strings as they are, a list as [1, a], a map as {b=1, a=2}, null as
// null. Everything but a direct print uses this text. The operators that take null for empty, such as ~, test for null
// before they call.
func AppendJavaText(dst []byte, v Value) []byte {
	switch v.kind {
	case KindNull:
		return append(dst, "null"...)
	case KindString:
		return append(dst, v.Str()...)
	case KindList:
		dst = append(dst, '[')
		for i, item := range v.List().Slice() {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = AppendJavaText(dst, item)
		}
		return append(dst, ']')
	case KindMap:
		m := v.Map()
		dst = append(dst, '{')
		for i, key := range m.Keys() {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = append(dst, key...)
			dst = append(dst, '=')
			dst = AppendJavaText(dst, m.At(i))
		}
		return append(dst, '}')
	case KindTime:
		return appendTime(dst, v.Time())
	case KindOpaque:
		return append(dst, opaqueText(v)...)
	default:
		return appendScalar(dst, v)
	}
}

// appendScalar appends what is written alike in every form of text.
func appendScalar(dst []byte, v Value) []byte {
	if v.kind == KindBool {
		if v.Bool() {
			return append(dst, "true"...)
		}
		return append(dst, "false"...)
	}
	return appendNumber(dst, v)
}

// isOffset reports whether a zone has no name of its own.
func isOffset(zone string) bool {
	return zone == "" || zone == "Local" || zone == "Z" || zone[0] == '+' || zone[0] == '-'
}

// opaqueText returns the text of a value that has none of its own.
func opaqueText(v Value) string {
	if s, ok := v.Opaque().(fmt.Stringer); ok {
		return s.String()
	}
	return "opaque"
}

// AppendQuoted appends s as a JSON string. Only the quote, the backslash and control characters are escaped, as Kestra
// does; bytes that are not UTF-8 become U+FFFD.
func AppendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := skipPlain(s, 0); i < len(s); i = skipPlain(s, i) {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				dst = append(dst, s[start:i]...)
				dst = append(dst, "\ufffd"...)
				start = i + 1
			}
			i += size
			continue
		}
		dst = append(dst, s[start:i]...)
		i++
		start = i
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\b':
			dst = append(dst, `\b`...)
		case '\f':
			dst = append(dst, `\f`...)
		case '\n':
			dst = append(dst, `\n`...)
		case '\r':
			dst = append(dst, `\r`...)
		case '\t':
			dst = append(dst, `\t`...)
		default:
			const hex = "0123456789ABCDEF"
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}
