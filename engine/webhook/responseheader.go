package webhook

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// How many headers an answer may have of a flow, each value counted, and how many bytes their names and values may have together:
// what goes through the usual proxies in front of a server.
const (
	maxResponseHeaders     = 32
	maxResponseHeaderBytes = 8 << 10
)

// HeaderNames are the names of headers that a site allows in answers of its flows beside those that all may set.
type HeaderNames []string

// ParseHeaderName returns a name as [HeaderNames] have it, which may end with a * as in Access-Control-*. The error says why it
// cannot, or need not, be allowed.
func ParseHeaderName(name string) (string, error) {
	canonical := http.CanonicalHeaderKey(name)
	if prefix, all := strings.CutSuffix(canonical, "*"); all {
		if slices.Contains(sitePrefixes, prefix) {
			return canonical, nil
		}
		return "", fmt.Errorf("%q: of the names that end with a star there are %s*", name, strings.Join(sitePrefixes, "*, "))
	}
	switch {
	case !httpguts.ValidHeaderFieldName(name):
		return "", fmt.Errorf("%q is no name of a header", name)
	case reserved(canonical) != "":
		return "", fmt.Errorf("%s can never be set by a flow: %s", canonical, reserved(canonical))
	case !needsSite(canonical):
		return "", fmt.Errorf("%s needs no permission: every flow may set it", canonical)
	}
	return canonical, nil
}

// has reports whether the site allows a header, by its canonical name.
func (n HeaderNames) has(canonical string) bool {
	return slices.ContainsFunc(n, func(allowed string) bool {
		prefix, all := strings.CutSuffix(allowed, "*")
		return allowed == canonical || all && strings.HasPrefix(canonical, prefix)
	})
}

// siteNames are the headers that have an effect beyond the answer they are in: on what a browser does with the whole site, or on what
// a proxy in front does. A flow sets them only where the site says so.
var siteNames = []string{
	"Alt-Svc", "Cdn-Cache-Control", "Clear-Site-Data", "Expect-Ct", "Nel", "Origin-Agent-Cluster", "Public-Key-Pins", "Public-Key-Pins-Report-Only",
	"Report-To", "Reporting-Endpoints", "Service-Worker-Allowed", "Set-Cookie", "Set-Cookie2", "Strict-Transport-Security", "Surrogate-Control",
	"Timing-Allow-Origin", "X-Sendfile",
}

// sitePrefixes are how the names of others begin.
var sitePrefixes = []string{"Access-Control-", "Cross-Origin-", "X-Accel-"}

func needsSite(canonical string) bool {
	return slices.Contains(siteNames, canonical) ||
		slices.ContainsFunc(sitePrefixes, func(prefix string) bool { return strings.HasPrefix(canonical, prefix) })
}

// reserved returns why no flow sets a header; "" for one that flows may set.
func reserved(canonical string) string {
	switch canonical {
	case "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authentication-Info", "Proxy-Authorization",
		"Te", "Trailer", "Transfer-Encoding", "Upgrade", "Http2-Settings":
		return "it belongs to the connection"
	case "Content-Length", "Content-Encoding", "Content-Range", "Date":
		return "the server sets it"
	case "Content-Type":
		return "write contentType"
	case "X-Content-Type-Options":
		return "it is always nosniff"
	case "Cache-Control":
		return "it is always no-store"
	case "X-Kestra-Execution-Id", "Idempotent-Replayed":
		return "it says what became of the request"
	default:
		return ""
	}
}

// checkHeaderName returns why a flow cannot set a header.
func checkHeaderName(name string) error {
	if !httpguts.ValidHeaderFieldName(name) {
		return fmt.Errorf("%q is no name of a header", cutName(name))
	}
	canonical := http.CanonicalHeaderKey(name)
	if why := reserved(canonical); why != "" {
		return fmt.Errorf("a flow cannot set %s: %s", canonical, why)
	}
	return nil
}

// errHeaderValue is the error of a text that cannot be the value of a header. It does not quote the text, which may be a secret.
var errHeaderValue = errors.New("has a line break or another control character in it")

// headerTexts returns the values of a header: one for a scalar, without the blanks around it, several for a list of them, and none for
// nothing.
func headerTexts(v value.Value) ([]string, error) {
	switch v.Kind() {
	case value.KindMap:
		return nil, errors.New("must be a text or a list of texts, is a mapping")
	case value.KindList:
		var all []string
		for _, item := range v.List().All() {
			if item.Kind() == value.KindList {
				return nil, errors.New("must be a text or a list of texts, is a list of lists")
			}
			texts, err := headerTexts(item)
			if err != nil {
				return nil, err
			}
			all = append(all, texts...)
		}
		return all, nil
	case value.KindNull:
		return nil, nil
	default:
		text := strings.TrimSpace(value.Text(v))
		if text == "" {
			return nil, nil
		}
		if !httpguts.ValidHeaderFieldValue(text) {
			return nil, errHeaderValue
		}
		return []string{text}, nil
	}
}

// responseHeader makes the headers of an answer out of what was rendered: a map, or nothing. A name that is empty is left out, as is one
// without a value. allowed says whether the site allows a header; nil: it is not known which site it will be.
func responseHeader(rendered value.Value, allowed func(canonical string) bool) (http.Header, error) {
	var header http.Header
	count, size := 0, 0
	for name, v := range rendered.Map().All() {
		if name == "" {
			continue
		}
		if err := checkHeaderName(name); err != nil {
			return nil, err
		}
		canonical := http.CanonicalHeaderKey(name)
		if allowed != nil && needsSite(canonical) && !allowed(canonical) {
			return nil, errors.New(notAllowed(canonical))
		}
		texts, err := headerTexts(v)
		if err != nil {
			return nil, fmt.Errorf("the header %s %w", canonical, err)
		}
		for _, text := range texts {
			if header == nil {
				header = make(http.Header, rendered.Map().Len())
			}
			header[canonical] = append(header[canonical], text)
			count++
			size += len(canonical) + len(text)
		}
	}
	if count > maxResponseHeaders {
		return nil, fmt.Errorf("there are more than %d headers", maxResponseHeaders)
	}
	if size > maxResponseHeaderBytes {
		return nil, fmt.Errorf("the headers have more than %d bytes", maxResponseHeaderBytes)
	}
	return header, nil
}

// notAllowed says that a site does not allow a header.
func notAllowed(canonical string) string {
	return "a flow sets " + canonical + " only where the site has `allow_response_headers " + canonical + "`"
}

// cutName cuts what should be a name to a length that fits into a line.
func cutName(name string) string {
	const most = 64
	if len(name) > most {
		return strings.ToValidUTF8(name[:most], "") + "…"
	}
	return name
}
