package value

import (
	"fmt"
	"math/bits"
	"strings"
	"unicode/utf8"
)

// Limits of [DecodeJSON] and [ScanJSON]; a text beyond one of them is refused with a [SyntaxError].
const (
	MaxDepth        = 1000 // lists and maps inside each other
	MaxNumberDigits = 1000 // digits of one number literal: whole part, fraction and exponent together
)

// SyntaxError says where a text stops being one JSON value.
type SyntaxError struct {
	Offset int    // bytes before the offending place
	Line   int    // counted from 1; lines end with \n
	Column int    // counted from 1, in code points
	Msg    string // what is wrong, lower case
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("JSON is invalid at line %d, column %d: %s", e.Line, e.Column, e.Msg)
}

// syntaxError locates offset i of s. It walks the text again, so that decoding need not count lines.
func syntaxError(s string, i int, msg string) error {
	i = min(i, len(s))
	line := s[strings.LastIndexByte(s[:i], '\n')+1 : i]
	return &SyntaxError{
		Offset: i,
		Line:   strings.Count(s[:i], "\n") + 1,
		Column: utf8.RuneCountInString(line) + 1,
		Msg:    msg,
	}
}

// unexpected is the error for byte i of s where want was due.
func unexpected(s string, i int, want string) error {
	if i >= len(s) {
		return syntaxError(s, i, "text ends where "+want+" is due")
	}
	r, _ := utf8.DecodeRuneInString(s[i:])
	return syntaxError(s, i, fmt.Sprintf("unexpected %q where %s is due", r, want))
}

const (
	lows  = 0x0101010101010101
	highs = 0x8080808080808080
)

// load8 returns the eight bytes of s from i, the first one lowest; the compiler makes it one load.
func load8(s string, i int) uint64 {
	b := s[i : i+8]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

// special marks, by its high bit, the first of eight bytes that is a quote, a backslash or a control character. Bytes after it may
// be marked too.
func special(w uint64) uint64 {
	quote := w ^ lows*'"'
	slash := w ^ lows*'\\'
	// Each term has the high bit set in every byte that is below the limit; a borrow can only add bits above the lowest one.
	return ((w-lows*0x20)&^w | (quote-lows)&^quote | (slash-lows)&^slash) & highs
}

// skipPlain returns the first index from i on of a byte that does not stand for itself in a quoted text: one of [special], or of
// a character outside of ASCII.
func skipPlain(s string, i int) int {
	for ; i+8 <= len(s); i += 8 {
		w := load8(s, i)
		if stop := special(w) | w&highs; stop != 0 {
			return i + bits.TrailingZeros64(stop)>>3
		}
	}
	for i < len(s) && s[i] >= ' ' && s[i] < utf8.RuneSelf && s[i] != '"' && s[i] != '\\' {
		i++
	}
	return i
}

// skipSpace returns the first index from i on that is not JSON white space. Most callers see none, one blank, or a line
// break with an indentation.
func skipSpace(s string, i int) int {
	if i >= len(s) || s[i] > ' ' {
		return i
	}
	for {
		for i+8 <= len(s) && load8(s, i) == lows*' ' {
			i += 8
		}
		for {
			if i >= len(s) {
				return i
			}
			switch s[i] {
			case ' ':
				i++
				continue
			case '\n', '\r', '\t':
				i++
				if i < len(s) && s[i] == ' ' {
					break // an indentation may follow
				}
				continue
			default:
				return i
			}
			break
		}
	}
}

// lexString walks over the string whose opening quote is before i. It returns the index of the closing quote, whether
// there are escapes, and whether there are bytes outside ASCII, which it does not judge.
func lexString(s string, i int) (end int, escaped, wide bool, err error) {
	var seen uint64
	for {
		for i+32 <= len(s) { // of long texts
			a, b, c, d := load8(s, i), load8(s, i+8), load8(s, i+16), load8(s, i+24)
			if special(a)|special(b)|special(c)|special(d) != 0 {
				break
			}
			seen |= a | b | c | d
			i += 32
		}
		for i+8 <= len(s) {
			w := load8(s, i)
			stop := special(w)
			if stop == 0 {
				seen |= w
				i += 8
				continue
			}
			n := bits.TrailingZeros64(stop) &^ 7
			seen |= w & (1<<n - 1)
			i += n >> 3
			break
		}
		for ; i < len(s); i++ {
			c := s[i]
			if c == '"' {
				return i, escaped, seen&highs != 0, nil
			}
			if c == '\\' || c < 0x20 {
				break
			}
			seen |= uint64(c)
		}
		if i >= len(s) {
			return i, escaped, false, syntaxError(s, i, "text ends inside a string")
		}
		if s[i] < 0x20 {
			return i, escaped, false, syntaxError(s, i, fmt.Sprintf("control character %q inside a string", rune(s[i])))
		}
		escaped = true
		if i, err = lexEscape(s, i); err != nil {
			return i, escaped, false, err
		}
	}
}

// lexEscape returns the index after the escape whose backslash is at i.
func lexEscape(s string, i int) (int, error) {
	if i+1 >= len(s) {
		return i, syntaxError(s, len(s), "text ends inside a string")
	}
	switch s[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2, nil
	case 'u':
		for k := i + 2; k < i+6; k++ {
			if k >= len(s) || hexDigit(s[k]) < 0 {
				return i, unexpected(s, k, "a hexadecimal digit")
			}
		}
		return i + 6, nil
	default:
		return i, unexpected(s, i+1, "an escape character")
	}
}

func hexDigit(c byte) int32 {
	switch {
	case c >= '0' && c <= '9':
		return int32(c - '0')
	case c >= 'a' && c <= 'f':
		return int32(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int32(c-'A') + 10
	default:
		return -1
	}
}

// lexNumber walks over the number literal at i and says whether it is an integer.
func lexNumber(s string, i int) (end int, integer bool, err error) {
	start, signs := i, 0
	if s[i] == '-' {
		i++
		signs++
	}
	digits := i
	if i < len(s) && s[i] == '0' {
		i++
	} else {
		i = lexDigits(s, i)
	}
	if i == digits {
		return i, false, unexpected(s, i, "a digit")
	}
	integer = true
	if i < len(s) && s[i] == '.' {
		integer = false
		i++
		signs++
		digits = i
		if i = lexDigits(s, i); i == digits {
			return i, false, unexpected(s, i, "a digit")
		}
	}
	if i < len(s) && s[i]|0x20 == 'e' {
		integer = false
		i++
		signs++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
			signs++
		}
		digits = i
		if i = lexDigits(s, i); i == digits {
			return i, false, unexpected(s, i, "a digit")
		}
	}
	if i-start-signs > MaxNumberDigits {
		return i, false, syntaxError(s, start, fmt.Sprintf("number has more than %d digits", MaxNumberDigits))
	}
	return i, integer, nil
}

func lexDigits(s string, i int) int {
	for i < len(s) && s[i]-'0' <= 9 {
		i++
	}
	return i
}

// lexLiteral returns the index after word, which must stand at i.
func lexLiteral(s string, i int, word string) (int, error) {
	if strings.HasPrefix(s[i:], word) {
		return i + len(word), nil
	}
	k := i
	for k < len(s) && k-i < len(word) && s[k] == word[k-i] {
		k++
	}
	return i, unexpected(s, k, word)
}
