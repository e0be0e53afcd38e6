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
		if segment.text == "" || segment.text == "." || segment.text == ".." {
			return Target{}, false
		}
		decoded, err := url.PathUnescape(segment.text)
		if err != nil || decoded == "." || decoded == ".." {
			return Target{}, false
		}
		*segment.to = decoded
	}
	return t, true
}

// RedactURL replaces, in a URL, an escaped path or a text with one, what may be a key: all that stands after the flow id
// behind "/executions/webhook/", up to the query, in which it goes on likewise. A text without that marker comes back
// unchanged. A decoded path may have a question mark inside the key and must not be given.
func RedactURL(uri string) string {
	at := strings.Index(uri, marker)
	if at < 0 {
		return uri
	}
	var b strings.Builder
	for at >= 0 {
		b.WriteString(uri[:at+len(marker)])
		path, query, hasQuery := strings.Cut(uri[at+len(marker):], "?")
		namespace, rest, _ := strings.Cut(path, "/")
		flowID, key, hasKey := strings.Cut(rest, "/")
		if hasKey && key != "" {
			path = namespace + "/" + flowID + "/" + Redacted
		}
		b.WriteString(path)
		if hasQuery {
			b.WriteByte('?')
		}
		uri, at = query, strings.Index(query, marker)
	}
	b.WriteString(uri)
	return b.String()
}
