package webhook

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// headers returns the request's headers as expressions see them: names in Go's canonical spelling, sorted, looked up
// without regard to case, each with the list of its values. Host and Transfer-Encoding, which net/http takes out, are
// put back; every cookie is an entry of its own, whichever way the protocol version packed them. Keys are replaced in the
// values, because executions and answers carry them: the key of this request, and any key in a webhook URL such as the
// Referer's.
func (r *Request) headers() *value.Map {
	names := make([]string, 0, len(r.Header)+2)
	count := 2
	for name, texts := range r.Header {
		if name != "Host" && name != "Transfer-Encoding" {
			names = append(names, name)
			count += len(texts)
		}
	}
	if r.Host != "" {
		names = append(names, "Host")
	}
	if len(r.TransferEncoding) > 0 {
		names = append(names, "Transfer-Encoding")
	}
	slices.Sort(names)
	m, keys := value.NewFoldMap(len(names)), Keys{r.Target.Key}
	items := make([]value.Value, 0, count) // of all lists, one after the other
	for _, name := range names {
		first := len(items)
		for _, text := range r.headerTexts(name) {
			items = append(items, value.String(keys.Redact(headerText(text))))
		}
		m.Set(name, value.ListOf(items[first:len(items):len(items)]...))
	}
	return m
}

func (r *Request) headerTexts(name string) []string {
	switch name {
	case "Host":
		return []string{r.Host}
	case "Transfer-Encoding":
		return r.TransferEncoding
	case "Cookie":
		return splitCookies(r.Header[name])
	default:
		return r.Header[name]
	}
}

func splitCookies(lines []string) []string {
	var cookies []string
	for _, line := range lines {
		for cookie := range strings.SplitSeq(line, ";") {
			if cookie = strings.TrimSpace(cookie); cookie != "" {
				cookies = append(cookies, cookie)
			}
		}
	}
	return cookies
}

// headerText returns the bytes of a header value as text: UTF-8 if they are valid UTF-8, else Latin-1.
func headerText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}
