package webhook

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func TestParseHeaderName(t *testing.T) {
	const reservedError, freeError, noName = "can never be set", "needs no permission", "is no name"
	tests := []struct{ name, want, err string }{
		{"Set-Cookie", "Set-Cookie", ""},
		{"set-cookie", "Set-Cookie", ""},
		{"strict-transport-security", "Strict-Transport-Security", ""},
		{"Access-Control-Allow-Origin", "Access-Control-Allow-Origin", ""},
		{"access-control-*", "Access-Control-*", ""},
		{"Cross-Origin-*", "Cross-Origin-*", ""},
		{"X-Accel-*", "X-Accel-*", ""},
		{"*", "", "Access-Control-*, Cross-Origin-*, X-Accel-*"},
		{"Set-*", "", "Access-Control-*, Cross-Origin-*, X-Accel-*"},
		{"Access-*", "", "Access-Control-*, Cross-Origin-*, X-Accel-*"},
		{"Connection", "", reservedError},
		{"keep-alive", "", reservedError},
		{"Proxy-Authenticate", "", reservedError},
		{"TE", "", reservedError},
		{"Trailer", "", reservedError},
		{"Transfer-Encoding", "", reservedError},
		{"Upgrade", "", reservedError},
		{"Content-Length", "", reservedError},
		{"Content-Encoding", "", reservedError},
		{"Content-Type", "", reservedError},
		{"X-Content-Type-Options", "", reservedError},
		{"Cache-Control", "", reservedError},
		{"X-Custom", "", freeError},
		{"", "", noName},
		{"Set Cookie", "", noName},
		{"Set-Cookie:", "", noName},
		{"Set-Cookie\r\n", "", noName},
	}
	for _, test := range tests {
		got, err := ParseHeaderName(test.name)
		if got != test.want || (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("%q: %q, %v, want %q, %s", test.name, got, err, test.want, test.err)
		}
	}
}

func TestResponseHeader(t *testing.T) {
	of := func(pairs ...any) value.Value {
		m := value.NewMap(0)
		for i := 0; i < len(pairs); i += 2 {
			m.Set(pairs[i].(string), pairs[i+1].(value.Value))
		}
		return value.FromMap(m)
	}
	text := value.String
	numbered := func(n int) value.Value {
		m := value.NewMap(n)
		for i := range n {
			m.Set(fmt.Sprint("X-", i), text("v"))
		}
		return value.FromMap(m)
	}
	most := http.Header{}
	for i := range maxResponseHeaders {
		most.Set(fmt.Sprint("X-", i), "v")
	}
	long := strings.Repeat("x", maxResponseHeaderBytes-len("X-A"))
	tests := []struct {
		name    string
		headers value.Value
		allowed HeaderNames
		want    http.Header
		err     string
	}{
		{"none", value.Null, nil, nil, ""},
		{"a text", of("x-a", text("b")), nil, http.Header{"X-A": {"b"}}, ""},
		{"a number and a truth", of("X-N", value.Int(7), "X-B", value.Bool(true)), nil, http.Header{"X-N": {"7"}, "X-B": {"true"}}, ""},
		{"a list", of("Link", value.ListOf(text("a"), text(""), text("b"))), nil, http.Header{"Link": {"a", "b"}}, ""},
		{"two spellings of one name", of("x-a", text("1"), "X-A", text("2")), nil, http.Header{"X-A": {"1", "2"}}, ""},
		{"nothing is left out", of("X-A", text(""), "X-B", value.Null, "X-C", text(" \n"), "", text("x")), nil, nil, ""},
		{"blanks around", of("X-A", text(" b\t\r\n")), nil, http.Header{"X-A": {"b"}}, ""},
		{"a tab, and what is not ASCII", of("X-A", text("a\té")), nil, http.Header{"X-A": {"a\té"}}, ""},
		{"CR LF", of("X-A", text("a\r\nSet-Cookie: s=1")), nil, nil, "the header X-A has a line break"},
		{"LF", of("X-A", text("a\nb")), nil, nil, "has a line break"},
		{"CR", of("X-A", text("a\rb")), nil, nil, "has a line break"},
		{"NUL", of("X-A", text("a\x00b")), nil, nil, "has a line break"},
		{"DEL", of("X-A", text("a\x7fb")), nil, nil, "has a line break"},
		{"LF in a list", of("X-A", value.ListOf(text("a"), text("b\nc"))), nil, nil, "has a line break"},
		{"a name with CR LF", of("X-A: b\r\nX-B", text("c")), nil, nil, "is no name of a header"},
		{"a name with a blank", of("X A", text("c")), nil, nil, "is no name of a header"},
		{"a name with a colon", of("Trailer:X-A", text("c")), nil, nil, "is no name of a header"},
		{"a name that is not ASCII", of("Ä", text("c")), nil, nil, "is no name of a header"},
		{"of the connection", of("connection", text("close")), nil, nil, "a flow cannot set Connection: it belongs to the connection"},
		{"of the connection, with nothing in it", of("connection", text("")), nil, nil, "a flow cannot set Connection"},
		{"framing", of("content-length", text("1")), nil, nil, "a flow cannot set Content-Length: the server sets it"},
		{"the type", of("content-type", text("text/html")), nil, nil, "write contentType"},
		{"sniffing", of("x-content-type-options", text("")), nil, nil, "it is always nosniff"},
		{"a cookie", of("set-cookie", text("a=b")), nil, nil, "a flow sets Set-Cookie only where the site has `allow_response_headers Set-Cookie`"},
		{"a cookie that the site allows", of("set-cookie", value.ListOf(text("a=b"), text("c=d"))), HeaderNames{"Set-Cookie"}, http.Header{"Set-Cookie": {"a=b", "c=d"}}, ""},
		{"HSTS beside it", of("strict-transport-security", text("max-age=1")), HeaderNames{"Set-Cookie"}, nil, "a flow sets Strict-Transport-Security only"},
		{"CORS", of("access-control-allow-origin", text("*")), HeaderNames{"Access-Control-Max-Age"}, nil, "a flow sets Access-Control-Allow-Origin only"},
		{"CORS by a pattern", of("access-control-allow-origin", text("*")), HeaderNames{"Access-Control-*"}, http.Header{"Access-Control-Allow-Origin": {"*"}}, ""},
		{"a mapping", of("X-A", of("a", text("b"))), nil, nil, "is a mapping"},
		{"a list of lists", of("X-A", value.ListOf(value.ListOf(text("b")))), nil, nil, "is a list of lists"},
		{"as many as there may be", numbered(maxResponseHeaders), nil, most, ""},
		{"one more", numbered(maxResponseHeaders + 1), nil, nil, "more than 32 headers"},
		{"as long as they may be", of("X-A", text(long)), nil, http.Header{"X-A": {long}}, ""},
		{"longer", of("X-A", text(long+"x")), nil, nil, "more than 8192 bytes"},
	}
	for _, test := range tests {
		got, err := responseHeader(test.headers, test.allowed.has)
		if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("%s: error %v, want %q", test.name, err, test.err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
		if err != nil && got != nil {
			t.Errorf("%s: headers beside an error", test.name)
		}
	}
}

func TestMediaType(t *testing.T) {
	const active, inert = true, false
	tests := []struct {
		text, want string
		active     bool
		err        string
	}{
		{"", "", inert, ""},
		{" ", "", inert, ""},
		{"text/plain", "text/plain; charset=utf-8", inert, ""},
		{" Text/Plain ", "text/plain; charset=utf-8", inert, ""},
		{"text/csv; header=present", "text/csv; charset=utf-8; header=present", inert, ""},
		{"text/plain; charset=UTF-8", "text/plain; charset=UTF-8", inert, ""},
		{"text/plain; charset=iso-8859-1", "", inert, "charset must be utf-8"},
		{"application/json", "application/json", inert, ""},
		{"application/cloudevents+json", "application/cloudevents+json", inert, ""},
		{"image/png", "image/png", inert, ""},
		{"text/html", "text/html; charset=utf-8", active, ""},
		{"TEXT/HTML; charset=utf-8", "text/html; charset=utf-8", active, ""},
		{"image/svg+xml", "image/svg+xml", active, ""},
		{"application/xhtml+xml", "application/xhtml+xml", active, ""},
		{"application/xml", "application/xml", active, ""},
		{"text/xml", "text/xml; charset=utf-8", active, ""},
		{"application/rss+xml", "application/rss+xml", active, ""},
		{"multipart/x-mixed-replace; boundary=a", "multipart/x-mixed-replace; boundary=a", active, ""},
		{"message/rfc822", "message/rfc822", active, ""},
		{"text/plain, text/html", "", inert, "is no media type"},
		{"text/plain; a=b, text/html", "", inert, "is no media type"},
		{"text/plain\r\nX-A: b", "", inert, "is no media type"},
		{"text/plain; a=\"\r\nX-A: b\"", "", inert, "is no media type"},
		{"text", "", inert, "is no media type"},
		{"attachment; filename=a", "", inert, "is no media type"},
		{"text/", "", inert, "is no media type"},
	}
	for _, test := range tests {
		got, err := parseMediaType(test.text)
		if got.text != test.want || got.active != test.active || (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("%q: %+v, %v, want %q, active %v, %s", test.text, got, err, test.want, test.active, test.err)
		}
	}
}
