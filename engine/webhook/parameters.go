package webhook

import (
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// parameters returns the request's parameters as expressions see them, without its key: a rewrite may have taken it out of
// one. A webhook URL as a parameter stays: it is there to be called.
func (r *Request) parameters() *value.Map {
	return parseParameters(Keys{r.Target.Key}.redactValue(r.RawQuery))
}

// parseParameters reads a query string or a form into a map of name to list of texts, names in the order of their first
// appearance. `+` is a blank, only `&` separates, a name without `=` has the value "", an empty name is dropped and a
// malformed escape stays as it is. Bytes that are no UTF-8 become U+FFFD.
func parseParameters(query string) *value.Map {
	lists := make(map[string][]value.Value)
	var names []string
	for pair := range strings.SplitSeq(query, "&") {
		name, text, _ := strings.Cut(pair, "=")
		if name = unescape(name); name == "" {
			continue
		}
		if _, seen := lists[name]; !seen {
			names = append(names, name)
		}
		lists[name] = append(lists[name], value.String(unescape(text)))
	}
	m := value.NewMap(len(names))
	for _, name := range names {
		m.Set(name, value.ListOf(lists[name]...))
	}
	return m
}

// unescape decodes form encoding and keeps what is malformed.
func unescape(s string) string {
	if !strings.ContainsAny(s, "%+") {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '+':
			b.WriteByte(' ')
		case c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			b.WriteByte(unhex(s[i+1])<<4 | unhex(s[i+2]))
			i += 2
		default:
			b.WriteByte(c)
		}
	}
	return strings.ToValidUTF8(b.String(), "\uFFFD")
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func unhex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c <= 'F':
		return c - 'A' + 10
	default:
		return c - 'a' + 10
	}
}
