package outbound

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// answers answer requests by their path.
type answers map[string]*http.Response

// RoundTrip implements [http.RoundTripper].
func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := a[r.URL.Path]
	answer.Request = r
	return answer, nil
}

// TestThrough sends a request through a wire, by a proxy that does not exist, and follows a redirect; and connects to nothing.
func TestThrough(t *testing.T) {
	c := Through(answers{
		"/a": {StatusCode: 302, Status: "302 Found", Header: http.Header{"Location": {"https://example.invalid/b"}}, Body: http.NoBody},
		"/b": {StatusCode: 200, Status: "200 OK", Header: http.Header{}, Body: io.NopCloser(strings.NewReader("there"))},
	})
	answer, err := c.Send(t.Context(), &task.HTTPRequest{
		Method: http.MethodGet, URL: &url.URL{Scheme: "http", Host: "example.invalid", Path: "/a"}, Proxy: &task.HTTPProxy{Host: "proxy.invalid", Port: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if text, err := io.ReadAll(answer.Body); string(text) != "there" || err != nil {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := c.Dial(t.Context(), "127.0.0.1:1"); err == nil || err.Error() != "Connect to 127.0.0.1:1 failed: nothing is connected to in a test of flows" {
		t.Errorf("a connection: %v", err)
	}
}
