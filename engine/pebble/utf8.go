package pebble

import (
	"strings"
	"unicode/utf8"
)

// javaUTF8 reads bytes as UTF-8. Every part that begins a character and is not all of it becomes one U+FFFD, as does every
// byte that begins none; an encoded surrogate is one such part, as in Java.
func javaUTF8(text []byte) string {
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
