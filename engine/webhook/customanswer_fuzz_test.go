package webhook

import (
	"bufio"
	"bytes"
	"io"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// documents matches the types that a browser shows as a document with scripts, or may find one in.
var documents = regexp.MustCompile(`^(text/html|text/xsl|[^/]*/xml|[^/]*/.*\+xml|multipart/.*|message/.*)$`)

// FuzzCustomAnswer makes answers of any texts, and writes them as HTTP: what comes out is the one answer that was made, whatever the
// texts are. So no header splits it, none is one that flows may not set, and no browser runs what is in it.
func FuzzCustomAnswer(f *testing.F) {
	for _, seed := range [][5]string{
		{"201", "X-A", "b", "text/plain", "body"},
		{"", "X-A\r\nSet-Cookie", "b", "", ""},
		{"200", "X-A", "b\r\nSet-Cookie: c=d\r\n\r\n<script>", "text/html", "<p>"},
		{"200", "X-A", "b\nc", "text/html\r\nX-B: c", "a"},
		{"304", "ETag", `"a"`, "image/svg+xml", "<svg/>"},
		{"2e2", "set-cookie", "a=b", "text/plain; charset=UTF-8", "é\xff"},
		{"204", "Transfer-Encoding", "chunked", "multipart/mixed; boundary=\"a\"", "0\r\n\r\n"},
		{"599", "Content-Length", "0", "application/json", "{}"},
		{"101", "Upgrade", "h2c", "text/plain, text/html", "\x00"},
		{"200", "Access-Control-Allow-Origin", "*", "message/rfc822", "HTTP/1.1 200 OK\r\n\r\n"},
		{"200", "Trailer:X-A", "b", "TEXT/HTML;a=\"\\\"", "\u2028"},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3], seed[4])
	}
	trigger := oneTrigger(f, webhookFlow("f", `key: abc
wait: true
response:
  status: "{{ trigger.status }}"
  headers: {"{{ trigger.name }}": ["{{ trigger.value }}", "{{ trigger.value }}"], X-Value: "{{ trigger.value }}", "X-{{ trigger.name }}": a}
  contentType: "{{ trigger.type }}"
  body: "{{ trigger.body }}"`))
	f.Fuzz(func(t *testing.T, status, name, text, typ, body string) {
		variables := scope("trigger", value.MapOf("status", value.String(status), "name", value.String(name), "value", value.String(text),
			"type", value.String(typ), "body", value.String(body)))
		account := purse(1 << 30)
		r, err := trigger.Response(endedState(execution.Success, ""), variables, HeaderNames{"Nel"}, &account)
		if err != nil && (r.Status != 500 || r.Header != nil || strings.Contains(string(r.Body), text) && len(text) > 60) {
			t.Fatalf("with the error %v: %+v", err, r)
		}
		if r.Status < 200 || r.Status > 599 {
			t.Fatalf("status %d", r.Status)
		}
		for name := range r.Header {
			if reserved(name) != "" || needsSite(name) && name != "Nel" {
				t.Fatalf("the header %s is set", name)
			}
		}
		want := r.Header.Clone()
		if want == nil {
			want = http.Header{}
		}
		if r.ContentType != "" {
			want.Set("Content-Type", r.ContentType)
			media, _, err := mime.ParseMediaType(r.ContentType)
			if err != nil {
				t.Fatalf("type %q: %v", r.ContentType, err)
			}
			if documents.MatchString(media) && !slices.Contains(r.Header["Content-Security-Policy"], "sandbox") {
				t.Fatalf("%s without a policy", r.ContentType)
			}
		}
		written := &http.Response{ // as HTTP/1.0, to need no framing
			StatusCode: r.Status, ProtoMajor: 1, ContentLength: -1, Header: want, Body: io.NopCloser(bytes.NewReader(r.Body)), Close: true,
		}
		var wire bytes.Buffer
		if err := written.Write(&wire); err != nil {
			t.Fatal(err)
		}
		reader := bufio.NewReader(&wire)
		read, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatalf("%q is no answer: %v", wire.String(), err)
		}
		defer read.Body.Close()
		read.Header.Del("Connection")
		if diff := cmp.Diff(want, read.Header); diff != "" || read.StatusCode != r.Status {
			t.Fatalf("status %d, want %d, headers (-want +got):\n%s", read.StatusCode, r.Status, diff)
		}
		if got, err := io.ReadAll(read.Body); err != nil || !bytes.Equal(got, r.Body) && len(got)+len(r.Body) > 0 {
			t.Fatalf("body %q, %v, want %q", got, err, r.Body)
		}
		if _, err := reader.ReadByte(); err != io.EOF {
			t.Fatalf("there is more than one answer: %v", err)
		}
	})
}
