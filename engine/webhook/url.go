package webhook

import (
	"net/url"
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
// behind "/executions/webhook/", or the last segment where there are fewer, up to the query, in which it goes on likewise.
// Spellings of the marker and of its slashes that are escaped, also more than once, count as well: such a URL fires
// nothing, and yet may hold a key, as when it is a parameter of another URL. A text without the marker comes back
// unchanged. A decoded path may have a question mark inside the key and must not be given.
func RedactURL(uri string) string { return redactBehind(marker, uri, keyBegin) }

// RedactPath replaces, in a text as for [RedactURL], all that stands behind a path, such as that of a short public URL, up
// to the query, in which it goes on likewise.
func RedactPath(path, uri string) string {
	return redactBehind(path, uri, func(rest string, _ int) int {
		if onlySlashes(rest) {
			return -1
		}
		return 0
	})
}

// redactBehind replaces what stands behind a marker, from where begin says up to the query. begin gets the rest of the path
// and how long the marker's last byte is as written.
func redactBehind(marker, uri string, begin func(rest string, slash int) int) string {
	end, slash := behind(marker, uri)
	if end < 0 {
		return uri
	}
	var b strings.Builder
	for end >= 0 {
		b.WriteString(uri[:end])
		path, query, hasQuery := strings.Cut(uri[end:], "?")
		if key := begin(path, slash); key >= 0 {
			path = path[:key] + Redacted
		}
		b.WriteString(path)
		if hasQuery {
			b.WriteByte('?')
		}
		uri = query
		end, slash = behind(marker, query)
	}
	b.WriteString(uri)
	return b.String()
}

// keyBegin returns where in a path, as it goes on behind the marker, the key may begin: behind the flow id, or with the
// last segment if some are missing; -1 if there is none. Slashes that are not as long as the marker's last, slash bytes,
// may separate segments or be a part of the key: what comes first counts.
func keyBegin(path string, slash int) int {
	begin := -1
	for _, size := range [...]int{slash, 0} {
		flowID := afterSlash(path, 0, size)
		for _, at := range [...]int{afterSlash(path, flowID, size), flowID, 0} {
			if at >= 0 && !onlySlashes(path[at:]) {
				if begin < 0 || at < begin {
					begin = at
				}
				break
			}
		}
	}
	return begin
}

func onlySlashes(text string) bool {
	for text != "" {
		c, size := firstByte(text)
		if c != '/' {
			return false
		}
		text = text[size:]
	}
	return true
}

// behind returns where the first marker in a text ends, in whatever way it is escaped, and how long its last byte is as
// written; -1 if there is none.
func behind(marker, text string) (end, last int) {
	if !strings.Contains(text, "%") {
		if at := strings.Index(text, marker); at >= 0 {
			return at + len(marker), 1
		}
		return -1, 0
	}
	for begin := range len(text) {
		end = begin
		for i, size := 0, 0; ; i++ {
			if i == len(marker) {
				return end, size
			}
			var c byte
			if c, size = firstByte(text[end:]); size == 0 || c != marker[i] {
				break
			}
			end += size
		}
	}
	return -1, 0
}

// afterSlash returns where the first slash in text[from:] ends that is as long as this as written, or whatever it is if
// length is 0; -1 if there is none, or from is -1.
func afterSlash(text string, from, length int) int {
	for at := from; 0 <= at && at < len(text); {
		c, size := firstByte(text[at:])
		if at += size; c == '/' && (length == 0 || size == length) {
			return at
		}
	}
	return -1
}

// firstByte returns the first byte of a text, decoded, and how long it is as written; 0 for no text. The percent sign of
// an escape may be escaped itself.
func firstByte(text string) (byte, int) {
	if text == "" {
		return 0, 0
	}
	if text[0] == '%' {
		at := 1
		for strings.HasPrefix(text[at:], "25") && at+3 < len(text) && isHex(text[at+2]) && isHex(text[at+3]) {
			at += 2
		}
		if at+1 < len(text) && isHex(text[at]) && isHex(text[at+1]) {
			return unhex(text[at])<<4 | unhex(text[at+1]), at + 2
		}
	}
	return text[0], 1
}
