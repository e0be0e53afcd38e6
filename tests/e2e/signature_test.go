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
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// checkSignatures sends signed requests that no case can: packed, as large as may be, and by HTTP without a known length.
func checkSignatures(t *testing.T, s *harness.Server, secret string) {
	t.Helper()
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
		name, body, signed string
		headers            []string
		status             int
		want               string
	}{
		{"packed", packed.String(), packed.String(), []string{"Content-Encoding", "gzip"}, 200, `{"n":"none","body":"hello"}`},
		{"10 MiB", long, long, nil, 200, `{"n":"none","body":"` + long + `"}`},
		{"10 MiB, another letter", long[1:] + "0", long, nil, 401, refused},
		{"too large", long + "0", long + "0", nil, 413, `{"message":"Request Entity Too Large: request body is larger than 10485760 bytes"}`},
	} {
		a := s.Fetch(t, "POST", webhook("signed", "key"), tt.body, append(tt.headers, "X-Signature", "sha256="+sum(tt.signed))...)
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
}

// TestSignaturesOfSenders changes one thing at a time of what a sender signed with time and id, and counts what ran: the one right request,
// once. Then the secret changes in its file: from then on, without a reload, the old one counts no more.
func TestSignaturesOfSenders(t *testing.T) {
	t.Parallel()
	const old, fresh = "first secret of this test", "second secret of this test"
	s := harness.Start(t, harness.Config{
		Global: "kestra {\nsecrets dir secrets\n}", Sites: site,
		Files: map[string]string{
			"secrets/SIGNED": old + "\n",
			"flows/standard.yaml": echoFlow("standard", "key", waitsForOutputs+"sender: standard-webhooks\nsecret: \"{{ secret('SIGNED') }}\"\n"+
				"signature: {secretEncoding: text}\n"),
		},
	})
	signed := func(secret, id, body string, at time.Time) http.Header {
		mac := hmac.New(sha256.New, []byte(secret))
		fmt.Fprintf(mac, "%s.%d.%s", id, at.Unix(), body)
		return http.Header{
			"Webhook-Id": {id}, "Webhook-Timestamp": {fmt.Sprint(at.Unix())}, "Webhook-Signature": {"v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))},
		}
	}
	send := func(header http.Header, body string) harness.Answer {
		t.Helper()
		var headers []string
		for name, texts := range header {
			for _, text := range texts {
				headers = append(headers, name, text)
			}
		}
		return s.Fetch(t, "POST", webhook("standard", "key"), body, headers...)
	}
	const form = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x--\r\n"
	now := time.Now()
	for _, tt := range []struct {
		name, body string
		change     func(h http.Header)
		late       time.Duration
		secret     string
		sent       string // "": body
	}{
		{name: "a bit of the body", body: "hello", sent: "hellp"},
		{name: "another secret", body: "hello", secret: fresh},
		{name: "no signature", body: "hello", change: func(h http.Header) { h.Del("Webhook-Signature") }},
		{name: "two signatures", body: "hello", change: func(h http.Header) { h.Add("Webhook-Signature", "v1,AAAA") }},
		{name: "another version", body: "hello", change: func(h http.Header) {
			h.Set("Webhook-Signature", strings.Replace(h.Get("Webhook-Signature"), "v1,", "v2,", 1))
		}},
		{name: "an old time", body: "hello", late: time.Hour},
		{name: "another id", body: "hello", change: func(h http.Header) { h.Set("Webhook-Id", "other") }},
		{name: "no id", body: "hello", change: func(h http.Header) { h.Del("Webhook-Id") }},
		{name: "another time", body: "hello", change: func(h http.Header) { h.Set("Webhook-Timestamp", fmt.Sprint(now.Unix()+1)) }},
		{name: "a body for none", body: "", sent: "hello"},
		{name: "none for a body", body: "hello", change: func(h http.Header) { h.Set("Content-Length", "0") }, sent: "-"},
		{name: "a form with another part", body: form, sent: strings.Replace(form, "1", "2", 1), change: func(h http.Header) { h.Set("Content-Type", "multipart/form-data; boundary=x") }},
	} {
		secret, sent := tt.secret, tt.sent
		if secret == "" {
			secret = old
		}
		if sent == "" {
			sent = tt.body
		}
		header := signed(secret, "msg_wrong", tt.body, now.Add(-tt.late))
		if tt.change != nil {
			tt.change(header)
		}
		if a := send(header, strings.TrimPrefix(sent, "-")); a.Status != http.StatusUnauthorized || a.Header.Get("X-Kestra-Execution-Id") != "" {
			t.Errorf("%s: %d %s", tt.name, a.Status, a.Body)
		}
	}
	multipart := signed(old, "msg_1", form, now)
	multipart.Set("Content-Type", "multipart/form-data; boundary=x")
	first, again := send(multipart, form), send(multipart, form)
	if first.Status != http.StatusOK || again.Status != http.StatusOK || again.Header.Get("Idempotent-Replayed") != "true" ||
		again.Header.Get("X-Kestra-Execution-Id") != first.Header.Get("X-Kestra-Execution-Id") {
		t.Errorf("the right one: %d %s, and again: %d %v", first.Status, first.Body, again.Status, again.Header)
	}
	list, err := s.Command("kestra", "executions", "--json").Output()
	if ran := strings.Count(string(list), `"flowId": "standard"`); err != nil || ran != 1 {
		t.Errorf("%d ran, want 1: %v %s", ran, err, list)
	}

	file := filepath.Join(s.Dir, "secrets", "SIGNED")
	if err := os.WriteFile(file+".new", []byte(fresh+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		t.Fatal(err)
	}
	tries := 0
	harness.Eventually(t, time.Minute, "the new secret counts", func() bool {
		tries++
		return send(signed(fresh, fmt.Sprint("msg_fresh_", tries), "hello", now), "hello").Status == http.StatusOK
	})
	if a := send(signed(old, "msg_old", "hello", now), "hello"); a.Status != http.StatusUnauthorized {
		t.Errorf("the old secret: %d %s", a.Status, a.Body)
	}
	if out := s.Output(); strings.Contains(out, old) || strings.Contains(out, fresh) {
		t.Error("the log shows a secret")
	}
}
