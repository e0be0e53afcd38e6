package webhook

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// Keys are the texts that may be the key of one request. They are searched by value, because a short public URL that a rewrite
// turns into a webhook URL holds the key without [RedactURL]'s marker, and so may headers and parameters.
type Keys []string

// wholeKey is how many characters a key must have to be looked for inside longer texts. A shorter one is replaced only as
// a whole: a key such as `hi` would mangle every other line, and show itself by that.
const wholeKey = 6

// maxSegments bounds how many segments of a path of a wrong shape may be keys: every one costs a search in every text.
const maxSegments = 4

// KeysOf returns the key in a webhook URL, given its target and its escaped path. If the path has a wrong shape, and so the
// target is empty, it returns the parts that may have been meant as the key: everything after the flow id, or the whole rest
// if segments are missing.
func KeysOf(t Target, escapedPath string) Keys {
	if t.Key != "" {
		return Keys{strings.TrimSpace(t.Key)}
	}
	end, _ := behind(marker, escapedPath)
	if end < 0 {
		return nil
	}
	rest := escapedPath[end:]
	if key := afterSlash(rest, afterSlash(rest, 0, 1), 1); key >= 0 && !onlySlashes(rest[key:]) {
		rest = rest[key:]
	}
	rest = unescapePath(strings.Trim(rest, "/"))
	keys := Keys{rest}
	for segment := range strings.SplitSeq(rest, "/") {
		if segment != "" && segment != rest && len(keys) <= maxSegments {
			keys = append(keys, segment)
		}
	}
	return keys
}

func unescapePath(text string) string {
	if decoded, err := url.PathUnescape(text); err == nil {
		return decoded
	}
	return text
}

// Redact replaces the keys in a text wherever they stand, as they are or percent-encoded up to twice, and what
// [RedactURL] replaces.
func (k Keys) Redact(text string) string { return k.redactValue(RedactURL(text)) }

// redactValue replaces the keys alone.
func (k Keys) redactValue(text string) string {
	for _, key := range k {
		text = redactKey(text, key)
	}
	return text
}

func redactKey(text, key string) string {
	if key == "" || len(text) < len(key) { // an encoded key is longer still
		return text
	}
	var found []span
	layer := layer{text: text}
	for encodings := 0; ; encodings++ {
		found = layer.find(key, found)
		if encodings == 2 || !strings.Contains(layer.text, "%") {
			break
		}
		layer = layer.decode()
	}
	if found == nil {
		return text
	}
	slices.SortFunc(found, func(a, b span) int { return a.begin - b.begin })
	var b strings.Builder
	end := 0
	for _, s := range found {
		if s.begin >= end {
			b.WriteString(text[end:s.begin])
			b.WriteString(Redacted)
		}
		end = max(end, s.end)
	}
	b.WriteString(text[end:])
	return b.String()
}

// span is a part of a text.
type span struct{ begin, end int }

// layer is a text with some of its percent-encodings undone.
type layer struct {
	text string
	at   []int // where in the original each byte begins, and where the last one ends; nil for the original itself
}

// decode undoes one percent-encoding more.
func (l layer) decode() layer {
	decoded := make([]byte, 0, len(l.text))
	at := make([]int, 0, len(l.text)+1)
	for i := 0; i < len(l.text); {
		c, size := l.text[i], 1
		if c == '%' && i+2 < len(l.text) && isHex(l.text[i+1]) && isHex(l.text[i+2]) {
			c, size = unhex(l.text[i+1])<<4|unhex(l.text[i+2]), 3
		}
		decoded = append(decoded, c)
		at = append(at, l.origin(i))
		i += size
	}
	return layer{text: string(decoded), at: append(at, l.origin(len(l.text)))}
}

func (l layer) origin(i int) int {
	if l.at == nil {
		return i
	}
	return l.at[i]
}

// find adds where in the original a key stands. In a query a plus may be a blank.
func (l layer) find(key string, found []span) []span {
	text := l.text
	if strings.Contains(key, " ") {
		text, key = strings.ReplaceAll(text, " ", "+"), strings.ReplaceAll(key, " ", "+")
	}
	whole := utf8.RuneCountInString(key) < wholeKey
	for from := 0; ; {
		at := strings.Index(text[from:], key)
		if at < 0 {
			return found
		}
		begin := from + at
		end := begin + len(key)
		if whole && !(bounds(text[:begin], true) && bounds(text[end:], false)) {
			from = begin + 1
			continue
		}
		found = append(found, span{l.origin(begin), l.origin(end)})
		from = end
	}
}

// bounds reports whether a segment or a value may begin after a text, or end before one.
func bounds(text string, before bool) bool {
	if text == "" {
		return true
	}
	c := text[0]
	if before {
		c = text[len(text)-1]
	}
	return strings.IndexByte("/?&=#,;", c) >= 0
}
