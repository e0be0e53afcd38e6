package http

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// parseURI returns the address that a text is. As in Kestra, characters that have to be written as %xx are an error, in its words.
func parseURI(text string) (*url.URL, error) {
	if err := checkURI(text); err != nil {
		return nil, err
	}
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s is no address", hideKey(text))
	case u.User != nil:
		return u, nil // refused in words that do not show the password
	case u.Scheme == "" || u.Host == "":
		return nil, fmt.Errorf("%s is no address of a server: it must begin with http:// or https://", hideKey(text))
	}
	return u, nil
}

// checkURI refuses the characters that Java's class URI does.
func checkURI(text string) error {
	if scheme, _, ok := strings.Cut(text, ":"); ok && !strings.ContainsAny(scheme, "/?#") {
		for i, r := range scheme {
			letter := r|0x20 >= 'a' && r|0x20 <= 'z'
			if !letter && (i == 0 || !strings.ContainsRune("0123456789+-.", r)) {
				return fmt.Errorf("Illegal character in scheme name at index %d: %s", i, hideKey(text)) //nolint:staticcheck // Kestra's words
			}
		}
	}
	part, index := "path", 0 // Java counts UTF-16 units
	for at, r := range text {
		switch {
		case r == '#' && part != "fragment":
			part = "fragment"
		case r == '?' && part == "path":
			part = "query"
		case r == '%' && !isEscape(text[at:]):
			return fmt.Errorf("Malformed escape pair at index %d: %s", index, hideKey(text)) //nolint:staticcheck // Kestra's words
		case r < ' ' || r == 0x7f || strings.ContainsRune("\"<>\\^`{|}#", r), (r == '[' || r == ']') && part == "path" && !inAuthority(text, at):
			return fmt.Errorf("Illegal character in %s at index %d: %s", part, index, hideKey(text)) //nolint:staticcheck // Kestra's words
		}
		if index++; r > 0xffff {
			index++
		}
	}
	return nil
}

// isEscape reports whether text begins with %xx.
func isEscape(text string) bool {
	const hex = "0123456789abcdefABCDEF"
	return len(text) > 2 && strings.IndexByte(hex, text[1]) >= 0 && strings.IndexByte(hex, text[2]) >= 0
}

// inAuthority reports whether a place of a URI is in its user, host or port, where addresses of IPv6 stand in brackets.
func inAuthority(text string, at int) bool {
	begin := strings.Index(text, "//")
	if begin < 0 || at < begin {
		return false
	}
	length := strings.IndexAny(text[begin+2:], "/?#")
	return length < 0 || at < begin+2+length
}

// withParameters returns an address with parameters added to its query.
func withParameters(address string, params *value.Map) (string, error) {
	var add []string
	for name, v := range params.All() {
		items := []value.Value{v}
		if v.Kind() == value.KindList {
			items = items[:0]
			for _, item := range v.List().All() {
				items = append(items, item)
			}
		}
		for _, item := range items {
			switch item.Kind() {
			case value.KindNull: // left out
			case value.KindMap, value.KindList:
				return "", fmt.Errorf("params.%s must be text or a list of texts", name)
			default:
				add = append(add, escape(name)+"="+escape(value.Text(item)))
			}
		}
	}
	if len(add) == 0 {
		return address, nil
	}
	address, fragment, found := strings.Cut(address, "#")
	sign := "?"
	if strings.Contains(address, "?") {
		sign = "&"
	}
	address += sign + strings.Join(add, "&")
	if found {
		address += "#" + fragment
	}
	return address, nil
}

func escape(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

// hideKey returns an address as it may be shown: without a password, and without the key if it is that of a webhook.
func hideKey(address string) string {
	const webhook = "/executions/webhook/"
	if before, rest, ok := strings.Cut(address, "://"); ok {
		authority := len(rest)
		if end := strings.IndexAny(rest, "/?#"); end >= 0 {
			authority = end
		}
		if at := strings.LastIndexByte(rest[:authority], '@'); at >= 0 {
			address = before + "://******" + rest[at:]
		}
	}
	begin := strings.Index(address, webhook)
	if begin < 0 {
		return address
	}
	end := len(address)
	if i := strings.IndexAny(address[begin:], "?#"); i >= 0 {
		end = begin + i
	}
	path := strings.SplitN(address[begin+len(webhook):end], "/", 3)
	const key = 2 // after namespace and flow
	if len(path) <= key {
		return address
	}
	path[key] = "******"
	return address[:begin+len(webhook)] + strings.Join(path, "/") + address[end:]
}
