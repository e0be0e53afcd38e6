package mask

import (
	"fmt"
	"unicode/utf8"
)

// Limit is how many bytes of a text [Mask.Line] reads, and also how many it writes before the mark of a cut.
const Limit = 64 << 10

// Line returns text as one line of a log: with every secret replaced, with escapes for control characters but tab, line
// separators and what turns the direction of writing, and cut at [Limit] with a mark that says how much is missing. It
// returns a clean and short text as it is, and allocates nothing then.
func (m *Mask) Line(text string) string { return m.short(text, isPlain, appendRune) }

// Kept returns text as an execution keeps it in its own log: as [Mask.Line] does, but with all its characters, of which several
// lines may be made.
func (m *Mask) Kept(text string) string { return m.short(text, utf8.ValidString, utf8.AppendRune) }

// short returns text with every secret replaced, cut, and its characters appended by add; one that is plain needs that not.
func (m *Mask) short(text string, plain func(string) bool, add func([]byte, rune) []byte) string {
	seen := text[:min(len(text), Limit+m.reach())] // a secret across the limit is seen whole
	begin, end := m.next(seen, 0)
	if begin == len(seen) && len(text) <= Limit && plain(text) {
		return text
	}
	line := make([]byte, 0, min(len(text), Limit)+2*len(Stars))
	at := 0
	for at < len(text) && at < Limit {
		written := len(line)
		var next int
		if at >= begin {
			line, next = append(line, Stars...), end
			begin, end = m.next(seen, end)
		} else {
			r, size := utf8.DecodeRuneInString(text[at:])
			line, next = add(line, r), at+size
		}
		if len(line) > Limit {
			line = line[:written]
			break
		}
		at = next
	}
	if at < len(text) {
		line = fmt.Appendf(line, cutMark+" (%d bytes more)", len(text)-at)
	}
	return string(line)
}

// reach returns the length in bytes of the longest form.
func (m *Mask) reach() int {
	if m == nil {
		return 0
	}
	return m.longest
}

// isPlain reports whether a text needs no escape.
func isPlain(text string) bool {
	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf {
			if c < ' ' && c != '\t' || c == 0x7f {
				return false
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && size == 1 || escapes(r) {
			return false
		}
		i += size
	}
	return true
}

// escapes reports whether a character must be escaped because it acts on a terminal or on the lines of a file.
func escapes(r rune) bool {
	switch {
	case r == '\t':
		return false
	case r < ' ', r >= 0x7f && r <= 0x9f: // C0, DEL, C1
		return true
	case r == '\u2028', r == '\u2029': // line and paragraph separator
		return true
	default:
		return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' // embeddings, overrides and isolates
	}
}

// appendRune appends a character as lines have it. What is no UTF-8 becomes U+FFFD.
func appendRune(line []byte, r rune) []byte {
	switch {
	case !escapes(r):
		return utf8.AppendRune(line, r)
	case r == '\n':
		return append(line, `\n`...)
	case r == '\r':
		return append(line, `\r`...)
	default:
		const digits = "0123456789abcdef"
		return append(line, '\\', 'u', digits[r>>12], digits[r>>8&15], digits[r>>4&15], digits[r&15])
	}
}
