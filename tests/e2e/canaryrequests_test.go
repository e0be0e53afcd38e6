package e2e

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// outcome is a request with the right key somewhere in its URL, and the answer to it.
type outcome struct {
	name, method string
	url          func(flow func(string) string, key string) string // flow adds the canary's name to a flow's
	body         string
	headers      []string
	status       int
}

func outcomes() []outcome {
	to := func(id string) func(func(string) string, string) string {
		return func(flow func(string) string, key string) string { return webhook(flow(id), key) }
	}
	path := func(format string) func(func(string) string, string) string {
		return func(flow func(string) string, key string) string {
			return strings.NewReplacer("FLOW", flow("start"), "KEY", key).Replace(format)
		}
	}
	const form = "/api/v1/executions/webhook/company.team/FLOW/KEY"
	return []outcome{
		{"fired", "POST", to("start"), "x", nil, 200},
		{"fired, tenant", "PUT", path("/api/v1/main/executions/webhook/company.team/FLOW/KEY?a=b"), "x", nil, 200},
		{"waited", "GET", to("wait"), "", nil, 200},
		{"waited too long", "GET", to("late"), "", nil, 202},
		{"unmet", "POST", to("unmet"), "x", nil, 204},
		{"failing condition", "POST", to("pebble"), "x", nil, 204},
		{"failing CEL", "POST", to("cel"), "{}", nil, 204},
		{"failing task", "POST", to("failing"), "x", nil, 500},
		{"disabled", "POST", to("disabled"), "x", nil, 409},
		{"too large", "POST", to("start"), strings.Repeat("x", 2048), nil, 413},
		{"no gzip", "POST", to("start"), "x", []string{"Content-Encoding", "gzip"}, 400},
		{"content coding", "POST", to("start"), "x", []string{"Content-Encoding", "KEY"}, 415},
		{"handshake", "OPTIONS", to("start"), "", []string{"WebHook-Request-Origin", "KEY"}, 200},
		{"handshake for another flow", "OPTIONS", path("/api/v1/executions/webhook/company.team/other/KEY"), "", []string{"WebHook-Request-Origin", "KEY"}, 405},
		{"method", "DELETE", to("start"), "", nil, 405},
		{"head", "HEAD", to("start"), "", nil, 405},
		{"flow", "GET", path("/api/v1/executions/webhook/company.team/other/KEY"), "", nil, 404},
		{"namespace", "GET", path("/api/v1/executions/webhook/company/FLOW/KEY"), "", nil, 404},
		{"more of a key", "GET", path(form + "x"), "", nil, 404},
		{"slash", "GET", path(form + "/"), "", nil, 404},
		{"segment", "GET", path(form + "/x"), "", nil, 404},
		{"two segments", "GET", path("/api/v1/executions/webhook/FLOW/KEY"), "", nil, 404},
		{"one segment", "GET", path("/api/v1/executions/webhook/KEY"), "", nil, 404},
		{"key elsewhere", "POST", path(form + "?key=KEY&KEY&to=%2Fhooks%2FKEY"), "x", []string{
			"X-Key", "KEY", "X-Forwarded-Uri", "/hooks/KEY?x", "X-Original-Url", "http://localhost/hooks/FLOW/KEY", "Cookie", "a=b; key=KEY", "Referer", "/?KEY",
		}, 200},
		{"slash before the flow", "GET", path("/api/v1/executions/webhook/company.team%2FFLOW%2FKEY"), "", nil, 404},
		// URLs that are not ours go to the rest of the site.
		{"tenant", "GET", path("/api/v1/acme/executions/webhook/company.team/FLOW/KEY"), "", nil, 404},
		{"upper case", "GET", path("/API/v1/executions/webhook/company.team/FLOW/KEY"), "", nil, 404},
		{"below", "GET", path("/proxy" + form), "", nil, 404},
		{"escaped", "GET", path("/api/v1/%65xecutions/webhook/company.team/FLOW/KEY"), "", nil, 404},
		{"escaped slash", "GET", path("/api/v1/executions%2Fwebhook/company.team/FLOW/KEY"), "", nil, 404},
		{"query", "GET", path("/?next=http://localhost" + form), "", nil, 404},
		{"escaped query", "GET", path("/?next=http%3A%2F%2Flocalhost%2Fapi%2Fv1%2Fexecutions%2Fwebhook%2Fcompany.team%2FFLOW%2FKEY"), "", nil, 404},
		{"referer", "GET", path("/"), "", []string{"Referer", "http://localhost" + form}, 404},
	}
}

// fetchOutcomes sends every request to a host, and checks the answers.
func fetchOutcomes(t *testing.T, s *harness.Server, host string) {
	t.Helper()
	for _, c := range canaries {
		flow := func(id string) string { return id + "_" + c.name }
		for _, key := range c.spellings {
			for _, o := range outcomes() {
				headers := []string{"Host", host}
				for _, h := range o.headers {
					headers = append(headers, strings.NewReplacer("FLOW", flow("start"), "KEY", key).Replace(h))
				}
				a := s.Fetch(t, o.method, o.url(flow, key), o.body, headers...)
				if a.Status != o.status {
					t.Errorf("%s of %s to %s: %d, want %d: %s", o.name, c.name, host, a.Status, o.status, a.Body)
				}
				if canaryTrace(a.Body) != nil || canaryTrace(fmt.Sprint(a.Header)) != nil {
					t.Errorf("%s of %s: the answer holds the key: %v %s", o.name, c.name, a.Header, a.Body)
				}
			}
		}
	}
}

// TestKeyIsNeverPrinted goes through all outcomes at debug level: on sites that log, each in its way, and on one that does
// not, traced, with one log of the process in JSON and one for the console; then reloads, reads the metrics, and ends the
// process while requests wait.
func TestKeyIsNeverPrinted(t *testing.T) {
	t.Parallel()
	logs := map[string]string{
		"none.test":    "",
		"default.test": "log",
		"json.test":    "log {\n\t\toutput file {$DIR}/json.log\n\t\tformat json\n\t}",
		"console.test": "log {\n\t\toutput file {$DIR}/console.log\n\t\tformat console\n\t}",
	}
	var sites strings.Builder
	for host, log := range logs {
		fmt.Fprintf(&sites, "http://%s:{$HTTP_PORT} {\n\t%s\n\ttracing\n\tkestra_webhook {\n\t\tmax_body 1KiB\n\t}\n\trespond none 404\n}\n", host, log)
	}
	config := harness.Config{
		Global: "\tdebug\n\tmetrics\n\tlog all {\n\t\tlevel DEBUG\n\t\toutput file {$DIR}/all.log\n\t\tformat console\n\t}\n" +
			strings.Replace(canaryOption(), "kestra {\n", "kestra {\n\t\tupstream "+startBehind(t)+"\n", 1),
		Sites: sites.String(),
		Files: behindFiles(canaryFiles()),
		Env:   append([]string{"OTEL_TRACES_EXPORTER=console"}, canaryEnv...),
	}
	s := harness.Start(t, config)
	for host := range logs {
		fetchOutcomes(t, s, host)
	}
	texts := fetchBehind(t, s, "json.test")
	config.Files = nil
	if err := s.Reload(config); err != nil {
		t.Fatal(err)
	}
	texts["metrics"] = harness.Fetch(t, http.DefaultClient, "GET", fmt.Sprintf("http://127.0.0.1:%d/metrics", s.AdminPort), "").Body
	for _, args := range [][]string{{"validate"}, {"kestra", "validate"}, {"kestra", "urls"}} {
		out, err := s.Command(append(args, "--config", "Caddyfile")...).CombinedOutput()
		if err != nil {
			t.Errorf("%q: %v\n%s", args, err, out)
		}
		texts[strings.Join(args, " ")] = string(out)
	}
	var requests []chan harness.Answer
	for _, c := range canaries {
		conn := dial(t, s)
		conn.send("GET " + webhook("slow_"+c.name, c.spellings[0]) + "?n=" + c.name + " HTTP/1.1\r\nHost: json.test\r\n\r\n")
		answer := make(chan harness.Answer, 1)
		go func() {
			a, _ := conn.read("GET")
			answer <- a
		}()
		requests = append(requests, answer)
		harness.Eventually(t, time.Minute, c.name+" begins", func() bool { return strings.Contains(s.Output(), "begins "+c.name) })
	}
	if _, err := s.Stop(exitLimit); err != nil {
		t.Error(err)
	}
	for _, r := range requests {
		if a := <-r; a.Status != 202 || canaryTrace(a.Body) != nil {
			t.Errorf("at the end: %d %s", a.Status, a.Body)
		}
	}
	wantSilence(t, s, texts)
	wantLogged(t, s)
}

// wantLogged fails the test unless the outcomes were printed to the places that are searched.
func wantLogged(t *testing.T, s *harness.Server) {
	t.Helper()
	for file, wants := range map[string][]string{
		"output.log":  {`"status":405`, `"outcome":"fired"`, "could not be evaluated", `"SpanContext"`, `"logger":"http.log.access"`, `"Name":"task handOn"`, "/executions/webhook/company.team/start_odd/REDACTED"},
		"all.log":     {"could not be evaluated", "REDACTED"},
		"json.log":    {`"status":200`, `"status":202`, `"status":204`, `"status":400`, `"status":404`, `"status":405`, `"status":409`, `"status":413`, `"status":415`, `"outcome":"handshake"`, `"status":500`},
		"console.log": {"handled request", "REDACTED"},
	} {
		text, err := os.ReadFile(filepath.Join(s.Dir, file))
		if err != nil {
			t.Error(err)
		}
		for _, want := range wants {
			if !strings.Contains(string(text), want) {
				t.Errorf("%s does not hold %q", file, want)
			}
		}
	}
}

// exampleFilter returns the log block of Caddyfile.example, which hides keys in what other handlers answer and log.
func exampleFilter(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../Caddyfile.example")
	if err != nil {
		t.Fatal(err)
	}
	_, block, ok := strings.Cut(string(text), "\n\tlog {\n")
	block, _, end := strings.Cut(block, "\n\t}\n")
	if !ok || !end || !strings.Contains(block, "kestra_key") {
		t.Fatal("Caddyfile.example has no log block with the filter")
	}
	return block
}

// TestKeyIsNeverPrintedByOthers has basic_auth and request_body answer before the webhooks and reverse_proxy fail after them.
// Their lines go through the filter of Caddyfile.example, in both formats.
func TestKeyIsNeverPrintedByOthers(t *testing.T) {
	t.Parallel()
	filter := exampleFilter(t)
	for _, format := range []string{"console", "json"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			block := strings.Replace(filter, "wrap console", "wrap "+format, 1)
			if !strings.Contains(block, "wrap "+format) {
				t.Fatalf("the example's filter wraps no console format:\n%s", block)
			}
			site := strings.Replace(block, "\t\texclude http.handlers.rewrite\n", "", 1) // a site's log has no lines of rewrite
			dead := app(t)
			dead.Close()
			s := harness.Start(t, harness.Config{
				Global: "\tdebug\n\tlog {\n" + block + "\n\t}\n" + canaryOption(),
				Sites: "http://auth.test:{$HTTP_PORT} {\n\tlog {\n\t\toutput file {$DIR}/auth.log\n" + site + "\n\t}\n" +
					"\tbasic_auth {\n\t\talice $2a$04$NlZfyelFLKHIDErsmdcD9.2VgcpuZjgZ3w6gRwnQraRfXzOD2aXJ.\n\t}\n\tkestra_webhook\n}\n" +
					"http://dead.test:{$HTTP_PORT} {\n\tlog {\n\t\toutput file {$DIR}/dead.log\n" + site + "\n\t}\n" +
					"\tkestra_webhook {\n\t\tunknown pass\n\t}\n\treverse_proxy {$DEAD}\n}\n" +
					"http://small.test:{$HTTP_PORT} {\n\tlog {\n\t\toutput file {$DIR}/small.log\n" + site + "\n\t}\n" +
					"\trequest_body {\n\t\tmax_size 10\n\t}\n\tkestra_webhook\n}\n",
				Files: canaryFiles(),
				Env:   append([]string{"DEAD=" + dead.Listener.Addr().String()}, canaryEnv...),
			})
			for _, c := range canaries {
				for _, key := range c.spellings {
					for _, method := range []string{"GET", "POST", "DELETE"} {
						for host, status := range map[string]int{"auth.test": 401, "small.test": 413, "dead.test": 502} {
							for _, path := range []string{
								webhook("other_flow", key), tenantForm + "company/other_flow/" + key + "?a=b", webhook("start_"+c.name, key+"/"),
								"/api/v1/acme/executions/webhook/company.team/start/" + key, "/api/v1/%65xecutions/webhook/company.team/start/" + key,
							} {
								if a := s.Fetch(t, method, path, "more than ten bytes", "Host", host); a.Status != status || canaryTrace(a.Body) != nil {
									t.Errorf("%s by %s: %d %s", method, host, a.Status, a.Body)
								}
							}
						}
					}
				}
			}
			if _, err := s.Stop(exitLimit); err != nil {
				t.Error(err)
			}
			wantSilence(t, s, map[string]string{})
			for file, want := range map[string]string{"auth.log": "401", "small.log": "413", "dead.log": "502", "output.log": "connection refused"} {
				if text, err := os.ReadFile(filepath.Join(s.Dir, file)); err != nil || !strings.Contains(string(text), want) || !strings.Contains(string(text), "REDACTED") {
					t.Errorf("%s (%v) does not hold %q, redacted", file, err, want)
				}
			}
		})
	}
}
