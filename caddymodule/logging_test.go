package caddymodule

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// oddKey is a key that is written in several ways in a URL.
const oddKey = "canary/with 100%/b"

func TestKeyIsNeverLogged(t *testing.T) {
	flows := writeFlows(t, map[string]string{
		"fire.yml":     webhookFlow("fire", ""),
		"wait.yml":     webhookFlow("wait", waitForOutputs),
		"never.yml":    webhookFlow("never", "    conditions:\n      - type: cel\n        expression: \"false\"\n"),
		"fails.yml":    webhookFlow("fails", "    conditions:\n      - type: cel\n        expression: body.nowhere == 1\n"),
		"disabled.yml": webhookFlow("disabled", "    disabled: true\n"),
		"odd.yml":      strings.Replace(webhookFlow("odd", ""), key, "'"+oddKey+"'", 1),
	})
	const odd = "/api/v1/executions/webhook/company.team/odd/"
	for name, tc := range map[string]struct {
		log string // of the site
		end string // what follows the directive
	}{
		"log":           {log: "log"},
		"no log":        {},
		"pass":          {log: "log", end: "respond next"},
		"pass, no log":  {end: "respond next"},
		"pass to abort": {log: "log", end: "abort"},
		"trace":         {log: "log", end: "respond next"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			unknown, global := "404", ""
			if strings.HasPrefix(name, "pass") {
				unknown = "pass"
			}
			if name == "trace" {
				global = "servers {\n\ttrace\n\t}"
			}
			s.serve(global, fmt.Sprintf("%s\nkestra_webhook * %s {\nmax_body 100\nunknown %s\n}\n%s\n", tc.log, flows, unknown, tc.end))
			var requests int
			ask := func(method, path, body string, header ...string) {
				requests++
				request, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				for i := 0; i+1 < len(header); i += 2 {
					request.Header.Set(header[i], header[i+1])
				}
				response, err := client.Do(request)
				if err != nil {
					if tc.end == "abort" {
						return
					}
					t.Fatal(strings.ReplaceAll(err.Error(), key, "KEY"))
				}
				defer response.Body.Close()
				text, err := io.ReadAll(response.Body)
				if err != nil {
					t.Fatal(err)
				}
				if holdsCanary(string(text)) || holdsCanary(fmt.Sprint(response.Header)) {
					t.Errorf("answer to %s %s: %s %v", method, path, text, response.Header)
				}
			}
			for _, path := range []string{
				webhookPath("fire"), webhookPath("wait"), webhookPath("never"), webhookPath("fails"), webhookPath("disabled"),
				webhookPath("nowhere"), webhookPath("fire") + "x", webhookPath("fire") + "/", webhookPath("fire") + "/more",
				webhookPath("fire") + "?a=b", strings.Replace(webhookPath("fire"), "/v1/", "/v1/main/", 1),
				strings.Replace(webhookPath("fire"), "/v1/", "/v1/acme/", 1), "/" + webhookPath("fire"),
				odd + url.PathEscape(oddKey), odd + "canary%2fwith%20100%25%2Fb", odd + "c%61nary%2Fwith%20100%25%2Fb",
				odd + "canary/with%20100%25/b", odd + "canary%3Fx/with",
				"/api/v1/executions%2Fwebhook/company.team/fire/" + key, "/api/v1/%65xecutions/webhook/company.team/fire/canary%3Fcanary?q",
			} {
				ask("POST", path, "{}")
				ask("DELETE", path, "")
			}
			ask("POST", webhookPath("fire"), strings.Repeat("x", 101))
			ask("POST", webhookPath("fire"), "{", "Content-Encoding", "gzip")
			ask("GET", "/", "", "Referer", s.url+webhookPath("fire"))
			ask("GET", webhookPath("nowhere"), "", "Referer", s.url+webhookPath("fire"))
			if tc.log != "" {
				s.accessLines(requests)
			}
			log := s.log()
			if tc.log == "" && strings.Contains(log, "http.log.access") {
				t.Error("a site without log has access lines")
			}
			for line := range strings.Lines(log) {
				if holdsCanary(line) {
					t.Errorf("the log holds a key: %s", line)
				}
			}
		})
	}
}

// holdsCanary reports whether a text holds one of the keys in any spelling.
func holdsCanary(text string) bool {
	if decoded, err := url.PathUnescape(text); err == nil && decoded != text && holdsCanary(decoded) {
		return true
	}
	return strings.Contains(strings.ToLower(text), "canary") || strings.Contains(strings.ToLower(text), "c%61nary")
}

// TestKeyFilter runs what is out of the handler's reach with the log filter.
func TestKeyFilter(t *testing.T) {
	flows := writeFlows(t, map[string]string{"fire.yml": webhookFlow("fire", "")})
	for name, tc := range map[string]struct {
		site   string
		status int
	}{
		"answered before":         {basicAuth + "kestra_webhook * FLOWS", 401},
		"passed to dead upstream": {"kestra_webhook * FLOWS {\nunknown pass\n}\nreverse_proxy 127.0.0.1:1", 502},
		"rewritten":               {"rewrite * /x{uri}\nkestra_webhook * FLOWS\nerror 500", 500},
		"redirected":              {"redir * https://other.test{uri}\nkestra_webhook * FLOWS", 302},
		"short URL redirected":    {"redir * https://other.test{uri}\nkestra_webhook * FLOWS", 302},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.format = "format filter {\nrequest kestra_key /hooks/\nresp_headers kestra_key /h/ /hooks/\nuri kestra_key\n}"
			s.serve("", "log\n"+strings.ReplaceAll(tc.site, "FLOWS", flows))
			path := webhookPath("fire") + "x"
			if strings.HasPrefix(name, "short URL") {
				path = "/hooks/company.team/fire/" + key
			}
			s.do("GET", path, "", "Referer", s.url+webhookPath("fire"), "X-Forwarded-Uri", webhookPath("fire")).want(t, tc.status, "")
			s.accessLines(1)
			log := s.log()
			for line := range strings.Lines(log) {
				if holdsCanary(line) {
					t.Errorf("the log holds a key: %s", line)
				}
			}
			if !strings.Contains(log, webhook.Redacted) {
				t.Errorf("nothing in the log was redacted, so this test shows nothing:\n%s", log)
			}
		})
	}
}

type texts []string

func (a texts) MarshalLogArray(enc zapcore.ArrayEncoder) error {
	for _, text := range a {
		enc.AppendString(text)
		enc.AppendByteString([]byte(text))
		if err := enc.AppendArray(caddyhttp.LoggableStringArray{text}); err != nil {
			return err
		}
		if err := enc.AppendObject(object(text)); err != nil {
			return err
		}
	}
	return nil
}

type object string

func (o object) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	enc.AddString("string", string(o))
	enc.AddByteString("bytes", []byte(o))
	enc.AddInt("number", 1)
	return enc.AddArray("array", caddyhttp.LoggableStringArray{string(o)})
}

func TestKeyFilterFields(t *testing.T) {
	uri := "https://example.com" + webhookPath("fire") + "?a=b"
	for _, field := range []zap.Field{
		zap.String("f", uri),
		zap.ByteString("f", []byte(uri)),
		zap.Error(errors.New("cannot dial: " + uri)),
		zap.Stringer("f", &url.URL{Path: webhookPath("fire")}),
		zap.Object("f", object(uri)),
		zap.Array("f", texts{uri, "other"}),
		zap.Any("f", caddyhttp.LoggableStringArray{uri}),
		zap.Any("f", caddyhttp.LoggableHTTPHeader{Header: http.Header{"Referer": {uri}}}),
	} {
		encoder := zapcore.NewJSONEncoder(zapcore.EncoderConfig{})
		line, err := encoder.EncodeEntry(zapcore.Entry{}, []zap.Field{new(KeyFilter).Filter(field)})
		if err != nil {
			t.Fatal(err)
		}
		if text := line.String(); holdsCanary(text) || !strings.Contains(text, "company.team/fire/"+webhook.Redacted) {
			t.Errorf("field of type %v: %s", field.Type, text)
		}
	}
	number := zap.Int("f", 5)
	if got := new(KeyFilter).Filter(number); !got.Equals(number) {
		t.Errorf("a number became %v", got)
	}
}

// members returns the sorted names in a JSON object.
func members(t *testing.T, line string) []string {
	t.Helper()
	var object map[string]any
	if err := json.Unmarshal([]byte(line), &object); err != nil {
		t.Fatal(err)
	}
	var names []string
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// basicAuth lets bob in, with the password hiccup.
const basicAuth = "basic_auth {\nbob $2a$04$M25Pul70e8JIfaIlJe3/.eUSfT.DYmW5nuaXhtdz/hFh9ve5g13PS\n}\n"

// TestAccessLine compares the line of this module with Caddy's own.
func TestAccessLine(t *testing.T) {
	flows := writeFlows(t, map[string]string{"wait.yml": webhookFlow("wait", waitForOutputs)})
	s := newServer(t)
	s.serve("", "log\n"+basicAuth+"request_header X-Late 1\nkestra_webhook * "+flows+"\nrespond next")
	const authorization = "Basic Ym9iOmhpY2N1cA=="
	s.do("POST", "/?q=1", "{}", "Authorization", authorization).want(t, 200, "next")
	s.do("POST", webhookPath("wait")+"?q=1", `{"a":1}`, "Authorization", authorization, "Referer", "http://x"+webhookPath("wait")).want(t, 200, "Hello world!")
	got := s.accessLines(2)
	var texts []string
	for line := range strings.Lines(s.log()) {
		if strings.Contains(line, `"logger":"http.log.access"`) {
			texts = append(texts, line)
		}
	}
	want := append(members(t, texts[0]), "execution_id", "flow", "namespace", "outcome")
	slices.Sort(want)
	if diff := cmp.Diff(want, members(t, texts[1])); diff != "" {
		t.Errorf("members of the line (-Caddy's +ours):\n%s", diff)
	}
	line := got[1]
	if len(line.ExecutionID) < 20 || line.Duration <= 0 || line.Request == nil {
		t.Errorf("execution %q, duration %v, request %v", line.ExecutionID, line.Duration, line.Request)
	}
	if got, want := line.Request.URI, strings.Replace(webhookPath("wait"), key, webhook.Redacted, 1)+"?q=1"; got != want {
		t.Errorf("URI %s, want %s", got, want)
	}
	if got, want := line.Request.Headers["Referer"], "http://x"+strings.Replace(webhookPath("wait"), key, webhook.Redacted, 1); !slices.Equal(got, []string{want}) {
		t.Errorf("referrer %s, want %s", got, want)
	}
	if got := line.Request.Headers["Authorization"]; !slices.Equal(got, []string{"REDACTED"}) {
		t.Errorf("authorization %s", got)
	}
	line.ExecutionID, line.Duration, line.Request = "", 0, nil
	if diff := cmp.Diff(logLine{
		Level: "info", Logger: "http.log.access", Msg: "handled request",
		Status: 200, Size: len(`{"greeting":"Hello world!"}`), BytesRead: 7, UserID: "bob",
		Namespace: "company.team", Flow: "wait", Outcome: "ended",
	}, line); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestPassedAccessLine is about requests that another handler answers.
func TestPassedAccessLine(t *testing.T) {
	flows := writeFlows(t, map[string]string{"fire.yml": webhookFlow("fire", "")})
	for _, tc := range []struct {
		name, end string
		want      logLine
	}{
		{"answered", "respond {http.request.body} 201", logLine{Level: "info", Status: 201, Size: 4, BytesRead: 4, Outcome: "unknown"}},
		{"error", "error 500", logLine{Level: "error", Status: 500, Outcome: "unknown"}},
		{"nothing", "", logLine{Level: "info", Outcome: "unknown"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newServer(t)
			s.serve("", "log\nkestra_webhook * "+flows+" {\nunknown pass\n}\n"+tc.end)
			s.do("POST", webhookPath("nowhere"), "body")
			line := s.accessLines(1)[0]
			if line.Request == nil || strings.Contains(line.Request.URI, key) {
				t.Errorf("request %+v", line.Request)
			}
			line.Request, line.Duration, line.Logger, line.Msg = nil, 0, "", ""
			if diff := cmp.Diff(tc.want, line); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestWhoLogs is about sites with logs of their own, and those that want none.
func TestWhoLogs(t *testing.T) {
	flows := writeFlows(t, map[string]string{"fire.yml": webhookFlow("fire", "")})
	own := filepath.Join(t.TempDir(), "own")
	for _, tc := range []struct {
		name, site, logger string
		own                bool
		level              string
	}{
		{"no log", "", "", false, ""},
		{"log", "log", "http.log.access", false, "info"},
		{"own file", "log {\noutput file " + own + "\n}", "http.log.access.log0", true, "info"},
		{"named", "log mine {\nno_hostname\noutput file " + own + "\n}\nlog_name mine", "http.log.access.mine", true, "info"},
		{"skipped", "log\nlog_skip /api/*", "", false, ""},
		{"level", "log\nlog_level DEBUG", "http.log.access", false, "debug"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newServer(t)
			s.serve("", tc.site+"\nkestra_webhook * "+flows+"\nrespond next")
			s.get(webhookPath("fire")).want(t, 200, "state")
			s.get("/").want(t, 200, "next")
			file := s.logFile
			if tc.own {
				file = own
			}
			if tc.logger == "" {
				for _, line := range lines(t, s.log(), "http.log.access") {
					if strings.Contains(line.Request.URI, "company.team") {
						t.Errorf("logged %+v", line)
					}
				}
				return
			}
			var found []logLine
			waitFor(t, "two access lines", func() bool {
				found = lines(t, readLog(t, file), tc.logger)
				return len(found) == 2
			})
			if found[0].Flow != "fire" || found[0].Level != tc.level || found[1].Flow != "" {
				t.Errorf("got %+v", found)
			}
			if tc.own && strings.Contains(s.log(), "handled request") {
				t.Error("the default log has access lines too")
			}
		})
	}
}

func TestLoggersOfHosts(t *testing.T) {
	config := &caddyhttp.ServerLogConfig{
		DefaultLoggerName: "default",
		LoggerNames: map[string]caddyhttp.StringArray{
			"a.example.com": {"a", "b"},
			"*.example.com": {"wild"},
			"*.*.com":       {"wilder"},
			"off.test":      {},
		},
		SkipHosts: []string{"Skip.test", "*.skip.test"},
	}
	strict := *config
	strict.SkipUnmappedHosts = true
	for _, tc := range []struct {
		host         string
		names        []string
		logs, mapped bool
	}{
		{"a.example.com", []string{"a", "b"}, true, true},
		{"A.Example.com:8080", []string{"a", "b"}, true, true},
		{"b.example.com", []string{"wild"}, true, true},
		{"b.other.com", []string{"wilder"}, true, true},
		{"example.com", []string{"default"}, true, false},
		{"off.test", nil, true, true},
		{"skip.test", []string{"default"}, false, false},
		{"www.skip.test", []string{"default"}, false, false},
		{"[::1]:80", []string{"default"}, true, false},
	} {
		r := &http.Request{Host: tc.host}
		if got := loggerNames(config, r); !slices.Equal(got, tc.names) {
			t.Errorf("%s: loggers %q, want %q", tc.host, got, tc.names)
		}
		if got := logsHost(config, tc.host); got != tc.logs {
			t.Errorf("%s: logs %v, want %v", tc.host, got, tc.logs)
		}
		if got := logsHost(&strict, tc.host); got != tc.mapped {
			t.Errorf("%s: logs when only mapped hosts do %v, want %v", tc.host, got, tc.mapped)
		}
	}
}

func TestTrace(t *testing.T) {
	recorder := tracetest.NewSpanRecorder()
	tracer := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder)).Tracer("test")
	ctx, span := tracer.Start(t.Context(), "request")
	span.SetName("GET /hooks/canary?canary")
	span.SetAttributes(
		attribute.String("url.path", webhookPath("fire")+"?canary"), attribute.String("user_agent.original", "by canary?canary"), attribute.Int("http.port", 80),
	)
	r, err := http.NewRequestWithContext(ctx, "GET", "http://localhost"+webhookPath("fire")+"%3Fcanary", nil)
	if err != nil {
		t.Fatal(err)
	}
	new(Handler).takeLine(r, webhook.Keys{"canary?canary"})
	span.End()
	want := []attribute.KeyValue{
		attribute.String("url.path", strings.Replace(webhookPath("fire"), key, webhook.Redacted, 1)),
		attribute.String("user_agent.original", "by "+webhook.Redacted), attribute.Int("http.port", 80),
	}
	if got := recorder.Ended()[0]; !slices.Equal(got.Attributes(), want) || got.Name() != "GET /hooks/"+webhook.Redacted {
		t.Errorf("name %q, attributes %v, want %v", got.Name(), got.Attributes(), want)
	}
}
