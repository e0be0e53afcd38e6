package caddymodule

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/google/go-cmp/cmp"
)

// TestCustomAnswers asks flows that describe their answers.
func TestCustomAnswers(t *testing.T) {
	const sandbox = "sandbox"
	flows := writeFlows(t, map[string]string{
		"created.yml": webhookFlow("created", `    wait: true
    response:
      status: 201
      headers: {Location: "/greetings/{{ trigger.parameters.name[0] }}", Link: [</a>, </b>], X-Empty: "{{ trigger.parameters.none[0] ?? '' }}"}
      body: {greeting: "{{ outputs.answer.value }}"}
`),
		"html.yml":   webhookFlow("html", "    wait: true\n    response: {contentType: text/html, body: \"<p>{{ outputs.answer.value }}</p>\"}\n"),
		"empty.yml":  webhookFlow("empty", "    wait: true\n    response: {status: 204, headers: {X-A: b}, body: never}\n"),
		"split.yml":  webhookFlow("split", "    wait: true\n    response: {headers: {X-A: \"{{ trigger.parameters.a[0] }}\"}, body: never}\n"),
		"cookie.yml": webhookFlow("cookie", "    wait: true\n    response: {headers: {Set-Cookie: [a=b, c=d], Access-Control-Allow-Origin: \"*\"}}\n"),
		"asks.yml":   webhookFlow("asks", "    respond:\n      - when: \"{{ trigger.parameters.challenge is defined }}\"\n        body: \"{{ trigger.parameters.challenge[0] }}\"\n"),
		"svg.yml":    webhookFlow("svg", "    respond:\n      - when: \"{{ trigger.parameters is defined }}\"\n        contentType: image/svg+xml\n        body: <svg/>\n"),
	})
	s := newServer(t)
	s.serve("", "kestra_webhook * "+flows+" {\nallow_response_headers Set-Cookie\nallow_response_headers access-control-*\n}\nheader ?X-Outcome {http.kestra_webhook.outcome}\nlog")
	const text, json = "text/plain; charset=utf-8", "application/json"
	for i, tc := range []struct {
		name, method, path string
		status             int
		body               string
		header             http.Header
		outcome            string
	}{
		{"all of it", "POST", webhookPath("created") + "?name=A", 201, `{"greeting":"Hello A!"}`, http.Header{"Content-Type": {json}, "Location": {"/greetings/A"}, "Link": {"</a>", "</b>"}}, "ended"},
		{"HTML", "GET", webhookPath("html") + "?name=<script>", 200, "<p>Hello <script>!</p>", http.Header{"Content-Type": {"text/html; charset=utf-8"}, "Content-Security-Policy": {sandbox}}, "ended"},
		{"no body", "GET", webhookPath("empty"), 204, "", http.Header{"X-A": {"b"}}, "ended"},
		{"a line break", "GET", webhookPath("split") + "?a=b%0D%0ASet-Cookie:%20c=d", 500, `{"message":"Internal Server Error: the answer could not be made"}`, http.Header{"Content-Type": {json}}, "ended"},
		{"headers that the site allows", "GET", webhookPath("cookie"), 200, "", http.Header{"Set-Cookie": {"a=b", "c=d"}, "Access-Control-Allow-Origin": {"*"}}, "ended"},
		{"a handshake by GET", "GET", webhookPath("asks") + "?challenge=<b>", 200, "<b>", http.Header{"Content-Type": {text}}, "responded"},
		{"a handshake by POST", "POST", webhookPath("asks") + "?challenge=c", 200, "c", http.Header{"Content-Type": {text}}, "responded"},
		{"SVG", "GET", webhookPath("svg"), 200, "<svg/>", http.Header{"Content-Type": {"image/svg+xml"}, "Content-Security-Policy": {sandbox}}, "responded"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := s.do(tc.method, tc.path, "")
			if got.status != tc.status || got.body != tc.body {
				t.Errorf("%d %q, want %d %q", got.status, got.body, tc.status, tc.body)
			}
			for _, name := range []string{"Cache-Control", "X-Content-Type-Options"} {
				if want := map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}[name]; got.header.Get(name) != want || len(got.header[name]) != 1 {
					t.Errorf("%s is %q", name, got.header[name])
				}
			}
			if id := got.header.Get("X-Kestra-Execution-Id"); (id != "") != (tc.outcome == "ended") {
				t.Errorf("X-Kestra-Execution-Id is %q", id)
			}
			if have := got.header.Get("X-Outcome"); have != tc.outcome {
				t.Errorf("the placeholder is %q", have)
			}
			for _, name := range []string{"X-Outcome", "Cache-Control", "X-Content-Type-Options", "X-Kestra-Execution-Id", "Date", "Server", "Content-Length", "Connection"} {
				got.header.Del(name)
			}
			if diff := cmp.Diff(tc.header, got.header); diff != "" {
				t.Errorf("headers (-want +got):\n%s", diff)
			}
			if line := s.accessLines(i + 1)[i]; line.Outcome != tc.outcome || line.Status != tc.status {
				t.Errorf("the access line has %q, %d", line.Outcome, line.Status)
			}
		})
	}
}

// TestAllowResponseHeaders checks that names which need no permission, or cannot have one, are refused in both forms of configuration.
func TestAllowResponseHeaders(t *testing.T) {
	flows := writeFlows(t, map[string]string{"cookie.yml": webhookFlow("cookie", "    wait: true\n    response: {headers: {Set-Cookie: a=b}}\n")})
	s := newServer(t)
	for names, want := range map[string]string{
		"":                      "allow_response_headers takes names of headers",
		"Connection":            "Connection can never be set by a flow: it belongs to the connection",
		"Content-Length":        "Content-Length can never be set by a flow: the server sets it",
		"X-Custom":              "X-Custom needs no permission",
		"Set-Cookie `a b`":      `"a b" is no name of a header`,
		"*":                     "of the names that end with a star there are Access-Control-*, Cross-Origin-*, X-Accel-*",
		"Set-Cookie Trailer":    "Trailer can never be set",
		"Strict-Transport-*":    "of the names that end with a star",
		"transfer-encoding":     "Transfer-Encoding can never be set",
		"Content-Type":          "write contentType",
		"X-Kestra-Execution-Id": "it says what became of the request",
	} {
		if _, err := adapt(t, "Caddyfile", ":80 {\nkestra_webhook {\nallow_response_headers "+names+"\n}\n}"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", names, err, want)
		}
	}
	config := string(s.config("", "kestra_webhook * "+flows+" {\nallow_response_headers Set-Cookie\n}"))
	if err := caddy.Load([]byte(strings.Replace(config, "Set-Cookie", "Connection", 1)), true); err == nil || !strings.Contains(err.Error(), "allow_response_headers: Connection can never be set") {
		t.Errorf("as JSON: %v", err)
	}
	s.serve("", "kestra_webhook * "+flows)
	s.get(webhookPath("cookie")).want(t, 404, "")
	if log := s.log(); !strings.Contains(log, "a flow sets Set-Cookie only where the site has `allow_response_headers Set-Cookie`: elsewhere this trigger is switched off") {
		t.Errorf("the log does not say why: %s", log)
	}
	if err := s.load("kestra {\nstrict\n}", "kestra_webhook * "+flows); err == nil || !strings.Contains(err.Error(), "only where the site has") {
		t.Errorf("strict: %v", err)
	}
	s.serve("", "kestra_webhook * "+flows+" {\nallow_response_headers set-cookie\n}")
	if got := s.get(webhookPath("cookie")); got.status != 200 || got.header.Get("Set-Cookie") != "a=b" {
		t.Errorf("with the option: %d %v", got.status, got.header)
	}
}

// TestResponseCodes asks for every status that Kestra knows: all that a server may answer with are sent, with the body of the others where
// one is allowed, and the informational ones, which are no answers, are 500.
func TestResponseCodes(t *testing.T) {
	flows := writeFlows(t, map[string]string{"code.yml": webhookFlow("code", waitForOutputs+"    responseCode: \"{{ trigger.parameters.code[0] }}\"\n")})
	s := newServer(t)
	s.serve("", "kestra_webhook * "+flows)
	var codes []int
	for _, r := range [][2]int{{100, 103}, {200, 208}, {226, 226}, {300, 308}, {400, 418}, {420, 426}, {428, 429}, {431, 431}, {444, 444}, {450, 451}, {494, 494}, {500, 511}, {522, 522}} {
		for code := r[0]; code <= r[1]; code++ {
			codes = append(codes, code)
		}
	}
	for _, code := range codes {
		status, body := code, `{"greeting":"Hello world!"}`
		switch code {
		case 204, 205, 304:
			body = ""
		case 100, 101, 102, 103:
			status = 500
		}
		if got := s.get(fmt.Sprintf("%s?code=%d", webhookPath("code"), code)); got.status != status || got.body != body {
			t.Errorf("%d is answered with %d %q, want %d %q", code, got.status, got.body, status, body)
		}
	}
	if n := strings.Count(s.log(), "the answer of the trigger could not be made, so it is 500"); n != 4 {
		t.Errorf("the log has %d lines about codes that are none", n)
	}
}

// TestForbiddenHeadersAreFound checks what commands say of a header that not every site allows: an error where it is known that the one
// that serves the flow does not, and a warning about a file alone.
func TestForbiddenHeadersAreFound(t *testing.T) {
	flows := writeFlows(t, map[string]string{"cookie.yml": webhookFlow("cookie", "    wait: true\n    response: {headers: {Set-Cookie: a=b}}\n"), "ok.yml": webhookFlow("ok", "")})
	site := func(port int, options string) string {
		return fmt.Sprintf("http://:%d {\nkestra_webhook {\n%s\n}\n}\n", port, options)
	}
	for _, tc := range []struct{ name, sites, want string }{
		{"no site allows it", site(1, "flows "+flows), "error"},
		{"the site allows it", site(1, "flows "+flows+"\nallow_response_headers Set-Cookie"), ""},
		{"one of two", site(1, "flows "+flows+"\nallow_response_headers Set-Cookie") + site(2, "flows "+flows), "error"},
		{"of two, the one that serves it", site(1, "flows "+flows+"\nallow_response_headers Set-Cookie") + site(2, "flows "+flows+"\nnamespaces other"), ""},
		{"a file alone", "", "warning"},
	} {
		var found *commandFlows
		var err error
		if tc.sites == "" {
			found, err = new(origin).loadPaths([]string{flows})
		} else {
			config, e := adapt(t, "Caddyfile", tc.sites)
			app, handlers, e2 := findConfigs([]byte(config))
			if e != nil || e2 != nil {
				t.Fatal(e, e2)
			}
			found, err = loadConfigured(app, handlers)
		}
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, f := range found.validate(false).findings {
			if strings.Contains(f.Message, "allow_response_headers") {
				got += string(f.severity)
			}
		}
		if got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}
