package e2e

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// badRequestServer serves flows that return the body, that nobody waits for, and that decide by the body in both languages.
func badRequestServer(t *testing.T) *harness.Server {
	return harness.Start(t, harness.Config{Sites: site, Files: map[string]string{
		"flows/echo.yaml":  echoFlow("echo", "key", waitsForOutputs),
		"flows/slash.yaml": echoFlow("slash", "a/b%c", waitsForOutputs),
		"flows/start.yaml": echoFlow("start", "key"),
		"flows/pebble.yaml": echoFlow("pebble", "key", waitsForOutputs+
			"conditions:\n  - type: io.kestra.plugin.core.condition.Expression\n    expression: \"{{ trigger.body.hello == 'world' }}\"\n"),
		"flows/cel.yaml": echoFlow("cel", "key", waitsForOutputs+
			"conditions:\n  - type: cel\n    expression: body.hello == \"world\"\n"),
	}})
}

// harmless checks an answer to bad input: it is no server error and shows nothing of the inside of the program, and a later
// good request gets its usual answer.
func harmless(t *testing.T, s *harness.Server, what string, a harness.Answer) {
	t.Helper()
	if a.Status >= 500 {
		t.Errorf("%s: %d %.200s", what, a.Status, a.Body)
	}
	if at := innards(a.Body); at != "" {
		t.Errorf("%s: the answer says %q: %.200s", what, at, a.Body)
	}
	want(t, "after "+what, s.Fetch(t, "POST", webhook("echo", "key")+"?n=1", "still here"), 200, `{"n":"1","body":"still here"}`)
}

// TestBadBodies sends bodies that are broken, or larger or deeper than anybody would send.
func TestBadBodies(t *testing.T) {
	t.Parallel()
	s := badRequestServer(t)
	deep := func(open, close string) string { return strings.Repeat(open, 20_000) + strings.Repeat(close, 20_000) }
	quoted := func(text string) string { return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) }
	tests := []struct {
		name, body string
		text       string // what the flow sees, if not the body
	}{
		{"empty", "", "no body"},
		{"blanks", " \t\n ", ""},
		{"truncated object", `{"hello": "wor`, ""},
		{"truncated list", `[1, 2,`, ""},
		{"text after the value", `{"hello": "mars"} x`, ""},
		{"single quotes", `{'hello': 'world'}`, ""},
		{"invalid UTF-8", "a\xff\xfeb", "a\uFFFD\uFFFDb"},
		{"invalid UTF-8 in JSON", "{\"a\":\"\xc3\x28\"}", "{\"a\":\"\uFFFD(\"}"},
		{"zero bytes", "\x00\x00", "\x00\x00"},
		{"deep list", deep("[", "]"), ""},
		{"deep object", deep(`{"a":`, "}"), ""},
		{"deep and truncated", strings.Repeat("[", 20_000), ""},
		{"long number", "[" + strings.Repeat("9", 20_000) + "]", ""},
	}
	for _, tt := range tests {
		for _, method := range []string{"POST", "PUT"} {
			what := tt.name + " by " + method
			fetch := func(flow, contentType string) harness.Answer {
				return s.Fetch(t, method, webhook(flow, "key")+"?n=2", tt.body, "Content-Type", contentType)
			}
			text := tt.text
			if text == "" {
				text = tt.body
			}
			text = strings.NewReplacer("\n", `\n`, "\t", `\t`, "\x00", `\u0000`).Replace(quoted(text))
			for _, contentType := range []string{"application/json", "text/plain", "", "multipart/form-data", "application/json; charset=none"} {
				a := fetch("echo", contentType)
				if wantBody := `{"n":"2","body":"` + text + `"}`; a.Status != 200 || a.Body != wantBody {
					t.Errorf("%s as %q: %d %.300q, want %.300q", what, contentType, a.Status, a.Body, wantBody)
				}
				harmless(t, s, what, a)
			}
			a := fetch("start", "application/json")
			if r := decode(t, a); a.Status != 200 || r.State.Current != "CREATED" {
				t.Errorf("%s, not waited for: %d %.300s", what, a.Status, a.Body)
			}
			harmless(t, s, what, a)
			for _, flow := range []string{"pebble", "cel"} {
				a := fetch(flow, "application/json")
				if a.Status != 204 || a.Body != "" {
					t.Errorf("%s, condition in %s: %d %.300s", what, flow, a.Status, a.Body)
				}
				harmless(t, s, what, a)
			}
		}
	}
}

// TestTooLargeBodies sends 11 MiB where 10 are allowed: with its length declared, in chunks, and compressed.
func TestTooLargeBodies(t *testing.T) {
	t.Parallel()
	s := badRequestServer(t)
	large := strings.Repeat("x", 11<<20)
	const tooLarge = `{"message":"Request Entity Too Large: request body is larger than 10485760 bytes"}`
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write([]byte(large))
	z.Close()
	path := webhook("echo", "key")
	for what, a := range map[string]harness.Answer{
		"declared":             s.Fetch(t, "POST", path, large),
		"declared, JSON":       s.Fetch(t, "PUT", path, `"`+large+`"`, "Content-Type", "application/json"),
		"chunked":              fetchChunked(t, s, path, large),
		"compressed":           s.Fetch(t, "POST", path, packed.String(), "Content-Encoding", "gzip"),
		"declared, not waited": s.Fetch(t, "POST", webhook("start", "key"), large),
	} {
		want(t, what, a, 413, tooLarge)
		harmless(t, s, what, a)
	}
	// Without the key, nothing is said of the size.
	want(t, "without the key", s.Fetch(t, "POST", webhook("echo", "other"), large), 404, notFound)
	for what, contentEncoding := range map[string]string{"no gzip": "gzip", "no deflate": "deflate"} {
		a := s.Fetch(t, "POST", path, "plain text", "Content-Encoding", contentEncoding)
		want(t, what, a, 400, `{"message":"Bad Request: request body is not valid `+contentEncoding+` data"}`)
		harmless(t, s, what, a)
	}
}

// fetchChunked sends a body whose length is not known before its end.
func fetchChunked(t *testing.T, s *harness.Server, path, body string) harness.Answer {
	t.Helper()
	c := dial(t, s)
	c.send("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
	sent := make(chan struct{})
	go func() { // the answer comes before the end, and the server may hang up then
		defer close(sent)
		for len(body) > 0 {
			n := min(len(body), 64<<10)
			if _, err := fmt.Fprintf(c.conn, "%x\r\n%s\r\n", n, body[:n]); err != nil {
				return
			}
			body = body[n:]
		}
		fmt.Fprint(c.conn, "0\r\n\r\n")
	}()
	a := c.answer("POST")
	c.conn.Close()
	<-sent
	return a
}

// TestBadRequestLines sends methods and paths that no webhook has. They are written byte for byte, since clients would clean
// them.
func TestBadRequestLines(t *testing.T) {
	t.Parallel()
	s := badRequestServer(t)
	const notOurs = "not a webhook"
	methodNotAllowed := `{"message":"Method Not Allowed: webhooks take GET, POST and PUT"}`
	tests := []struct {
		line   string // without the protocol
		status int
		body   string
	}{
		{"DELETE " + webhook("echo", "key"), 405, methodNotAllowed},
		{"DELETE " + webhook("echo", "other"), 405, methodNotAllowed},
		{"HEAD " + webhook("echo", "key"), 405, ""},
		{"OPTIONS " + webhook("echo", "key"), 405, ""},
		{"PATCH " + webhook("echo", "key"), 405, methodNotAllowed},
		{"TRACE " + webhook("echo", "key"), 405, methodNotAllowed},
		{"get " + webhook("echo", "key"), 405, methodNotAllowed},
		{"QUERY " + webhook("echo", "key"), 405, methodNotAllowed},

		{"GET " + webhook("echo", "key/"), 404, notFound},
		{"GET " + webhook("echo", "key//"), 404, notFound},
		{"GET " + webhook("echo", "key/more"), 404, notFound},
		{"GET " + webhook("echo", ""), 404, notFound},
		{"GET " + shortForm, 404, notFound},
		{"GET " + shortForm + "company.team/echo", 404, notFound},
		{"GET " + tenantForm + "//key", 404, notFound},
		{"GET " + tenantForm + "company.team//key", 404, notFound},
		{"GET " + shortForm + "/company.team/echo/key", 404, notFound},
		{"DELETE " + webhook("echo", "key/"), 404, notFound},

		{"GET " + webhook("echo", "key%2F"), 404, notFound},
		{"GET " + webhook("echo", "k%2Fey"), 404, notFound},
		{"GET " + shortForm + "company.team%2Fecho%2Fkey", 404, notFound},
		{"GET " + webhook("slash", "a/b%25c"), 404, notFound},
		{"GET " + webhook("slash", "a%252Fb%25c"), 404, notFound},
		{"GET " + webhook("slash", "a%2Fb%25c") + "?n=2", 200, `{"n":"2","body":"no body"}`},
		{"GET " + webhook("slash", "a%2fb%25%63") + "?n=2", 200, `{"n":"2","body":"no body"}`},
		{"GET " + webhook("echo", "%6Bey") + "?n=2", 200, `{"n":"2","body":"no body"}`},

		{"GET /" + webhook("echo", "key"), 404, notOurs},
		{"GET /api//v1/executions/webhook/company.team/echo/key", 404, notOurs},
		{"GET /x/.." + webhook("echo", "key"), 404, notOurs},
		{"GET /api/v1/executions/../executions/webhook/company.team/echo/key", 404, notOurs},
		{"GET " + shortForm + "../webhook/company.team/echo/key", 404, notFound},
		{"GET " + shortForm + "company.team/../company.team/echo/key", 404, notFound},
		{"GET " + shortForm + "company.team/./echo/key", 404, notFound},
		{"GET " + webhook("echo", ".."), 404, notFound},
		{"GET " + webhook("echo", "%2e%2e"), 404, notFound},
		{"GET " + webhook("echo", "%2E%2E%2Fkey"), 404, notFound},
		{"GET " + webhook("echo", "key%00"), 404, notFound},
		{"GET " + webhook("echo", "key%0d%0aX:1"), 404, notFound},
		{"GET " + webhook("echo", "key;a=b"), 404, notFound},
		{"GET " + webhook("echo", "%ff%fe"), 404, notFound},
		{"GET " + webhook("echo", strings.Repeat("k", 10_000)), 404, notFound},
		{"GET " + webhook("echo", "key") + "?n=%zz&%", 200, `{"n":"%zz","body":"no body"}`},
		{"GET " + webhook("echo", "key") + "?n=2#fragment", 200, `{"n":"2#fragment","body":"no body"}`},
		{"GET http://localhost" + webhook("echo", "key") + "?n=2", 200, `{"n":"2","body":"no body"}`},

		// Requests that net/http itself refuses.
		{"GET " + webhook("echo", "%zz"), 400, "400 Bad Request"},
		{"GET " + webhook("echo", "key%"), 400, "400 Bad Request"},
		{"GET " + webhook("echo", "a b"), 400, "400 Bad Request"},
	}
	for _, tt := range tests {
		what := fmt.Sprintf("%.200s", tt.line)
		c := dial(t, s)
		c.send(tt.line + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
		method, _, _ := strings.Cut(tt.line, " ")
		a := c.answer(method)
		want(t, what, a, tt.status, tt.body)
		if got := a.Header.Get("Allow"); (tt.status == 405) != (got == "GET, POST, PUT") {
			t.Errorf("%s: allows %q", what, got)
		}
		harmless(t, s, what, a)
		if !strings.Contains(tt.line, "HEAD") && tt.status != 400 {
			c.send("GET " + webhook("echo", "key") + "?n=3 HTTP/1.1\r\nHost: localhost\r\n\r\n")
			want(t, "on the same connection after "+what, c.answer("GET"), 200, `{"n":"3","body":"no body"}`)
		}
	}
}

// TestBadTransfers sends bodies whose transfer breaks off, or breaks the rules of HTTP.
func TestBadTransfers(t *testing.T) {
	t.Parallel()
	s := badRequestServer(t)
	post := "POST " + webhook("echo", "key") + "?n=2 HTTP/1.1\r\nHost: localhost\r\n"
	const unread = `{"message":"Bad Request: request body could not be read"}`
	for _, tt := range []struct {
		name, request string
		breaks        bool // the transfer breaks off
		status        int
		body          string
	}{
		{"less than declared", post + "Content-Length: 10\r\n\r\n12345", true, 400, unread},
		{"chunks without an end", post + "Transfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n", true, 400, unread},
		{"broken chunks", post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n12345\r\n", false, 400, unread},
		{"no body at all", post + "Content-Length: 0\r\n\r\n", false, 200, `{"n":"2","body":"no body"}`},
		{"HTTP/1.0 without a host", "GET " + webhook("echo", "key") + "?n=2 HTTP/1.0\r\n\r\n", false, 200, `{"n":"2","body":"no body"}`},
		{"binary header", post + "X-A: \xff\xfe\r\nContent-Length: 2\r\n\r\nhi", false, 200, `{"n":"2","body":"hi"}`},
		{"broken length", post + "Content-Length: abc\r\n\r\n", false, 400, "400 Bad Request"},
	} {
		c := dial(t, s)
		c.send(tt.request)
		if tt.breaks {
			if err := c.conn.(*net.TCPConn).CloseWrite(); err != nil {
				t.Fatal(err)
			}
		}
		a := c.answer("POST")
		want(t, tt.name, a, tt.status, tt.body)
		harmless(t, s, tt.name, a)
	}
}
