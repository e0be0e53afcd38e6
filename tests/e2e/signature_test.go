package e2e

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// TestSignatures sends signed requests as senders do, by HTTP with and without a known length, and sees that neither the secret nor
// a token that is sent in its place is in an answer or a line of the log.
func TestSignatures(t *testing.T) {
	t.Parallel()
	const secret = "quite-a-secret-4711"
	signed := func(lines string) []string {
		return []string{waitsForOutputs + "signature:\n  header: X-Signature\n  secret: \"{{ secret('SIGNED') }}\"\n" + lines}
	}
	s := harness.Start(t, harness.Config{Sites: site, Env: []string{"SECRET_SIGNED=" + base64.StdEncoding.EncodeToString([]byte(secret))}, Files: map[string]string{
		"flows/signed.yaml": echoFlow("signed", "key", signed("  prefix: sha256=")...),
		"flows/url.yaml":    echoFlow("url", "key", signed("  payload: \"{method} {url} {body}\"")...),
		"flows/token.yaml":  echoFlow("token", "key", signed("  algorithm: PLAIN")...),
	}})
	sum := func(text string) string {
		mac := hmac.New(sha256.New, []byte(secret))
		_, _ = io.WriteString(mac, text)
		return hex.EncodeToString(mac.Sum(nil))
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = io.WriteString(z, "hello")
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	const refused = `{"message":"Invalid webhook signature."}`
	long := strings.Repeat("0123456789abcdef", 640<<10) // 10 MiB, as much as a body may have
	for _, tt := range []struct {
		name, method, path, body, signature string
		headers                             []string
		status                              int
		want                                string
	}{
		{"right", "POST", webhook("signed", "key"), "hello", "sha256=" + sum("hello"), nil, 200, `{"n":"none","body":"hello"}`},
		{"in other letters", "PUT", webhook("signed", "key"), "hello", "", []string{"x-signature", "sha256=" + sum("hello")}, 200, `{"n":"none","body":"hello"}`},
		{"GET", "GET", webhook("signed", "key") + "?n=3", "", "sha256=" + sum(""), nil, 200, `{"n":"3","body":"no body"}`},
		{"packed", "POST", webhook("signed", "key"), packed.String(), "sha256=" + sum(packed.String()), []string{"Content-Encoding", "gzip"}, 200, `{"n":"none","body":"hello"}`},
		{"a form", "POST", webhook("signed", "key"), "a=%20b", "sha256=" + sum("a=%20b"), []string{"Content-Type", "application/x-www-form-urlencoded"}, 200, `{"n":"none","body":"a=%20b"}`},
		{"10 MiB", "POST", webhook("signed", "key"), long, "sha256=" + sum(long), nil, 200, `{"n":"none","body":"` + long + `"}`},
		{"10 MiB, another letter", "POST", webhook("signed", "key"), long[1:] + "0", "sha256=" + sum(long), nil, 401, refused},
		{"too large", "POST", webhook("signed", "key"), long + "0", "sha256=" + sum(long+"0"), nil, 413, `{"message":"Request Entity Too Large: request body is larger than 10485760 bytes"}`},
		{"none", "POST", webhook("signed", "key"), "hello", "", nil, 401, refused},
		{"another body", "POST", webhook("signed", "key"), "hello", "sha256=" + sum("hallo"), nil, 401, refused},
		{"wrong key", "POST", webhook("signed", "other"), "hello", "sha256=" + sum("hello"), nil, 404, notFound},
		{"the URL", "POST", webhook("url", "key") + "?n=%32", "hello", sum("POST " + s.URL(webhook("url", "key")+"?n=%32") + " hello"), nil, 200, `{"n":"2","body":"hello"}`},
		{"another URL", "POST", webhook("url", "key") + "?n=2", "hello", sum("POST " + s.URL(webhook("url", "key")+"?n=%32") + " hello"), nil, 401, refused},
		{"a token", "POST", webhook("token", "key"), "hello", secret, nil, 200, `{"n":"none","body":"hello"}`},
		{"another token", "POST", webhook("token", "key"), "hello", secret + "x", nil, 401, refused},
	} {
		headers := tt.headers
		if tt.signature != "" {
			headers = append(headers, "X-Signature", tt.signature)
		}
		a := s.Fetch(t, tt.method, tt.path, tt.body, headers...)
		if a.Status != tt.status || a.Body != tt.want {
			t.Errorf("%s: %d %.200s, want %d %.200s", tt.name, a.Status, a.Body, tt.status, tt.want)
		}
	}

	// In pieces whose number nobody knows before.
	pieces := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: localhost\r\nX-Signature: sha256=%s\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
		webhook("signed", "key"), sum("hello"))
	c, err := new(net.Dialer).DialContext(context.Background(), "tcp", strings.TrimPrefix(s.URL(""), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, pieces); err != nil {
		t.Fatal(err)
	}
	if answer, err := io.ReadAll(c); err != nil || !bytes.HasPrefix(answer, []byte("HTTP/1.1 "+fmt.Sprint(http.StatusOK))) {
		t.Errorf("in pieces: %v, %.300s", err, answer)
	}
	if strings.Contains(s.Output(), secret) {
		t.Error("the log shows the secret")
	}
}
