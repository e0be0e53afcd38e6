package webhook

import (
	"net/url"
	"strconv"
	"strings"
)

// The prefixes of all webhook URLs: without a tenant, and with Kestra's only open-source tenant.
const (
	Prefix     = "/api/v1/executions/webhook/"
	PrefixMain = "/api/v1/main/executions/webhook/"
)

// marker is what every webhook URL contains, of any tenant; redaction goes by it alone.
const marker = "/executions/webhook/"

// Redacted stands in texts where a key was.
const Redacted = "REDACTED"

// IsURL reports whether an escaped path is below one of the two prefixes, and so is answered by this module whatever
// its shape.
func IsURL(escapedPath string) bool {
	return strings.HasPrefix(escapedPath, Prefix) || strings.HasPrefix(escapedPath, PrefixMain)
}

// ParseURL splits the escaped path of a URL that [IsURL] accepts into its three segments and decodes each of them once.
// It reports false for a path of a wrong shape: an empty, missing, extra or dot segment, or a broken escape. A key may
// hold any character, an encoded slash included.
func ParseURL(escapedPath string) (Target, bool) {
	rest, ok := strings.CutPrefix(escapedPath, Prefix)
	if !ok {
		if rest, ok = strings.CutPrefix(escapedPath, PrefixMain); !ok {
			return Target{}, false
		}
	}
	namespace, rest, ok := strings.Cut(rest, "/")
	if !ok {
		return Target{}, false
	}
	flowID, key, ok := strings.Cut(rest, "/")
	if !ok || strings.Contains(key, "/") {
		return Target{}, false
	}
	var t Target
	for _, segment := range []struct {
		to   *string
		text string
	}{{&t.Namespace, namespace}, {&t.FlowID, flowID}, {&t.Key, key}} {
		decoded, err := url.PathUnescape(segment.text)
		if err != nil || decoded == "" || decoded == "." || decoded == ".." {
			return Target{}, false
		}
		*segment.to = decoded
	}
	return t, true
}

// RedactURL replaces, in a URL, an escaped path or a text with one, what may be a key: all that stands after the flow id
// behind "/executions/webhook/" (the second of only two segments is no flow id for sure), up to the query, in which it goes
// on likewise. Escaped spellings of the marker and of its
// slashes count as well: such a URL fires nothing, and yet may hold a key, as when it is a parameter of another URL. A text
// without the marker comes back unchanged. A decoded path may have a question mark inside the key and must not be given.
func RedactURL(uri string) string {
	end := afterMarker(uri)
	if end < 0 {
		return uri
	}
	var b strings.Builder
	for end >= 0 {
		b.WriteString(uri[:end])
		path, query, hasQuery := strings.Cut(uri[end:], "?")
		flowID := afterSlash(path, 0)
		switch key := afterSlash(path, flowID); {
		case 0 < key && key < len(path):
			path = path[:key] + Redacted
		case key < 0 && 0 < flowID && flowID < len(path): // a segment is missing, and this may be the key
			path = path[:flowID] + Redacted
		}
		b.WriteString(path)
		if hasQuery {
			b.WriteByte('?')
		}
		uri, end = query, afterMarker(query)
	}
	b.WriteString(uri)
	return b.String()
}

// afterMarker returns where the first marker in a text ends, in whatever way it is escaped; -1 if there is none.
func afterMarker(text string) int {
	if !strings.Contains(text, "%") {
		if at := strings.Index(text, marker); at >= 0 {
			return at + len(marker)
		}
		return -1
	}
	for begin := range len(text) {
		end := begin
		for i := 0; ; i++ {
			if i == len(marker) {
				return end
			}
			c, size := firstByte(text[end:])
			if size == 0 || c != marker[i] {
				break
			}
			end += size
		}
	}
	return -1
}

// afterSlash returns where the first slash in text[from:], escaped or not, ends; -1 if there is none, or from is -1.
func afterSlash(text string, from int) int {
	for at := from; 0 <= at && at < len(text); {
		c, size := firstByte(text[at:])
		if at += size; c == '/' {
			return at
		}
	}
	return -1
}

// firstByte returns the first byte of a text, decoded, and how long it is as written; 0 for no text.
func firstByte(text string) (byte, int) {
	if len(text) >= 3 && text[0] == '%' {
		if c, err := strconv.ParseUint(text[1:3], 16, 8); err == nil {
			return byte(c), 3
		}
	}
	if text == "" {
		return 0, 0
	}
	return text[0], 1
}
