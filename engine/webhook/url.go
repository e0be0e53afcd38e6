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
	_, rest := cutPrefix(escapedPath)
	namespace, rest, ok := strings.Cut(rest, "/")
	if !ok {
		return Target{}, false
	}
	flowID, key, ok := strings.Cut(rest, "/")
	if !ok || strings.Contains(key, "/") {
		return Target{}, false
	}
	segments := [...]string{namespace, flowID, key}
	if !unescapeAll(segments[:]) {
		return Target{}, false
	}
	return Target{Namespace: segments[0], FlowID: segments[1], Key: segments[2]}, true
}

// unescapeAll decodes segments, each once. It reports false for one that is empty, dots, or broken.
func unescapeAll(segments []string) bool {
	for i, segment := range segments {
		decoded, err := url.PathUnescape(segment)
		if err != nil || decoded == "" || decoded == "." || decoded == ".." {
			return false
		}
		segments[i] = decoded
	}
	return true
}

// cutPrefix splits a path behind one of the two prefixes of webhook URLs; without one, both parts are empty.
func cutPrefix(path string) (prefix, rest string) {
	for _, prefix := range [...]string{Prefix, PrefixMain} {
		if rest, ok := strings.CutPrefix(path, prefix); ok {
			return prefix, rest
		}
	}
	return "", ""
}

// RedactURL replaces the key in any text that contains a webhook URL. After "/executions/webhook/", everything that follows
// the flow id up to the query is taken for the key; with fewer segments the last one is, since it may be the key. The query
// is searched for further webhook URLs.
//
// The marker is also found when it or its slashes are percent-encoded, even more than once: such a URL fires nothing but may
// still hold a key, for example as a parameter of another URL. A text without the marker is returned unchanged. Do not pass
// a decoded path: a question mark inside the key would be taken for the beginning of the query.
func RedactURL(uri string) string { return redactBehind(marker, uri, keyBegin) }

// RedactPath replaces everything after a path, such as "/hooks/" of short public URLs, up to the query, and searches the query
// for further ones. The text is one as for [RedactURL].
func RedactPath(path, uri string) string {
	return redactBehind(path, uri, func(rest string, _ int) int {
		if onlySlashes(rest) {
			return -1
		}
		return 0
	})
}

// redactBehind replaces a part of the path after each marker: from the index that begin returns up to the query. begin gets
// the path after the marker, and the length of the marker's last byte as written, which is more than 1 if it is encoded.
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

// keyBegin returns where the key may begin in a path after the marker: after the flow id, or at the last segment if some are
// missing; -1 if there is no segment. slash is the length of the marker's last slash as written. A slash of another length
// may separate segments or be part of the key, so the earlier of the two positions is returned.
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

// behind returns the index after the first marker in a text, whether it is percent-encoded or not, and the length of the
// marker's last byte as written; -1 if there is no marker.
func behind(marker, text string) (end, last int) {
	if len(text) < len(marker) {
		return -1, 0
	}
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

// afterSlash returns the index after the first slash in text[from:] that is written with length bytes (0: any number); -1 if
// there is none or from is -1.
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
