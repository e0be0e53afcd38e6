package caddymodule

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAnswers(t *testing.T) {
	flows := writeFlows(t, map[string]string{
		"fire.yml":     webhookFlow("fire", ""),
		"wait.yml":     webhookFlow("wait", waitForOutputs),
		"text.yml":     webhookFlow("text", waitForOutputs+"    responseContentType: text/plain\n"),
		"never.yml":    webhookFlow("never", "    conditions:\n      - type: cel\n        expression: \"false\"\n"),
		"disabled.yml": webhookFlow("disabled", "    disabled: true\n"),
		"r204.yml":     webhookFlow("r204", waitForOutputs+"    responseCode: 204\n"),
		"r205.yml":     webhookFlow("r205", waitForOutputs+"    responseCode: 205\n"),
		"secret.yml":   webhookFlow("secret", ""),
		"probed.yml":   webhookFlow("probed", "    probe: true\n    conditions:\n      - type: cel\n        expression: \"false\"\n"),
		"off.yml":      webhookFlow("probedoff", "    probe: true\n    disabled: true\n"),
	})
	s := newServer(t)
	s.serve("", fmt.Sprintf(`
	kestra_webhook * %s {
		max_body 1KiB
		namespaces company.*
	}
	header /after* X-Outcome {http.kestra_webhook.outcome}
	respond "next handler"
	`, flows))

	big := strings.Repeat("x", 1025)
	for _, tc := range []struct {
		name, method, path, body string
		status                   int
		contains                 string
		header                   map[string]string
	}{
		{"no webhook", "GET", "/", "", 200, "next handler", nil},
		{"no webhook, though near", "POST", "/api/v1/executions/webhook", "", 200, "next handler", nil},
		{"other tenant", "GET", "/api/v1/acme/executions/webhook/company.team/fire/" + key, "", 200, "next handler", nil},
		{"fired", "POST", webhookPath("fire"), "{}", 200, `"state"`, map[string]string{"Content-Type": "application/json", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}},
		{"fired by GET", "GET", webhookPath("fire"), "", 200, `"state"`, nil},
		{"fired by PUT", "PUT", webhookPath("fire"), "{}", 200, `"state"`, nil},
		{"tenant main", "GET", strings.Replace(webhookPath("fire"), "/v1/", "/v1/main/", 1), "", 200, `"state"`, nil},
		{"waited", "POST", webhookPath("wait") + "?name=Alice", "", 200, `{"greeting":"Hello Alice!"}`, map[string]string{"Content-Type": "application/json", "Content-Length": "27"}},
		{"text", "GET", webhookPath("text"), "", 200, "Hello world!", map[string]string{"Content-Length": "12", "Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff"}},
		{"unmet", "GET", webhookPath("never"), "", 204, "", map[string]string{"Content-Length": "", "Content-Type": "", "X-Kestra-Execution-Id": "", "Cache-Control": "no-store"}},
		{"204 has no body", "GET", webhookPath("r204"), "", 204, "", map[string]string{"Content-Length": ""}},
		{"205 has no body", "GET", webhookPath("r205"), "", 205, "", nil},
		{"disabled", "GET", webhookPath("disabled"), "", 409, "", nil},
		{"unknown flow", "GET", webhookPath("nowhere"), "", 404, "", map[string]string{"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "X-Kestra-Execution-Id": ""}},
		{"unknown key", "GET", webhookPath("fire") + "x", "", 404, "", nil},
		{"trailing slash", "GET", webhookPath("fire") + "/", "", 404, "", nil},
		{"no key", "GET", "/api/v1/executions/webhook/company.team/fire", "", 404, "", nil},
		{"only the prefix", "GET", "/api/v1/executions/webhook/", "", 404, "", nil},
		{"method", "DELETE", webhookPath("fire"), "", 405, "", map[string]string{"Allow": "GET, POST, PUT"}},
		{"method without key", "DELETE", webhookPath("nowhere"), "", 405, "", nil},
		{"head", "HEAD", webhookPath("fire"), "", 405, "", map[string]string{"Allow": "GET, POST, PUT"}},
		{"head of a probe", "HEAD", webhookPath("probed"), "", 200, "", map[string]string{"Allow": "", "Content-Length": "0", "Content-Type": "", "X-Kestra-Execution-Id": ""}},
		{"head of a probe, unknown key", "HEAD", webhookPath("probed") + "x", "", 405, "", map[string]string{"Allow": "GET, POST, PUT"}},
		{"head of a probe that is disabled", "HEAD", webhookPath("probedoff"), "", 409, "", nil},
		{"options", "OPTIONS", webhookPath("fire"), "", 405, "", map[string]string{"Allow": "GET, POST, PUT", "Content-Length": "0", "Content-Type": ""}},
		{"options of a probe", "OPTIONS", webhookPath("probed"), "", 405, "", map[string]string{"Allow": "GET, POST, PUT, HEAD"}},
		{"body at the limit", "POST", webhookPath("fire"), big[:1024], 200, `"state"`, nil},
		{"body too large", "POST", webhookPath("fire"), big, 413, "1024", nil},
		{"body too large, unknown key", "POST", webhookPath("nowhere"), big, 404, "", nil},
		{"query stays", "GET", webhookPath("text") + "?name=B+%26%20C", "", 200, "Hello B & C!", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := s.do(tc.method, tc.path, tc.body)
			got.want(t, tc.status, tc.contains)
			for name, want := range tc.header {
				if have := got.header.Get(name); !strings.HasPrefix(have, want) || want == "" && have != "" {
					t.Errorf("%s: %q, want %q", name, have, want)
				}
			}
			if tc.method == "HEAD" && got.body != "" {
				t.Errorf("HEAD got the body %q", got.body)
			}
			if strings.Contains(got.body, key) || strings.Contains(fmt.Sprint(got.header), key) {
				t.Errorf("the answer holds the key: %+v", got)
			}
		})
	}
	t.Run("404 is always the same", func(t *testing.T) {
		first := s.get(webhookPath("nowhere"))
		for _, path := range []string{webhookPath("fire") + "x", "/api/v1/executions/webhook/a/b", "/api/v1/main/executions/webhook/other/fire/" + key} {
			if got := s.get(path); got.body != first.body || got.status != first.status || got.header.Get("Content-Type") != first.header.Get("Content-Type") {
				t.Errorf("%s: got %d %q, want %d %q", path, got.status, got.body, first.status, first.body)
			}
		}
	})
	t.Run("content coding", func(t *testing.T) {
		got := s.do("POST", webhookPath("fire"), "x", "Content-Encoding", "compress")
		got.want(t, 415, `{"message":"Unsupported Media Type: the content codings of the request body must be gzip, deflate, br or zstd, and no more than three"}`)
		if got.header.Get("Accept-Encoding") != "gzip, deflate, br, zstd" {
			t.Errorf("header %v", got.header)
		}
		s.do("POST", webhookPath("nowhere"), "x", "Content-Encoding", "compress").want(t, 404, "")
	})
	t.Run("handshake", func(t *testing.T) {
		ask := func(path string, header ...string) answer {
			return s.do("OPTIONS", path, "", append(header, "WebHook-Request-Origin", "eventgrid.azure.net")...)
		}
		got := ask(webhookPath("never"), "WebHook-Request-Rate", "120") // conditions are about events
		got.want(t, 200, "")
		for name, want := range map[string]string{
			"WebHook-Allowed-Origin": "eventgrid.azure.net", "WebHook-Allowed-Rate": "*", "Allow": "GET, POST, PUT",
			"Content-Length": "0", "Content-Type": "", "X-Kestra-Execution-Id": "", "Cache-Control": "no-store",
		} {
			if have := got.header.Get(name); have != want {
				t.Errorf("%s is %q, want %q", name, have, want)
			}
		}
		ask(webhookPath("disabled")).want(t, 409, "")
		for _, path := range []string{webhookPath("fire") + "x", webhookPath("nowhere")} {
			with, without := ask(path), s.do("OPTIONS", path, "")
			with.header.Del("Date")
			without.header.Del("Date")
			if diff := cmp.Diff(without, with, cmp.AllowUnexported(answer{})); diff != "" || with.status != 405 {
				t.Errorf("%s: status %d (-without +with the header):\n%s", path, with.status, diff)
			}
		}
	})
	t.Run("chunked body too large", func(t *testing.T) {
		s.chunked(webhookPath("fire"), big).want(t, 413, "1024")
	})
}

// TestExecutionIDHeader has the id of the execution in a header of every answer to a request that has created one, whether the
// body names it or not, and in no other. The access line and the line about the end have the same.
func TestExecutionIDHeader(t *testing.T) {
	fails := strings.Replace(webhookFlow("fails", waitForOutputs), "debug.Return\n    format: \"Hello {{ trigger.parameters.name[0] ?? 'world' }}!\"", "execution.Fail", 1)
	fails = strings.Replace(fails, "{{ outputs.answer.value }}", "none", 1)
	flows := writeFlows(t, map[string]string{
		"fire.yml":     webhookFlow("fire", ""),
		"text.yml":     webhookFlow("text", waitForOutputs+"    responseContentType: text/plain\n"),
		"r201.yml":     webhookFlow("r201", waitForOutputs+"    responseCode: 201\n"),
		"r204.yml":     webhookFlow("r204", waitForOutputs+"    responseCode: 204\n"),
		"r304.yml":     webhookFlow("r304", waitForOutputs+"    responseCode: 304\n"),
		"nocode.yml":   webhookFlow("nocode", waitForOutputs+"    responseCode: \"{{ trigger.body }}\"\n"),
		"fails.yml":    fails,
		"late.yml":     strings.Replace(webhookFlow("late", waitForOutputs+"    waitTimeout: PT0.001S\n"), "tasks:\n", "tasks:\n  - {id: pause, type: io.kestra.plugin.core.flow.Pause}\n", 1),
		"never.yml":    webhookFlow("never", "    conditions:\n      - type: cel\n        expression: \"false\"\n"),
		"disabled.yml": "disabled: true\n" + webhookFlow("disabled", ""),
		"inputs.yml":   "inputs: [{id: n, type: INT}]\n" + webhookFlow("inputs", "    inputs: {n: \"none {{ trigger.parameters }}\"}\n"),
	})
	s := newServer(t)
	s.serve("", "log\nkestra_webhook * {\nmax_body 16\nflows "+flows+"\n}")
	for i, tc := range []struct {
		name, method, path, body string
		status                   int
		created                  bool
	}{
		{"fired", "GET", "fire", "", 200, true},
		{"text", "GET", "text", "", 200, true},
		{"status of its own", "GET", "r201", "", 201, true},
		{"no body", "GET", "r204", "", 204, true},
		{"not modified", "GET", "r304", "", 304, true},
		{"status that is none", "POST", "nocode", "x", 500, true},
		{"failed", "GET", "fails", "", 500, true},
		{"not ended in time", "GET", "late", "", 202, true},
		{"unmet", "GET", "never", "", 204, false},
		{"disabled", "GET", "disabled", "", 409, false},
		{"inputs", "GET", "inputs", "", 422, false},
		{"too large", "POST", "fire", "more than 16 bytes", 413, false},
		{"method", "DELETE", "fire", "", 405, false},
		{"unknown", "GET", "nowhere", "", 404, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := s.do(tc.method, webhookPath(tc.path), tc.body)
			got.want(t, tc.status, "")
			id := got.header.Get("X-Kestra-Execution-Id")
			if (id != "") != tc.created {
				t.Errorf("X-Kestra-Execution-Id is %q", id)
			}
			if line := s.accessLines(i + 1)[i]; line.ExecutionID != id {
				t.Errorf("the access line has %q, the answer %q", line.ExecutionID, id)
			}
			if tc.name == "fired" && !strings.Contains(got.body, `"id":"`+id+`"`) {
				t.Errorf("X-Kestra-Execution-Id is %q in the answer %s", id, got.body)
			}
			if tc.name == "failed" {
				ofEnd := func(line string) bool {
					return strings.Contains(line, `"level":"error"`) && strings.Contains(line, `"execution has ended"`) && strings.Contains(line, `"execution":"`+id+`"`)
				}
				if !slices.ContainsFunc(strings.Split(s.log(), "\n"), ofEnd) {
					t.Error("no line of the level ERROR says that it has ended")
				}
			}
		})
	}
}

func TestUnknownPass(t *testing.T) {
	flows := writeFlows(t, map[string]string{"fire.yml": webhookFlow("fire", "")})
	s := newServer(t)
	s.serve("", fmt.Sprintf(`
	kestra_webhook * %s {
		unknown pass
	}
	respond "{method} {http.request.body}"
	`, flows))
	s.get(webhookPath("fire")).want(t, 200, `"state"`)
	s.do("POST", webhookPath("nowhere"), "the body").want(t, 200, "POST the body")
	s.do("PATCH", webhookPath("fire")+"x", "the body").want(t, 200, "PATCH the body")
	s.do("PUT", webhookPath("fire")+"/", "the body").want(t, 200, "PUT the body")
	s.do("DELETE", webhookPath("fire"), "").want(t, 405, "")
}

// TestUnreadBody checks that a refused request with a body that nobody wants is answered at once.
func TestUnreadBody(t *testing.T) {
	flows := writeFlows(t, map[string]string{"fire.yml": webhookFlow("fire", "")})
	s := newServer(t)
	s.serve("", "kestra_webhook * "+flows)
	for name, tc := range map[string]struct{ path, want string }{
		"unknown":   {webhookPath("nowhere"), "404"},
		"too large": {webhookPath("fire"), "413"},
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", s.address)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
				t.Fatal(err)
			}
			// 10 GiB are declared, 1 KiB is sent.
			fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s", tc.path, int64(10)<<30, strings.Repeat("x", 1<<10))
			response, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			if !strings.HasPrefix(response.Status, tc.want) || !response.Close {
				t.Errorf("got %s (close: %v), want %s and a closed connection", response.Status, response.Close, tc.want)
			}
		})
	}
}

// TestAnswerReachesSender sends bodies that are refused, to the end: the answer must survive that the connection is closed.
func TestAnswerReachesSender(t *testing.T) {
	flows := writeFlows(t, map[string]string{"fire.yml": webhookFlow("fire", "")})
	s := newServer(t)
	s.serve("", "kestra_webhook * "+flows)
	big := strings.Repeat("x", 11<<20)
	for range 10 {
		for path, want := range map[string]int{webhookPath("nowhere"): 404, webhookPath("fire"): 413} {
			for _, body := range []io.Reader{strings.NewReader(big), io.MultiReader(strings.NewReader(big))} { // declared, chunked
				request, err := http.NewRequestWithContext(t.Context(), "POST", s.url+path, body)
				if err != nil {
					t.Fatal(err)
				}
				response, err := client.Do(request)
				if err != nil {
					t.Fatal(err)
				}
				response.Body.Close()
				if response.StatusCode != want {
					t.Errorf("got %d, want %d", response.StatusCode, want)
				}
			}
		}
	}
}

func TestOuterBodyLimit(t *testing.T) {
	flows := writeFlows(t, map[string]string{"fire.yml": webhookFlow("fire", "")})
	s := newServer(t)
	s.serve("", fmt.Sprintf(`
	request_body {
		max_size 10
	}
	kestra_webhook * %s
	`, flows))
	s.chunked(webhookPath("fire"), "more than ten bytes").want(t, 413, "larger than 10 bytes")
}

func TestClientIP(t *testing.T) {
	flow := strings.Replace(webhookFlow("who", waitForOutputs), "Hello {{ trigger.parameters.name[0] ?? 'world' }}!", "x", 1) +
		"    conditions:\n      - type: cel\n        expression: remoteAddr == '203.0.113.9'\n"
	flows := writeFlows(t, map[string]string{"who.yml": flow})
	s := newServer(t)
	s.serve(`servers {
		trusted_proxies static 127.0.0.1/8
	}`, "kestra_webhook * "+flows)
	s.do("GET", webhookPath("who"), "", "X-Forwarded-For", "203.0.113.9").want(t, 200, "greeting")
	s.get(webhookPath("who")).want(t, 204, "")
}

func TestRewrites(t *testing.T) {
	flows := writeFlows(t, map[string]string{"fire.yml": webhookFlow("fire", "")})
	root := writeFlows(t, map[string]string{"index.html": ""})
	const warning = "a webhook URL was rewritten before kestra_webhook saw it"
	for _, tc := range []struct {
		name, site, path string
		status           int
		contains         string
		warnings         int
	}{
		{"hidden by try_files", "root " + root + "\n\ttry_files {path} /index.html\n\tkestra_webhook * FLOWS\n\trespond {path}", webhookPath("fire"), 200, "/index.html", 1},
		{"hidden by rewrite", "rewrite * /x{uri}\n\tkestra_webhook * FLOWS\n\trespond passed", webhookPath("fire"), 200, "passed", 1},
		{"beside try_files in handle", "kestra_webhook * FLOWS\n\thandle {\n\troot " + root + "\n\ttry_files {path} /index.html\n\trespond {path}\n\t}", webhookPath("fire"), 200, `"state"`, 0},
		{"made by handle_path", "handle_path /hooks/* {\n\tkestra_webhook * FLOWS\n\t}", "/hooks" + webhookPath("fire"), 200, `"state"`, 0},
		{"made by uri", "uri strip_prefix /hooks\n\tkestra_webhook * FLOWS", "/hooks" + webhookPath("fire"), 200, `"state"`, 0},
		{"made by rewrite", "rewrite /go " + webhookPath("fire") + "\n\tkestra_webhook * FLOWS", "/go", 200, `"state"`, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newServer(t)
			s.serve("", strings.ReplaceAll(tc.site, "FLOWS", flows))
			for range 3 {
				s.get(tc.path).want(t, tc.status, tc.contains)
			}
			var found int
			for _, line := range lines(t, s.log(), "http.handlers.kestra_webhook") {
				if strings.Contains(line.Msg, warning) {
					found++
				}
			}
			if found != tc.warnings {
				t.Errorf("warned %d times, want %d:\n%s", found, tc.warnings, s.log())
			}
		})
	}
}

func TestSitesHaveTheirOwnFlows(t *testing.T) {
	shared := writeFlows(t, map[string]string{"shared.yml": webhookFlow("shared", "")})
	one := writeFlows(t, map[string]string{"one.yml": webhookFlow("one", "")})
	two := writeFlows(t, map[string]string{"two.yml": webhookFlow("two", "")})
	s := newServer(t)
	s.serve("kestra {\n\tflows "+shared+"\n\tflow <<FLOW\n"+webhookFlow("inline", "")+"FLOW\n}", fmt.Sprintf(`
	@one header X-Site one
	handle @one {
		kestra_webhook * %s
	}
	handle {
		kestra_webhook * %s
	}
	`, one, two))
	for _, tc := range []struct {
		site, flow string
		status     int
	}{
		{"one", "one", 200},
		{"one", "two", 404},
		{"one", "shared", 200},
		{"one", "inline", 200},
		{"two", "one", 404},
		{"two", "two", 200},
		{"two", "shared", 200},
		{"two", "inline", 200},
	} {
		if got := s.do("GET", webhookPath(tc.flow), "", "X-Site", tc.site); got.status != tc.status {
			t.Errorf("flow %s at site %s: got %d %s, want %d", tc.flow, tc.site, got.status, got.body, tc.status)
		}
	}
}

func TestSiteCondition(t *testing.T) {
	flows := writeFlows(t, map[string]string{"fire.yml": webhookFlow("fire", "")})
	s := newServer(t)
	s.serve("", "kestra_webhook * "+flows+" {\n\tcondition `\"x-event\" in headers`\n\tcondition method == \"POST\"\n}")
	s.do("POST", webhookPath("fire"), "", "X-Event", "a").want(t, 200, `"state"`)
	s.do("POST", webhookPath("fire"), "").want(t, 204, "")
	s.do("PUT", webhookPath("fire"), "", "X-Event", "a").want(t, 204, "")
}
