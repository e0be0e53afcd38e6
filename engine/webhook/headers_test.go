package webhook

import (
	"net/http"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// jsonOf returns the JSON text of a map.
func jsonOf(m *value.Map) string { return value.JSON(value.FromMap(m)) }

func TestHeaders(t *testing.T) {
	tests := []struct {
		name    string
		request Request
		want    string
	}{
		{"none", Request{}, `{}`},
		{"sorted by name", Request{Header: http.Header{"X-B": {"2"}, "X-A": {"1"}, "Accept": {"*/*"}}}, `{"Accept":["*/*"],"X-A":["1"],"X-B":["2"]}`},
		{"values keep their order", Request{Header: http.Header{"X-A": {"b", "a", ""}}}, `{"X-A":["b","a",""]}`},
		{"commas do not split", Request{Header: http.Header{"X-A": {"a, b"}}}, `{"X-A":["a, b"]}`},
		{"Host is put back", Request{Host: "example.com:8080", Header: http.Header{"X-A": {"1"}}}, `{"Host":["example.com:8080"],"X-A":["1"]}`},
		{"Transfer-Encoding is put back", Request{TransferEncoding: []string{"chunked"}}, `{"Transfer-Encoding":["chunked"]}`},
		{"one cookie", Request{Header: http.Header{"Cookie": {"a=1"}}}, `{"Cookie":["a=1"]}`},
		{"cookies of one line", Request{Header: http.Header{"Cookie": {"a=1; b=2;c=3"}}}, `{"Cookie":["a=1","b=2","c=3"]}`},
		{"cookies of several lines", Request{Header: http.Header{"Cookie": {"a=1; b=2", "c=3"}}}, `{"Cookie":["a=1","b=2","c=3"]}`},
		{"nothing behind the last cookie", Request{Header: http.Header{"Cookie": {"a=1; ", ""}}}, `{"Cookie":["a=1"]}`},
		{"Set-Cookie is not split", Request{Header: http.Header{"Set-Cookie": {"a=1; Path=/"}}}, `{"Set-Cookie":["a=1; Path=/"]}`},
		{"UTF-8", Request{Header: http.Header{"X-A": {"é🚀"}}}, `{"X-A":["é🚀"]}`},
		{"Latin-1", Request{Header: http.Header{"X-A": {"caf\xe9 \xff"}}}, `{"X-A":["café ÿ"]}`},
		{"broken UTF-8 is Latin-1 as a whole", Request{Header: http.Header{"X-A": {"é\xff"}}}, `{"X-A":["Ã©ÿ"]}`},
		{"credentials, which conditions see", Request{Header: http.Header{"Authorization": {"Basic eA=="}}}, `{"Authorization":["Basic eA=="]}`},
	}
	for _, test := range tests {
		if got := jsonOf(test.request.headers()); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
		lists, texts := test.request.headerLists(nil, nil)
		text := appendHeaders(nil, lists, texts)
		if size := sizeHeaders(lists, texts); string(text) != test.want || size != int64(len(text)) {
			t.Errorf("%s: as text %s, of %d bytes, want %s", test.name, text, size, test.want)
		}
	}
}

// TestHeadersLookedAtOften checks that a header reads the same before and after all headers are made at once, which happens when
// several have been read.
func TestHeadersLookedAtOften(t *testing.T) {
	r := Request{Host: "h", Header: http.Header{"X-A": {"1", "2"}, "Cookie": {""}}}
	headers := r.headers()
	for range 3 * fewLooks {
		for name, want := range map[string]string{"x-a": `["1","2"]`, "host": `["h"]`, "cookie": `[]`, "X-B": `null`} {
			v, ok := headers.Get(name)
			if got := value.JSON(v); got != want || ok != (want != "null") || headers.Has(name) != ok {
				t.Errorf("%s is %s, %t, want %s", name, got, ok, want)
			}
		}
	}
}

func TestHeadersAreFoundInAnyCase(t *testing.T) {
	r := Request{Host: "example.com", Header: http.Header{"X-Github-Event": {"push"}}}
	headers := r.headers()
	for _, name := range []string{"X-GitHub-Event", "x-github-event", "X-GITHUB-EVENT", "host"} {
		if _, ok := headers.Get(name); !ok {
			t.Errorf("%s is not found", name)
		}
	}
	if v, ok := headers.Get("X-GitHub"); ok {
		t.Errorf("X-GitHub is found: %v", v)
	}
}

func TestHeadersOfTheRequestAreNotChanged(t *testing.T) {
	header := http.Header{"Cookie": {"a=1; b=2"}}
	r := Request{Host: "example.com", Header: header}
	r.headers()
	if len(header) != 1 || len(header["Cookie"]) != 1 || header["Cookie"][0] != "a=1; b=2" {
		t.Errorf("the request has %v now", header)
	}
}

func BenchmarkHeaders(b *testing.B) {
	r := Request{Host: "example.com", Header: http.Header{
		"Content-Type": {"application/json"}, "X-Github-Event": {"pull_request"}, "User-Agent": {"GitHub-Hookshot/044aadd"},
		"X-Github-Delivery": {"72d3162e-cc78-11e3-81ab-4c9367dc0958"}, "X-Hub-Signature-256": {"sha256=7d38cdd689735b008b3c702edd92eea23791c5f6"},
		"Accept": {"*/*"}, "Content-Length": {"7324"}, "Accept-Encoding": {"gzip"},
	}}
	b.ReportAllocs()
	for b.Loop() {
		r.headers()
	}
}

func TestHeadersHoldNoKeyOfAnyWebhook(t *testing.T) {
	r := &Request{Header: http.Header{"Referer": {"https://example.com" + Prefix + "company.team/f/secret?x=1"}}}
	referer, _ := r.headers().Get("referer")
	want := "https://example.com" + Prefix + "company.team/f/" + Redacted + "?x=1"
	if got := referer.List().At(0).Str(); got != want {
		t.Errorf("trigger.headers.Referer[0] is %q, want %q", got, want)
	}
}

func TestHeadersHoldNoKeyOfTheRequest(t *testing.T) {
	r := &Request{Target: Target{Key: "se/cret"}, Header: http.Header{
		"X-Key": {"se/cret"}, "X-Forwarded-Uri": {"/hooks/se%2Fcret?x"}, "X-Original-Url": {"/?to=%2Fhooks%2Fse%252fcret"}, "Cookie": {"a=se/cret; b=se"},
	}}
	const want = `{"Cookie":["a=REDACTED","b=se"],"X-Forwarded-Uri":["/hooks/REDACTED?x"],"X-Key":["REDACTED"],"X-Original-Url":["/?to=%2Fhooks%2FREDACTED"]}`
	if got := jsonOf(r.headers()); got != want {
		t.Errorf("headers are %s, want %s", got, want)
	}
}
