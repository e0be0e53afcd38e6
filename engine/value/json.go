package value

import (
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// DecodeJSON returns the one JSON value (RFC 8259) in data; white space may surround it, anything else after it is an
// error, as is a text beyond [MaxDepth] or [MaxNumberDigits]. Errors are of type [*SyntaxError].
//
// Members keep the order of the text and null members stay; of members with one key the last value counts, at the place
// of the first. Integers are exact, -0 is 0; numbers with a fraction or an exponent are
// doubles, and one beyond the doubles, such as 1e400, becomes a string that holds its literal. Bytes that are not UTF-8
// and lone surrogates become U+FFFD.
//
// The value shares one copy of the text, so keeping a small part of a large value keeps that copy.
func DecodeJSON(data []byte) (Value, error) { return DecodeJSONText(string(data)) }

// DecodeJSONText is [DecodeJSON] of a string; the value shares the string.
func DecodeJSONText(s string) (Value, error) {
	return decodeWhole(s, 0)
}

// DecodeMembers is [DecodeJSON] of the text of a map whose members may each be as deep as a value may be. The text of anything
// else gives a nil map.
func DecodeMembers(data []byte) (*Map, error) {
	v, err := decodeWhole(string(data), -1)
	return v.Map(), err
}

// decodeWhole decodes a text that is one value, as if so many containers were open around it.
func decodeWhole(s string, depth int) (Value, error) {
	v, i, err := decodeJSON(s, depth)
	if err != nil {
		return Null, err
	}
	if i = skipSpace(s, i); i < len(s) {
		return Null, unexpected(s, i, "the end of the text")
	}
	return v, nil
}

// DecodeJSONPrefix is like [DecodeJSONText] but ignores the text after the value, as Jackson does. The end of the value must
// be certain: white space must follow a number, and no letter, digit or _ may follow true, false or null, so that
// 2024-02-29, 01 and truex are not JSON.
func DecodeJSONPrefix(s string) (Value, error) {
	v, i, err := decodeJSON(s, 0)
	if err != nil || i == len(s) {
		return v, err
	}
	switch last := s[i-1]; {
	case last >= '0' && last <= '9':
		if skipSpace(s, i) == i {
			return Null, unexpected(s, i, "white space")
		}
	case last >= 'a' && last <= 'z':
		if r, _ := utf8.DecodeRuneInString(s[i:]); r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) {
			return Null, unexpected(s, i, "the end of a word")
		}
	}
	return v, nil
}

func decodeJSON(s string, depth int) (v Value, end int, err error) {
	const few = 256 // values for which memory is taken at once
	values, maps, lists := few, few/8, few/16
	if len(s) < 16*few { // a short text with one long member would waste most of that, and counting is cheap
		maps, lists = strings.Count(s, "{"), strings.Count(s, "[")
		values = min(strings.Count(s, ",")+maps+lists, few)
	}
	d := decoders.Get().(*decoder)
	defer d.takeBack()
	d.text = s
	d.items.next, d.names.next = values, values
	d.maps.next, d.lists.next = min(maps, few/8), min(lists, few/16)
	return d.value(skipSpace(s, 0), depth)
}

// decoders lend each other their stacks.
var decoders = sync.Pool{New: func() any { return new(decoder) }}

// largestStack is how many values a stack may have room for to be lent again.
const largestStack = 64

// takeBack lends the stacks of d again, without what was on them.
func (d *decoder) takeBack() {
	if cap(d.vals) > largestStack || cap(d.keys) > largestStack {
		return
	}
	clear(d.vals[:cap(d.vals)])
	clear(d.keys[:cap(d.keys)])
	*d = decoder{vals: d.vals[:0], keys: d.keys[:0]}
	decoders.Put(d)
}

// decoder builds values from text. The members of all open lists and maps lie on two stacks, and move to slices of
// their exact size when their container ends.
type decoder struct {
	text  string
	vals  []Value
	keys  []string
	buf   []byte // unescaped text
	items arena[Value]
	names arena[string]
	maps  arena[Map]
	lists arena[List]
}

// value decodes the value at i, with depth containers open, and returns the index after it. Its recursion is bounded
// by MaxDepth.
func (d *decoder) value(i, depth int) (v Value, end int, err error) {
	s := d.text
	if i >= len(s) {
		return Null, i, unexpected(s, i, "a value")
	}
	switch s[i] {
	case '"':
		text, end, err := d.string(i + 1)
		return String(text), end, err
	case '{', '[':
		if depth == MaxDepth {
			return Null, i, syntaxError(s, i, depthMessage)
		}
		if s[i] == '{' {
			return d.object(i+1, depth+1)
		}
		return d.array(i+1, depth+1)
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		end, integer, err := lexNumber(s, i)
		if err != nil {
			return Null, end, err
		}
		return jsonNumber(s[i:end], integer), end, nil
	case 't':
		end, err = lexLiteral(s, i, "true")
		return Bool(true), end, err
	case 'f':
		end, err = lexLiteral(s, i, "false")
		return Bool(false), end, err
	case 'n':
		end, err = lexLiteral(s, i, "null")
		return Null, end, err
	default:
		return Null, i, unexpected(s, i, "a value")
	}
}

func (d *decoder) array(i, depth int) (Value, int, error) {
	s, first := d.text, len(d.vals)
	if i = skipSpace(s, i); i < len(s) && s[i] == ']' {
		return Value{kind: KindList}, i + 1, nil
	}
	for {
		v, end, err := d.value(i, depth)
		if err != nil {
			return Null, end, err
		}
		d.push(v)
		i = skipSpace(s, end)
		switch {
		case i < len(s) && s[i] == ',':
			i = skipSpace(s, i+1)
		case i < len(s) && s[i] == ']':
			return Value{kind: KindList, ptr: d.list(first)}, i + 1, nil
		default:
			return Null, i, unexpected(s, i, afterValue(false))
		}
	}
}

func (d *decoder) object(i, depth int) (Value, int, error) {
	s, first, firstKey := d.text, len(d.vals), len(d.keys)
	if i = skipSpace(s, i); i < len(s) && s[i] == '}' {
		return Value{kind: KindMap}, i + 1, nil
	}
	for {
		if i >= len(s) || s[i] != '"' {
			return Null, i, unexpected(s, i, "a key")
		}
		key, end, err := d.string(i + 1)
		if err != nil {
			return Null, end, err
		}
		if i = skipSpace(s, end); i >= len(s) || s[i] != ':' {
			return Null, i, unexpected(s, i, "a colon")
		}
		v, end, err := d.value(skipSpace(s, i+1), depth)
		if err != nil {
			return Null, end, err
		}
		d.keys = append(d.keys, key)
		d.push(v)
		i = skipSpace(s, end)
		switch {
		case i < len(s) && s[i] == ',':
			i = skipSpace(s, i+1)
		case i < len(s) && s[i] == '}':
			return Value{kind: KindMap, ptr: d.mapping(first, firstKey)}, i + 1, nil
		default:
			return Null, i, unexpected(s, i, afterValue(true))
		}
	}
}

// push doubles the stack when it is full. append would add a quarter and so copy a long list many times.
func (d *decoder) push(v Value) {
	if len(d.vals) == cap(d.vals) {
		d.vals = slices.Grow(d.vals, len(d.vals)+1)
	}
	d.vals = append(d.vals, v)
}

// string returns the text of the string whose opening quote is before i, and the index after its closing quote.
func (d *decoder) string(i int) (string, int, error) {
	end, escaped, wide, err := lexString(d.text, i)
	if err != nil {
		return "", end, err
	}
	raw := d.text[i:end]
	if escaped || wide && !utf8.ValidString(raw) {
		d.buf = appendUnescaped(d.buf[:0], raw)
		raw = string(d.buf)
	}
	return raw, end + 1, nil
}

// appendUnescaped appends the text that raw, the valid inside of a JSON string, stands for.
func appendUnescaped(dst []byte, raw string) []byte {
	for i := 0; i < len(raw); {
		c := raw[i]
		switch {
		case c >= utf8.RuneSelf:
			r, size := utf8.DecodeRuneInString(raw[i:])
			dst = utf8.AppendRune(dst, r)
			i += size
			continue
		case c != '\\':
			dst = append(dst, c)
			i++
			continue
		}
		switch c = raw[i+1]; c {
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		case 'u':
			r := unicodeEscape(raw, i)
			i += 6
			if utf16.IsSurrogate(r) {
				if r = utf16.DecodeRune(r, unicodeEscape(raw, i)); r != utf8.RuneError {
					i += 6
				}
			}
			dst = utf8.AppendRune(dst, r)
			continue
		}
		dst = append(dst, c)
		i += 2
	}
	return dst
}

// unicodeEscape returns the code unit of the \uXXXX at i of raw, or -1 when there is none.
func unicodeEscape(raw string, i int) rune {
	if i+6 > len(raw) || raw[i] != '\\' || raw[i+1] != 'u' {
		return -1
	}
	return hexDigit(raw[i+2])<<12 | hexDigit(raw[i+3])<<8 | hexDigit(raw[i+4])<<4 | hexDigit(raw[i+5])
}

// jsonNumber returns the number that a valid literal stands for.
func jsonNumber(literal string, integer bool) Value {
	if !integer {
		f, _ := strconv.ParseFloat(literal, 64) // its only error here is the range
		if math.IsInf(f, 0) {
			return String(literal)
		}
		return Float(f)
	}
	if len(literal) <= 18 { // with room to spare below 1<<63
		digits := literal
		if literal[0] == '-' {
			digits = literal[1:]
		}
		n := int64(0)
		for i := range len(digits) {
			n = n*10 + int64(digits[i]-'0')
		}
		if literal[0] == '-' {
			n = -n
		}
		return Int(n)
	}
	if n, err := strconv.ParseInt(literal, 10, 64); err == nil {
		return Int(n)
	}
	n, _ := new(big.Int).SetString(literal, 10) // a valid literal always parses
	return BigInt(n)
}
