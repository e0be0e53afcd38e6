package webhook

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// headers returns the request's headers as expressions see them: names in Go's canonical spelling, sorted, looked up
// without regard to case, each with the list of its values. Host and Transfer-Encoding, which net/http takes out, are
// put back; every cookie is an entry of its own, whichever way the protocol version packed them.
func (r *Request) headers() *value.Map {
	lists := make(map[string][]string, len(r.Header)+2)
	for name, texts := range r.Header {
		if name == "Cookie" {
			texts = splitCookies(texts)
		}
		lists[name] = texts
	}
	if r.Host != "" {
		lists["Host"] = []string{r.Host}
	}
	if len(r.TransferEncoding) > 0 {
		lists["Transfer-Encoding"] = r.TransferEncoding
	}
	names := make([]string, 0, len(lists))
	for name := range lists {
		names = append(names, name)
	}
	slices.Sort(names)
	m := value.NewFoldMap(len(names))
	for _, name := range names {
		items := make([]value.Value, len(lists[name]))
		for i, text := range lists[name] {
			items[i] = value.String(headerText(text))
		}
		m.Set(name, value.ListOf(items...))
	}
	return m
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
