package value

import (
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// UTF16Length returns the length of text as Java counts it.
func UTF16Length(text string) int {
	n := 0
	for i := 0; i < len(text); {
		if text[i] < utf8.RuneSelf {
			i++
			n++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		i += size
		if n++; r > 0xffff {
			n++
		}
	}
	return n
}

// CompareUTF16 is Java's String.compareTo: the difference of the first units that differ, else of the lengths.
func CompareUTF16(a, b string) int {
	n, shorter := 0, min(len(a), len(b))
	for n+64 <= shorter && a[n:n+64] == b[n:n+64] {
		n += 64
	}
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	for n > 0 && n < len(a) && n < len(b) && !(utf8.RuneStart(a[n]) && utf8.RuneStart(b[n])) { // back to the begin of the character
		n--
	}
	a, b = a[n:], b[n:]
	if a == "" || b == "" {
		return UTF16Length(a) - UTF16Length(b)
	}
	x, _ := utf8.DecodeRuneInString(a)
	y, _ := utf8.DecodeRuneInString(b)
	if x > 0xffff && y > 0xffff {
		xHigh, xLow := utf16.EncodeRune(x)
		yHigh, yLow := utf16.EncodeRune(y)
		if xHigh == yHigh {
			return int(xLow - yLow)
		}
		return int(xHigh - yHigh)
	}
	return int(firstUnit(x) - firstUnit(y))
}

// firstUnit returns the first of the units that a character has in UTF-16.
func firstUnit(r rune) rune {
	if r > 0xffff {
		r, _ = utf16.EncodeRune(r)
	}
	return r
}

// UTF16Slice cuts text at Java's offsets; half of a surrogate pair becomes U+FFFD.
func UTF16Slice(text string, from, to int) string {
	if from == to {
		return ""
	}
	start, head := UTF16Offset(text, from)
	end, tail := UTF16Offset(text[start:], to-from+head)
	part := text[start : start+end]
	if head > 0 { // the second half of a pair stands at the begin
		_, size := utf8.DecodeRuneInString(part)
		part = "\ufffd" + part[size:]
	}
	if tail > 0 { // the first half of a pair stands at the end
		part += "\ufffd"
	}
	return part
}

// UTF16Offset returns the offset in bytes of a Java offset, and how many units of the character there, 0 or 1, are before
// it.
func UTF16Offset(text string, units int) (offset, inside int) {
	for offset < len(text) && units > 0 {
		r, size := utf8.DecodeRuneInString(text[offset:])
		width := 1
		if r > 0xffff {
			width = 2
		}
		if width > units {
			return offset, units
		}
		units -= width
		offset += size
	}
	return offset, 0
}

// IsSpace is white space as the language trims it: Unicode's, without the no-break spaces.
func IsSpace(r rune) bool {
	switch r {
	case '\u00a0', '\u2007', '\u202f', '\u0085':
		return false
	case '\u001c', '\u001d', '\u001e', '\u001f':
		return true
	}
	return unicode.IsSpace(r)
}

// TrimBlank returns text without the white space at its begin, as fromJson and the test json see it.
func TrimBlank(text string) string {
	return strings.TrimLeftFunc(text, func(r rune) bool { return r <= ' ' || IsSpace(r) })
}

// IsASCII reports whether text has no character beyond ASCII.
func IsASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// DecodeUTF8 reads bytes as UTF-8. Every part that begins a character and is not all of it becomes one U+FFFD, as does every
// byte that begins none; an encoded surrogate is one such part, as in Java.
func DecodeUTF8(text []byte) string {
	if utf8.Valid(text) {
		return string(text)
	}
	var out strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		if r == utf8.RuneError && size == 1 {
			size = brokenLength(text)
		}
		out.WriteRune(r)
		text = text[size:]
	}
	return out.String()
}

// brokenLength returns how many bytes at the begin of text are a part of one character, at least 1.
func brokenLength(text []byte) int {
	continues := func(i int, low, high byte) bool { return i < len(text) && text[i] >= low && text[i] <= high }
	low, high, length := byte(0x80), byte(0xbf), 3
	switch c := text[0]; {
	case c == 0xe0:
		low = 0xa0
	case c == 0xf0:
		low, length = 0x90, 4
	case c == 0xf4:
		high, length = 0x8f, 4
	case c > 0xf0 && c < 0xf4:
		length = 4
	case c < 0xe0 || c > 0xf4:
		return 1
	}
	n := 1
	if continues(n, low, high) {
		n++
		for n < length && continues(n, 0x80, 0xbf) {
			n++
		}
	}
	return n
}
