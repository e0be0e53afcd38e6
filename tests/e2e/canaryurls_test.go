package e2e

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// collector is an OpenTelemetry collector on loopback that keeps the bytes it gets.
type collector struct {
	*httptest.Server
	mu   sync.Mutex
	sent strings.Builder
}

func startCollector(t *testing.T) *collector {
	t.Helper()
	c := new(collector)
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.sent.Write(body)
		c.sent.WriteByte('\n')
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
	t.Cleanup(c.Close)
	return c
}

// env has a server send its spans here.
func (c *collector) env() []string {
	return []string{
		"OTEL_TRACES_EXPORTER=otlp", "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf", "OTEL_EXPORTER_OTLP_COMPRESSION=none",
		"OTEL_EXPORTER_OTLP_ENDPOINT=" + c.URL,
	}
}

// text returns the texts in what was sent. In the bytes of ids and times three letters of a key come together by chance.
func (c *collector) text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Join(spanText.FindAllString(c.sent.String(), -1), "\n")
}

// spanText is a text in the bytes of a span. Keys are longer, whatever they are encoded in.
var spanText = regexp.MustCompile(`[\x20-\x7E]{8,}`)

// quicClient returns a client that speaks HTTP/3 to a site with `tls internal`.
func quicClient(t *testing.T, s *harness.Server) *http.Client {
	t.Helper()
	pem, err := os.ReadFile(filepath.Join(s.Dir, localRoot))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	transport := &http3.Transport{
		TLSClientConfig: &tls.Config{RootCAs: pool},
		Dial: func(ctx context.Context, _ string, tlsConfig *tls.Config, config *quic.Config) (*quic.Conn, error) {
			return quic.DialAddr(ctx, fmt.Sprintf("127.0.0.1:%d", s.HTTPSPort), tlsConfig, config)
		},
	}
	t.Cleanup(func() { transport.Close() })
	return &http.Client{
		Transport:     transport,
		Timeout:       time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// rewriting are the ways from a short public URL to that of a webhook.
const rewriting = `
	tracing
	handle_path /hooks/* {
		rewrite * /api/v1/executions/webhook{uri}
		kestra_webhook
	}
	handle /r/* {
		uri replace /r/ /api/v1/executions/webhook/
		kestra_webhook
	}
	handle /query {
		rewrite * /api/v1/executions/webhook/company.team/{query.flow}/{query.key}
		kestra_webhook
	}
	handle /header {
		rewrite * /api/v1/executions/webhook/company.team/{header.X-Flow}/{header.X-Key}
		kestra_webhook
	}
	kestra_webhook
	respond none 404
`

// shortRequest is a request for a short URL. What rewrites do to odd keys is Caddy's affair: they need not be right then.
type shortRequest struct {
	name, method, path string
	headers            []string
	status             int
}

func shortRequests() []shortRequest {
	const to = "/company.team/FLOW/KEY"
	headers := []string{"Referer", "https://log.test/hooks" + to, "X-Forwarded-Uri", "/hooks/KEY?x=KEY", "X-Original-Url", "/?to=%2Fhooks%2FKEY"}
	return []shortRequest{
		{"handle_path", "POST", "/hooks" + to + "?n=1", headers, 200},
		{"handle_path, tenth of a URL", "GET", "/hooks/KEY", headers, 404},
		{"handle_path, flow missing", "GET", "/hooks/FLOW/KEY", nil, 404},
		{"handle_path, slash", "PUT", "/hooks" + to + "/", headers, 404},
		{"handle_path, method", "DELETE", "/hooks" + to, nil, 405},
		{"uri replace", "POST", "/r" + to + "?key=KEY", headers, 200},
		{"uri replace, other flow", "POST", "/r/company.team/other/KEY", headers, 404},
		{"query", "GET", "/query?flow=FLOW&key=KEY", headers, 200},
		{"query, other flow", "GET", "/query?flow=other&key=KEY", nil, 404},
		{"header", "GET", "/header", []string{"X-Flow", "FLOW", "X-Key", "KEY"}, 200},
		{"webhook URL", "POST", "/api/v1/executions/webhook" + to, headers, 200},
	}
}

// fetchShort sends all requests for all keys to a site.
func fetchShort(t *testing.T, client *http.Client, base string, headers ...string) {
	t.Helper()
	for _, c := range canaries {
		for _, key := range c.spellings {
			replace := strings.NewReplacer("FLOW", "start_"+c.name, "KEY", key).Replace
			for _, r := range shortRequests() {
				sent := append([]string(nil), headers...)
				for _, h := range r.headers {
					sent = append(sent, replace(h))
				}
				a := harness.Fetch(t, client, r.method, base+replace(r.path), "", sent...)
				if plain := key == c.spellings[0] && c.name != "odd"; a.Status != r.status && (plain || a.Status != 404) {
					t.Errorf("%s of %s at %s: %d, want %d: %s", r.name, c.name, base, a.Status, r.status, a.Body)
				}
				if canaryTrace(a.Body) != nil || canaryTrace(fmt.Sprint(a.Header)) != nil {
					t.Errorf("%s of %s at %s: the answer holds the key: %v %s", r.name, c.name, base, a.Header, a.Body)
				}
			}
		}
	}
}

// fetchRedirected sends requests that Caddy redirects: by itself to HTTPS, and then by the directive redir.
func fetchRedirected(t *testing.T, s *harness.Server, host string) {
	t.Helper()
	client := internalClient(t, s, host)
	for _, c := range canaries {
		for _, path := range []string{
			webhook("start_"+c.name, c.spellings[0]), shortForm + c.spellings[0], tenantForm + "start_" + c.name + "/" + c.spellings[0],
			"/hooks/company.team/start_" + c.name + "/" + c.spellings[0],
		} {
			if a := s.Fetch(t, "GET", path, "", "Host", host); a.Status != 308 || a.Header.Get("Location") != "https://"+host+path {
				t.Errorf("http://%s: %d to %q", host, a.Status, a.Header.Get("Location"))
			}
			if a := harness.Fetch(t, client, "GET", "https://"+host+"/old"+path, ""); a.Status != 302 || a.Header.Get("Location") != "https://other.test/old"+path {
				t.Errorf("https://%s: %d to %q", host, a.Status, a.Header.Get("Location"))
			}
		}
	}
}

// TestKeyOfShortURLsIsNeverPrinted goes through all ways to a webhook, and redirections, over HTTP/1.1, 2 and 3: on a site
// that logs and one that does not, traced, at debug level with the log options of README.md, and without them at level
// info, where nothing but the module keeps the key out of the lines about webhooks.
func TestKeyOfShortURLsIsNeverPrinted(t *testing.T) {
	t.Parallel()
	process, site := readmeLogs(t)
	paths := strings.NewReplacer(" kestra_key\n", " kestra_key /hooks/\n").Replace // as the README has it for short URLs
	process, site = paths(process+"\n"), paths(site+"\n")
	t.Run("README at debug level", func(t *testing.T) {
		t.Parallel()
		spans := startCollector(t)
		config := harness.Config{
			Global: "\tdebug\n\tmetrics\n\tlog {\n" + process + "\t}\n" + canaryOption(),
			Files:  canaryFiles(),
			Env:    append(spans.env(), canaryEnv...),
		}
		for host, log := range map[string]string{"log.test": "\tlog {\n\t\toutput file {$DIR}/site.log\n" + site + "\t}\n", "nolog.test": ""} {
			config.Sites += "http://" + host + ":{$HTTP_PORT}, https://" + host + ":{$HTTPS_PORT} {\n" + log + rewriting + "}\n"
			config.Sites += "auto." + host + " {\n" + log + "\tredir /old/* https://other.test{uri}\n\tkestra_webhook\n}\n"
		}
		config.Global += "\tlocal_certs\n"
		s := harness.Start(t, config)
		texts := map[string]string{}
		for _, host := range []string{"log.test", "nolog.test"} {
			http2 := internalClient(t, s, host)
			for name, client := range map[string]*http.Client{"HTTP/2.0": http2, "HTTP/3.0": quicClient(t, s)} {
				if a := harness.Fetch(t, client, "GET", "https://"+host+"/", ""); a.Proto != name {
					t.Errorf("%s speaks %s, want %s", host, a.Proto, name)
				}
				fetchShort(t, client, "https://"+host)
			}
			plain := &http.Client{Timeout: time.Minute, CheckRedirect: http2.CheckRedirect}
			fetchShort(t, plain, s.URL(""), "Host", host)
			fetchRedirected(t, s, "auto."+host)
		}
		texts["metrics"] = harness.Fetch(t, http.DefaultClient, "GET", fmt.Sprintf("http://127.0.0.1:%d/metrics", s.AdminPort), "").Body
		if _, err := s.Stop(exitLimit); err != nil {
			t.Error(err)
		}
		texts["spans"] = spans.text()
		wantSilence(t, s, texts)
		for _, want := range []string{"/hooks/company.team/start_literal/REDACTED", "/r/company.team/start_inline/REDACTED", "/api/v1/executions/webhook/company.team/start_literal/REDACTED"} {
			if !strings.Contains(texts["spans"], want) {
				t.Errorf("%d bytes of spans do not hold %q", len(texts["spans"]), want)
			}
		}
		for file, wants := range map[string][]string{
			"output.log": {`"level":"debug"`, `"status":308`, `"Location":["https://auto.log.test/api/v1/executions/webhook/REDACTED"]`},
			"site.log":   {`"Location":["https://other.test/old/api/v1/executions/webhook/company.team/start_literal/REDACTED"]`, `"HTTP/1.1"`, `"HTTP/2.0"`, `"HTTP/3.0"`, `"uri":"/query?flow=start_literal&key=REDACTED"`, `"X-Key":["REDACTED"]`},
		} {
			wantInFile(t, filepath.Join(s.Dir, file), wants)
		}
	})
	t.Run("no filter at level info", func(t *testing.T) {
		t.Parallel()
		spans := startCollector(t)
		s := harness.Start(t, harness.Config{
			Global: canaryOption(),
			Sites:  "http://log.test:{$HTTP_PORT} {\n\tlog\n" + rewriting + "}\n",
			Files:  canaryFiles(),
			Env:    append(spans.env(), canaryEnv...),
		})
		fetchShort(t, http.DefaultClient, s.URL(""), "Host", "log.test")
		if _, err := s.Stop(exitLimit); err != nil {
			t.Error(err)
		}
		wantSilence(t, s, map[string]string{"spans": spans.text()})
		wantInFile(t, filepath.Join(s.Dir, "output.log"), []string{`"uri":"/hooks/company.team/start_literal/REDACTED?n=1"`, `"X-Key":["REDACTED"]`})
	})
}

// wantInFile fails the test unless a file holds all these texts.
func wantInFile(t *testing.T, file string, wants []string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Error(err)
	}
	for _, want := range wants {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s does not hold %q", file, want)
		}
	}
}
