package e2e

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// TestHandshake asks as Azure Event Grid does whether it may send, byte for byte, and then sends an event.
func TestHandshake(t *testing.T) {
	t.Parallel()
	s := badRequestServer(t)
	ask := func(method, key, headers string) harness.Answer {
		c := dial(t, s)
		c.send(method + " " + webhook("cel", key) + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n")
		a := c.answer(method)
		a.Header.Del("Date")
		return a
	}
	const origin = "webhook-request-origin: eventgrid.azure.net\r\nwebhook-request-callback: https://localhost/confirm\r\n"
	type handshake struct{ allowed, rate, allow string }
	for _, tt := range []struct {
		name, method, key, headers string
		status                     int
		want                       handshake
	}{
		{"right key", "OPTIONS", "key", origin, 200, handshake{"eventgrid.azure.net", "*", "GET, POST, PUT"}},
		{"a rate is asked for", "OPTIONS", "key", origin + "WebHook-Request-Rate: 120\r\n", 200, handshake{"eventgrid.azure.net", "*", "GET, POST, PUT"}},
		{"wrong key", "OPTIONS", "other", origin, 405, handshake{"", "", "GET, POST, PUT"}},
		{"empty origin", "OPTIONS", "key", "WebHook-Request-Origin:\r\n", 405, handshake{"", "", "GET, POST, PUT"}},
		{"preflight of a browser", "OPTIONS", "key", "Origin: https://example.com\r\nAccess-Control-Request-Method: POST\r\n", 405, handshake{"", "", "GET, POST, PUT"}},
		{"HEAD", "HEAD", "key", origin, 405, handshake{"", "", "GET, POST, PUT"}},
	} {
		a := ask(tt.method, tt.key, tt.headers)
		got := handshake{a.Header.Get("WebHook-Allowed-Origin"), a.Header.Get("WebHook-Allowed-Rate"), a.Header.Get("Allow")}
		if a.Status != tt.status || got != tt.want || a.Status == 200 && a.Body != "" {
			t.Errorf("%s: %d %q %q, want %d %q", tt.name, a.Status, a.Body, got, tt.status, tt.want)
		}
	}
	if diff := cmp.Diff(ask("OPTIONS", "other", ""), ask("OPTIONS", "other", origin)); diff != "" {
		t.Errorf("without the key the header is noticed (-without +with it):\n%s", diff)
	}
	event := s.Fetch(t, "POST", webhook("cel", "key")+"?n=1", `{"hello":"world"}`, "Content-Type", "application/cloudevents+json", "WebHook-Request-Origin", "eventgrid.azure.net")
	want(t, "an event after it", event, 200, `{"n":"1","body":"{\"hello\":\"world\"}"}`)
}

// TestProbe asks by HEAD whether a URL is there, as Trello does when a webhook is made.
func TestProbe(t *testing.T) {
	t.Parallel()
	never := "conditions:\n  - {type: cel, expression: \"false\"}\n"
	s := harness.Start(t, harness.Config{Sites: site, Files: map[string]string{
		"flows/probed.yaml":   echoFlow("probed", "key", "probe: true\n"+never),
		"flows/silent.yaml":   echoFlow("silent", "key", never),
		"flows/disabled.yaml": echoFlow("disabled", "key", "probe: true\ndisabled: true\n"),
	}})
	for _, tt := range []struct {
		method, flow, key string
		status            int
		allow             string
	}{
		{"HEAD", "probed", "key", 200, ""},
		{"HEAD", "probed", "other", 405, "GET, POST, PUT"},
		{"HEAD", "silent", "key", 405, "GET, POST, PUT"},
		{"HEAD", "nowhere", "key", 405, "GET, POST, PUT"},
		{"HEAD", "disabled", "key", 409, ""},
		{"OPTIONS", "probed", "key", 405, "GET, POST, PUT, HEAD"},
		{"OPTIONS", "silent", "key", 405, "GET, POST, PUT"},
		{"GET", "probed", "key", 204, ""},
	} {
		a := s.Fetch(t, tt.method, webhook(tt.flow, tt.key), "")
		if a.Status != tt.status || a.Header.Get("Allow") != tt.allow || a.Body != "" || a.Header.Get("X-Kestra-Execution-Id") != "" {
			t.Errorf("%s %s %s: %d, %q, %v", tt.method, tt.flow, tt.key, a.Status, a.Body, a.Header)
		}
	}
}
